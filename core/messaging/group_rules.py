"""What WhatsApp takes in a group, told before anything is queued. Source: Meta, "Groups API" and "Group messaging"."""

from collections.abc import Mapping
from typing import Any, Final

from core.errors import Invalid, Unavailable
from core.messaging.drafts import Draft

TAKEN: Final = frozenset({"text", "image", "video", "audio", "document", "sticker", "template", "pin"})
_SHOWN: Final = "texts, files, templates and pins"
_GONE: Final = {
    "suspended": "WhatsApp has suspended this group, and takes nothing for it until that ends: write to its people "
    "one by one.",
    "deleted": "This group was deleted: write to its people one by one.",
}


def refuse_misfit(draft: Draft, place: Mapping[str, Any]) -> None:
    """Raises Invalid for what goes to groups alone, or never to one. `place` is the conversation's."""
    if place["group_id"] is None:
        if draft.type == "pin":
            raise _unfit("WhatsApp pins messages in groups alone, and this conversation is with one person.",
                         "is for groups")  # fmt: skip
        return
    if draft.type not in TAKEN:
        raise _unfit(f"WhatsApp takes {_SHOWN} in a group, and no message of type {draft.type}: send one of those, or "
                     "write to one person.", "is not for groups")  # fmt: skip
    if draft.identity_key_hash is not None:
        name = "recipient_identity_key_hash"
        raise Invalid(f"A group has no identity of its own: leave {name} out.",
                      errors=[{"loc": [name], "pointer": f"#/{name}", "msg": "is for one person"}])  # fmt: skip


def refuse_lost_group(place: Mapping[str, Any]) -> None:
    """Raises Unavailable when Meta has told that the group takes nothing."""
    if (words := _GONE.get(place["group_state"] or "")) is not None:
        raise Unavailable(words)


def _unfit(words: str, told: str) -> Invalid:
    return Invalid(words, errors=[{"loc": ["type"], "pointer": "#/type", "msg": told}])
