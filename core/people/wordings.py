"""What permissions and built-in roles are called, in English; the other languages are in locale/."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from core import catalogues
from core.auth.permissions import ROLES

_LOCALES: Final = Path(__file__).with_name("locale")


def _(message: str) -> str:
    """Marks a text for tools/messages.py."""
    return message


_GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    _("Conversations"): {
        "conversations.read": _("Read conversations"),
        "conversations.write": _("Assign, move, snooze and close conversations"),
        "tags.manage": _("Make and change tags"),
        "messages.send": _("Send messages"),
        "messages.explain": _("See what became of a message, step by step"),
    },
    _("Contacts"): {
        "contacts.read": _("See contacts"),
        "contacts.write": _("Add and change contacts"),
        "contacts.delete": _("Delete contacts with their conversations"),
    },
    _("People"): {
        "members.manage": _("Invite, change and remove members"),
        "teams.manage": _("Make and change teams"),
        "roles.manage": _("Make and change roles"),
    },
    _("Organisation"): {
        "settings.manage": _("Change the settings of the organisation"),
        "accounts.manage": _("Connect and change WhatsApp numbers"),
        "keys.manage": _("Give out and revoke API keys"),
        "webhooks.manage": _("Send events to other systems by webhooks"),
    },
    _("Oversight"): {
        "audit.read": _("Read the audit log"),
        "journal.read": _("Read what Meta delivered and what was set aside"),
        "journal.replay": _("Apply again or dismiss what was set aside"),
        "data.export": _("Export all data"),
        "tenant.delete": _("Delete the organisation"),
    },
}
_ROLES: Final[Mapping[str, str]] = {
    "owner": _("Owner"), "admin": _("Admin"), "supervisor": _("Supervisor"), "agent": _("Agent"),
    "viewer": _("Viewer"),
}  # fmt: skip


def words(locale: str) -> Callable[[str], str]:
    """These texts in this language."""
    return catalogues.translator(_LOCALES, "people", locale)


def kernel_permissions(locale: str) -> list[dict[str, Any]]:
    """In the order in which a person would read them."""
    say = words(locale)
    return [{"key": key, "label": say(label), "plugin": None, "group": say(group)}
            for group, labels in _GROUPS.items() for key, label in labels.items()]  # fmt: skip


def role_name(key: str, name: str, locale: str) -> str:
    """What a role is called: `name`, unless it is built in."""
    return words(locale)(_ROLES[key]) if key in ROLES else name
