"""What a `group_…_update` field changes of a group, as typed facts. What Meta says it could not do changes nothing.

Source: Meta, "Webhooks for Groups API".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from comptoir_sdk.webhooks import GroupNews, Participant

from core.whatsapp.reading import mapping
from core.whatsapp.senders import person
from core.whatsapp.values import Sender

TEXTS: Final = ("subject", "description", "invite_link", "join_approval_mode")
_STATES: Final = {"group_create": "active", "group_suspend": "suspended", "group_suspend_cleared": "active",
                  "group_delete": "deleted"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupChange:
    """`values` by column, `joined` and `left` as far as they are named."""

    group_id: str
    values: Mapping[str, str] = field(default_factory=dict)
    joined: tuple[Sender, ...] = ()
    left: tuple[Sender, ...] = ()


def change_of(told: GroupNews) -> GroupChange | None:
    """None when it changes nothing: it names no group, or tells of a failure or of a wish to join."""
    if told.group_id is None:
        return None
    # What was asked for has failed; whoever it names beside that did join or leave.
    values = {} if told.raw.get("errors") else _values(told)
    change = GroupChange(told.group_id, values, _people(told.added), _people(told.removed))
    return change if change.values or change.joined or change.left else None


def _values(told: GroupNews) -> dict[str, str]:
    values = {name: text for name in TEXTS if (text := getattr(told, name)) and _done(told, name)}
    if state := _STATES.get(told.kind or ""):
        values["state"] = state
    return values


def _done(told: GroupNews, name: str) -> bool:
    """`group_settings_update` says of each setting by itself whether it was changed."""
    setting: Mapping[str, Any] = mapping(told.raw.get(f"group_{name}")) or {}
    return setting.get("update_successful") is not False and not setting.get("errors")


def _people(told: tuple[Participant, ...]) -> tuple[Sender, ...]:
    found = (person(one.phone, one.bsuid, one.raw.get("parent_user_id"), {"profile": {"username": one.username}})
             for one in told)  # fmt: skip
    return tuple(one for one in found if one is not None)
