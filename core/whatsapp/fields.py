"""Every webhook field beside `messages` and the news of numbers: its value → typed items, in Meta's order.

Source: Meta, "Webhooks: reference". A field that is not here, or whose value is not what Meta documents, is an honest
unknown: kept whole, counted, offered to plugins.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from comptoir_sdk import webhooks
from comptoir_sdk.webhooks import Told

from core.whatsapp.app import read_book_entry, read_echo, read_history
from core.whatsapp.callers import customer_of
from core.whatsapp.messages import Misread, Origin, moment_of
from core.whatsapp.moves import read_update
from core.whatsapp.reading import at, mapping, text
from core.whatsapp.senders import Contacts, person
from core.whatsapp.standby import read_standby
from core.whatsapp.values import Item, JsonObject, Malformed, Moved, Tiding, Wish

Reader = Callable[[JsonObject, Origin, str, JsonObject], Item]
"""(one item, where it came from, its field, the whole value) → what it says. Raises Misread."""


def read_field(field: str, value: JsonObject, path: str, origin: Origin) -> Iterator[Item]:
    """What a value of one of FIELDS says; nothing at all when it holds none of the lists that it should."""
    if field in TEMPLATES:
        yield from _template(field, value, origin)
    for name, reader in FIELDS.get(field, {}).items():
        told = value.get(name)
        if name == "" and value:
            yield _guarded(value, path, origin, field, value, reader)
        elif type(told) is list:
            for index, item in enumerate(told):
                yield _guarded(item, f"{path}.{name}[{index}]", origin, field, value, reader)
    if field == "history":
        yield from read_history(value, path, origin)
    elif field == "standby":
        yield from read_standby(value, path, origin)
    elif field == "messaging_handovers" and text(value.get("type")) is not None:
        yield _tiding("control.changed", webhooks.Handover, value, origin, field, value)


def _guarded(raw: Any, path: str, origin: Origin, field: str, value: JsonObject, reader: Reader) -> Item:
    known = origin.waba_id or None, origin.phone_number_id or None
    if type(raw) is not dict:
        return Malformed(path, "an item is not an object", raw, *known)
    try:
        return reader(raw, origin, field, value)
    except Misread as error:
        return Malformed(path, str(error), raw, *known)
    except Exception as error:  # a shape nobody foresaw must not cost the rest of the batch
        return Malformed(path, f"unforeseen {type(error).__name__}", raw, *known)


def _tiding(kind: str, told: type[Told], raw: JsonObject, origin: Origin, field: str, value: JsonObject) -> Tiding:
    moment = at(raw.get("timestamp")) or origin.told_at
    return Tiding(kind, field, told.of(raw), raw, origin.waba_id or None, origin.phone_number_id or None, moment)


def _error(raw: JsonObject, origin: Origin, _field: str, _value: JsonObject) -> Tiding:
    """Of the number itself, whichever field it came beside."""
    told = webhooks.AccountError.of(raw)
    return Tiding("account.updated", "messages.errors", told, raw, origin.waba_id or None,
                  origin.phone_number_id or None, origin.told_at)  # fmt: skip


def _call(raw: JsonObject, origin: Origin, field: str, value: JsonObject) -> Tiding:
    return replace(_tiding("call.updated", webhooks.Call, raw, origin, field, value), who=customer_of(raw, value))


def told_as(kind: str, told: type[Told]) -> Reader:
    """A reader of items that are told and settle nothing."""
    return partial(_tiding, kind, told)


def _template(field: str, value: JsonObject, origin: Origin) -> Iterator[Tiding]:
    told = TEMPLATES[field].of(value)
    if told.name is not None or told.template_id is not None:
        kind = "template.status" if field == "message_template_status_update" else "template.updated"
        yield Tiding(kind, field, told, value, origin.waba_id or None, origin.phone_number_id or None, origin.told_at)


def _wish(raw: JsonObject, origin: Origin, _field: str, value: JsonObject) -> Wish:
    contacts = Contacts(value.get("contacts"), len(value["user_preferences"]))
    phone, bsuid = text(raw.get("wa_id")), text(raw.get("user_id"))
    customer = person(phone, bsuid, raw.get("parent_user_id"), _named(contacts, phone, bsuid))
    category, wish = text(raw.get("category")), text(raw.get("value"))
    if customer is None:
        raise Misread("the preference names no customer: no wa_id or user_id")
    if category is None or wish is None:
        raise Misread("the preference lacks its category or value")
    moment, _ = moment_of(raw, origin)
    return Wish(origin.phone_number_id, origin.waba_id, customer, category[:64], wish[:64], moment, raw)


def _moved(raw: JsonObject, origin: Origin, _field: str, value: JsonObject) -> Moved:
    updates = value["user_id_update"]
    contacts = value.get("contacts")
    alone = contacts[0] if type(contacts) is list and len(contacts) == 1 == len(updates) else None
    found = read_update(raw, mapping(alone) or {})
    if found is None:
        raise Misread("the update names no current user id")
    return Moved(origin.phone_number_id, origin.waba_id, *found, moment_of(raw, origin)[0], raw)


def _named(contacts: Contacts, phone: str | None, bsuid: str | None) -> JsonObject:
    """The contact that these ids name for certain: another one's name must not be given to this one."""
    found = contacts.of(phone, bsuid, 0)
    return found if "wa_id" in found or "user_id" in found else {}


TEMPLATES: Final[Mapping[str, type[webhooks.TemplateNews]]] = webhooks.TEMPLATE_NEWS
_GROUP: Final = {"groups": told_as("group.updated", webhooks.GroupNews)}
_ECHOES: Final = {"message_echoes": read_echo}

FIELDS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "calls": {"calls": _call, "statuses": _call, "errors": _error},
    "flows": {"": told_as("flow.updated", webhooks.FlowNews)},
    "group_lifecycle_update": _GROUP,
    "group_participants_update": _GROUP,
    "group_settings_update": _GROUP,
    "group_status_update": _GROUP,
    "automatic_events": {"automatic_events": told_as("automatic.event", webhooks.AutomaticEvent)},
    "user_preferences": {"user_preferences": _wish},
    "user_id_update": {"user_id_update": _moved},
    "smb_message_echoes": _ECHOES,
    "message_echoes": _ECHOES,
    "smb_app_state_sync": {"state_sync": read_book_entry},
    "history": {},
    "standby": {},
    "messaging_handovers": {},
}
"""Field → the lists of its value, each with its reader. "" is the value itself."""

BESIDE_MESSAGES: Final[Mapping[str, Reader]] = {
    "errors": _error,
    "user_actions": told_as("link.clicked", webhooks.LinkClick),
}
"""What the field `messages` holds beside messages and statuses."""


def beside(name: str, told: Any, path: str, origin: Origin, value: JsonObject) -> Iterator[Item]:
    """The items of one of BESIDE_MESSAGES."""
    for index, item in enumerate(told if type(told) is list else [told]):
        yield _guarded(item, f"{path}.{name}[{index}]", origin, "messages", value, BESIDE_MESSAGES[name])
