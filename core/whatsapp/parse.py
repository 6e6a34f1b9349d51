"""A delivery's bytes → what it says: every entry × change × item, in Meta's order.

Nothing raises, whatever the bytes, and one bad item never costs its neighbours.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

from core.whatsapp.body import Undecodable, read, storable_text
from core.whatsapp.fields import BESIDE_MESSAGES, FIELDS, TEMPLATES, beside, read_field
from core.whatsapp.messages import Misread, Origin, read_message
from core.whatsapp.news import READERS, read_news
from core.whatsapp.reading import at, identifier, text
from core.whatsapp.senders import Contacts
from core.whatsapp.status_updates import read_status
from core.whatsapp.values import Item, JsonObject, Malformed, Unhandled

_OBJECT: Final = "whatsapp_business_account"
_EXCERPT: Final = 1000
_ENVELOPE: Final = frozenset({"messaging_product", "metadata", "contacts", "messages", "statuses"})


def parse(raw: bytes, received_at: datetime | None = None) -> list[Item]:
    """What the delivery says. An item whose timestamp cannot be read takes `received_at`; without it, Malformed."""
    try:
        document = read(raw)
    except Undecodable as error:
        return [Malformed("", str(error), storable_text(raw[:_EXCERPT].decode("utf-8", "replace")))]
    if type(document) is not dict:
        return [Malformed("", "the body is not a JSON object", document)]
    if "entry" not in document:
        return [Malformed("entry", "the body names no entry", document)]
    return list(_entries(document, received_at))


def _entries(document: JsonObject, received_at: datetime | None) -> Iterator[Item]:
    product = document.get("object", _OBJECT)
    for path, entry in _each(document["entry"], "entry"):
        if type(entry) is not dict:
            yield Malformed(path, "an entry is not an object", entry)
        elif "changes" not in entry:
            yield Malformed(path, "the entry names no changes", entry, identifier(entry.get("id")))
        else:
            waba_id, told_at = identifier(entry.get("id")), at(entry.get("time"))
            for where, change in _each(entry["changes"], f"{path}.changes"):
                yield from _change(change, where, product, waba_id, received_at, told_at)


def _each(told: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The members of a list with their paths. Something else in its place is read as a list of one."""
    if type(told) is list:
        for index, member in enumerate(told):
            yield f"{path}[{index}]", member
    elif told is not None:
        yield path, told


def _change(
    change: Any, path: str, product: Any, waba_id: str | None, received_at: datetime | None, told_at: datetime | None
) -> Iterator[Item]:
    if type(change) is not dict:
        yield Malformed(path, "a change is not an object", change, waba_id)
        return
    value = change.get("value")
    field = text(change.get("field")) or _implied_field(value)
    phone_number_id = _phone_number_id(value)
    if field is None:
        yield Malformed(path, "the change names no field", change, waba_id, phone_number_id)
    elif product != _OBJECT:
        yield Unhandled(field, value, waba_id, phone_number_id, "the delivery is not about WhatsApp")
    elif field in READERS and type(value) is dict:
        yield read_news(field, value, waba_id, phone_number_id, told_at)
    elif field != "messages":
        origin = Origin(waba_id or "", phone_number_id or "", received_at, told_at, _business(value))
        yield from _other_field(field, value, f"{path}.value", origin, change)
    elif type(value) is not dict:
        yield Malformed(f"{path}.value", "the value is not an object", value, waba_id)
    else:
        origin = Origin(waba_id or "", phone_number_id or "", received_at, told_at, _business(value))
        yield from _messages_field(value, f"{path}.value", origin)


def _other_field(field: str, value: Any, path: str, origin: Origin, change: JsonObject) -> Iterator[Item]:
    known = origin.waba_id or None, origin.phone_number_id or None
    if type(value) is not dict or (field not in FIELDS and field not in TEMPLATES):
        yield Unhandled(field, value, *known, "nothing here handles this field yet", origin.told_at)
        return
    if field == "message_template_status_update" and "rejection_info" in change:  # Meta's page puts it here, too
        value = {**value, "rejection_info": change["rejection_info"]}
    empty = True
    for item in read_field(field, value, path, origin):
        empty = False
        yield item
    if empty:
        yield Unhandled(field, value, *known, "the value does not hold what Meta documents", origin.told_at)


def _business(value: Any) -> str:
    metadata = value.get("metadata") if type(value) is dict else None
    told = text(metadata.get("display_phone_number")) if type(metadata) is dict else None
    return _digits(told) if told else ""


@lru_cache(1024)
def _digits(told: str) -> str:
    """Of a number of ours, which every message to it repeats."""
    return "".join(digit for digit in told if digit.isdigit())


def _implied_field(value: Any) -> str | None:
    return "messages" if type(value) is dict and ("messages" in value or "statuses" in value) else None


def _phone_number_id(value: Any) -> str | None:
    """Who has the conversation is told without `metadata`: there the number is the recipient."""
    if type(value) is not dict:
        return None
    metadata = value.get("metadata", value.get("recipient"))
    return identifier(metadata.get("phone_number_id")) if type(metadata) is dict else None


def _messages_field(value: JsonObject, path: str, origin: Origin) -> Iterator[Item]:
    """Messages and statuses, then whatever else the value holds: errors of the account, clicks on links."""
    known = origin.waba_id or None, origin.phone_number_id or None
    empty = True
    for where, item, reader in _readers(value, path, origin):
        empty = False
        yield _read(item, where, reader, origin)
    rest = {key: told for key, told in value.items() if key not in _ENVELOPE and told and type(told) in (list, dict)}
    for name in BESIDE_MESSAGES.keys() & rest.keys():
        empty = False
        yield from beside(name, rest.pop(name), path, origin, value)
    if rest:
        yield Unhandled("messages", rest, *known, "beside messages: " + ", ".join(rest))
    elif empty:
        yield Unhandled("messages", value, *known, "no message and no status in it")


def _readers(
    value: JsonObject, path: str, origin: Origin
) -> Iterator[tuple[str, Any, Callable[[Any], Item]]]:
    messages = value.get("messages")
    contacts = Contacts(value.get("contacts"), len(messages) if type(messages) is list else 1)
    for position, (where, item) in enumerate(_each(messages, f"{path}.messages")):
        yield where, item, partial(read_message, origin=origin, contacts=contacts, position=position)
    for where, item in _each(value.get("statuses"), f"{path}.statuses"):
        yield where, item, partial(read_status, origin=origin)


def _read(item: Any, path: str, reader: Callable[[Any], Item], origin: Origin) -> Item:
    known = origin.waba_id or None, origin.phone_number_id or None
    if not origin.phone_number_id:
        return Malformed(path, "the value names no phone_number_id, so it belongs to no account", item, *known)
    try:
        return reader(item)
    except Misread as error:
        return Malformed(path, str(error), item, *known)
    except Exception as error:  # a shape nobody foresaw must not cost the rest of the batch
        return Malformed(path, f"unforeseen {type(error).__name__}", item, *known)
