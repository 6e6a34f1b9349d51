"""Permissions, and the roles that are sets of them."""

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["owner", "admin", "supervisor", "agent", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)

READ = frozenset({"conversations.read", "contacts.read"})
WORK = READ | {"conversations.write", "messages.send", "contacts.write"}
SUPERVISE = WORK | {"contacts.delete"}
ADMINISTER = SUPERVISE | {
    "settings.manage", "members.manage", "roles.manage", "teams.manage", "accounts.manage", "keys.manage",
    "audit.read", "data.export",
}  # fmt: skip
OWN = ADMINISTER | {"tenant.delete"}
OPERATE = frozenset({"platform.manage"})
"""Of platform admins, in whichever tenant they work: it belongs to the person, not to a role."""

_KERNEL: dict[str, frozenset[str]] = {
    "owner": OWN, "admin": ADMINISTER, "supervisor": SUPERVISE, "agent": WORK, "viewer": READ,
}  # fmt: skip


class Permissions:
    """What each role may do: the kernel's table, and what the loaded plugins add to it.

    A plugin's `<plugin>.manage` goes to owners and admins, `<plugin>.read` to everybody, any other to all but viewers.
    """

    def __init__(self, of_plugins: Iterable[str] = ()) -> None:
        added = frozenset(of_plugins)
        self.known = OWN | added
        self._roles = {role: kernel | _share(added, role) for role, kernel in _KERNEL.items()}

    def of(self, role: str) -> frozenset[str]:
        """The permissions of a role; none for a role nobody declared."""
        return self._roles.get(role, frozenset())


def _share(permissions: frozenset[str], role: str) -> frozenset[str]:
    return frozenset(name for name in permissions if _may(role, name.rpartition(".")[2]))


def _may(role: str, action: str) -> bool:
    if action == "manage":
        return role in ("owner", "admin")
    return role != "viewer" or action == "read"
