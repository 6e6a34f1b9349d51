"""A customer's new names: a system message in the thread, or the field `user_id_update`. Both may tell of one move."""

from typing import Any

from core.whatsapp.phones import canonical, is_phone
from core.whatsapp.reading import LONGEST_IDENTITY, identifier, mapping, text
from core.whatsapp.senders import names, person
from core.whatsapp.values import InboundMessage, JsonObject, Moved, Sender

Left = tuple[tuple[str, str], ...]


def moved_by(message: InboundMessage) -> Moved | None:
    """What `user_changed_number` and `user_changed_user_id` say; None for any other message."""
    content, before = message.content, message.sender
    if message.type != "system" or not (text(content.get("type")) or "").startswith("user_changed_"):
        return None
    told_phone = text(content.get("wa_id")) or text(content.get("new_wa_id"))
    phone = told_phone if told_phone is not None and is_phone(told_phone) else before.phone
    _, bsuid = names(None, text(content.get("user_id")))
    parent = identifier(content.get("parent_user_id"), LONGEST_IDENTITY)
    now = Sender(phone, bsuid or before.bsuid, parent or before.parent_bsuid, None, before.name, before.username, None)
    left = _left(before.phone, phone, before.bsuid, bsuid, before.parent_bsuid, parent)
    return Moved(message.phone_number_id, message.waba_id, now, left, message.at, message.raw) if left else None


def read_update(raw: JsonObject, contact: JsonObject) -> tuple[Sender, Left] | None:
    """One of `user_id_update`: (the customer as known from now on, what is no longer theirs); None without ids."""
    previous, current = _change(raw.get("user_id"))
    old_parent, new_parent = _change(raw.get("parent_user_id"))
    if current is None:
        return None
    now = person(text(raw.get("wa_id")), current, new_parent, {**contact, "user_id": current})
    return (now, _left(None, None, previous, current, old_parent, new_parent)) if now else None


def _change(told: Any) -> tuple[str | None, str | None]:
    change = mapping(told) or {}
    return tuple(identifier(change.get(key), LONGEST_IDENTITY) for key in ("previous", "current"))  # type: ignore[return-value]


def _left(
    phone: str | None, new_phone: str | None, bsuid: str | None, new_bsuid: str | None, parent: str | None,
    new_parent: str | None,
) -> Left:
    left = []
    if phone and new_phone and canonical(phone) != canonical(new_phone):
        left.append(("phone", canonical(phone) or phone))
    if bsuid and new_bsuid and bsuid != new_bsuid:
        left.append(("bsuid", bsuid))
    if parent and new_parent and parent != new_parent:
        left.append(("parent_bsuid", parent))
    return tuple(left)
