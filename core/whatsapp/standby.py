"""What a number hears while Meta's own agent answers its customers: their words, its answers, what became of those.

Source: Meta, "Standby webhooks". An answer comes as the request that made it (`message`), with its id and time beside.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.whatsapp.messages import Misread, Origin, read_app_message, read_message
from core.whatsapp.reading import mapping, text
from core.whatsapp.senders import Contacts, person
from core.whatsapp.status_updates import read_status
from core.whatsapp.values import AppMessage, Item, JsonObject, Malformed


def read_standby(value: JsonObject, path: str, origin: Origin) -> Iterator[Item]:
    told = mapping(value.get("standby")) or {}
    messages = _each(told, "messages")
    contacts = Contacts(told.get("contacts") or value.get("contacts"), len(messages))
    for index, raw in enumerate(messages):
        yield _read(raw, f"{path}.standby.messages[{index}]", origin,
                    lambda one, at=index: read_message(one, origin, contacts, at))  # fmt: skip
    for index, raw in enumerate(_each(told, "message_echoes")):
        yield _read(raw, f"{path}.standby.message_echoes[{index}]", origin, lambda one: _answer(one, origin))
    for index, raw in enumerate(_each(told, "statuses")):
        yield _read(raw, f"{path}.standby.statuses[{index}]", origin, lambda one: read_status(one, origin))


def _each(told: JsonObject, name: str) -> list[Any]:
    found = told.get(name)
    return found if type(found) is list else []


def _read(raw: Any, path: str, origin: Origin, reader: Any) -> Item:
    known = origin.waba_id or None, origin.phone_number_id or None
    try:
        if type(raw) is not dict:
            raise Misread("an item is not an object")
        if not origin.phone_number_id:
            raise Misread("the value names no phone_number_id, so it belongs to no account")
        item: Item = reader(raw)
    except Misread as error:
        return Malformed(path, str(error), raw, *known)
    except Exception as error:  # a shape nobody foresaw must not cost the rest of the batch
        return Malformed(path, f"unforeseen {type(error).__name__}", raw, *known)
    return item


def _answer(raw: JsonObject, origin: Origin) -> AppMessage:
    message = mapping(raw.get("message")) or raw
    to = (text(message.get("to")) or "").removeprefix("+") or None
    customer = person(to, text(message.get("recipient")))
    if customer is None:
        raise Misread("the echo names no customer: no to or recipient")
    flat = {**message, "id": raw.get("id"), "timestamp": raw.get("timestamp")}
    return replace(read_app_message(flat, origin, customer, outbound=True, past=False), automated=True, raw=raw)
