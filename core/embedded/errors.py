"""What can go wrong while services of this machine are started, in words an operator can act on."""

# EmbeddedError
#   DirectoryInUse      another Comptoir holds this data directory
#   PortTaken           somebody else listens there
#   ServiceNotStarted   the program ended, or never became ready
#   IdentityRefused     no unprivileged identity to run PostgreSQL under


class EmbeddedError(RuntimeError):
    """A service of this machine could not be started; the message says what to do."""


class DirectoryInUse(EmbeddedError):
    """Another process holds the lock of this data directory."""


class PortTaken(EmbeddedError):
    """The port is listened on by another program."""


class ServiceNotStarted(EmbeddedError):
    """The program ended at once or did not become ready in time."""


class IdentityRefused(EmbeddedError):
    """PostgreSQL refuses to run as root and no other identity could be taken."""
