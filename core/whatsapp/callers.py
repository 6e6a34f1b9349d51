"""Whom a call is with: the customer who called, or was called."""

from typing import Final

from core.whatsapp.reading import text
from core.whatsapp.senders import Contacts, person
from core.whatsapp.values import JsonObject, Sender

_SIDES: Final = {
    "USER_INITIATED": ("from", "from_user_id", "from_parent_user_id"),
    "BUSINESS_INITIATED": ("to", "to_user_id", "to_parent_user_id"),
}
_RANG: Final = ("recipient_id", "recipient_user_id", "recipient_parent_user_id")


def customer_of(raw: JsonObject, value: JsonObject) -> Sender | None:
    """None where neither a side nor a direction is told, as of a recording."""
    side = _RANG if "recipient_id" in raw or "recipient_user_id" in raw else _SIDES.get(str(raw.get("direction")))
    if side is None:
        return None
    phone, bsuid, parent = side
    told = value.get("calls") or value.get("statuses")
    contacts = Contacts(value.get("contacts"), len(told) if isinstance(told, list) else 1)
    names = text(raw.get(phone)), text(raw.get(bsuid))
    return person(*names, raw.get(parent), contacts.of(*names, 0))
