"""Permissions, and the roles that are sets of them."""

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["owner", "admin", "supervisor", "agent", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)

READ = frozenset({"conversations.read", "contacts.read"})
WORK = READ | {"conversations.write", "messages.send", "contacts.write"}
SUPERVISE = WORK | {"contacts.delete", "tags.manage", "messages.explain", "journal.read"}
ADMINISTER = SUPERVISE | {
    "settings.manage", "members.manage", "roles.manage", "teams.manage", "accounts.manage", "keys.manage",
    "webhooks.manage", "audit.read", "data.export", "journal.replay",
}  # fmt: skip
OWN = ADMINISTER | {"tenant.delete"}
EVERYTHING = frozenset({"data.export", "journal.read", "journal.replay", "webhooks.manage"})
"""What shows all conversations at once: never held by whoever sees less, whatever their role lists."""
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
        self.grantable = ADMINISTER | added
        """What a tenant may put into roles of its own: all but what belongs to owners alone."""
        self._roles = {role: kernel | _share(added, role) for role, kernel in _KERNEL.items()}

    def of(self, role: str, listed: Iterable[str] | None = None) -> frozenset[str]:
        """The permissions of a built-in role, or of a custom one that lists them; none for a role nobody declared.

        A custom role lists what it holds by name, and loses nothing but the effect when a plugin is removed.
        """
        built_in = self._roles.get(role)
        return built_in if built_in is not None else self.grantable & frozenset(listed or ())

    def held(self, role: str, listed: Iterable[str] | None, *, platform_admin: bool) -> frozenset[str]:
        """What a person in this role may do, with what belongs to the person."""
        return self.of(role, listed) | (OPERATE if platform_admin else frozenset())


def _share(permissions: frozenset[str], role: str) -> frozenset[str]:
    return frozenset(name for name in permissions if _may(role, name.rpartition(".")[2]))


def _may(role: str, action: str) -> bool:
    if action == "manage":
        return role in ("owner", "admin")
    return role != "viewer" or action == "read"
