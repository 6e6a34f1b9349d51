"""What a number's WhatsApp Business app hands over (coexistence): what is written there, its past, its address book."""

from collections.abc import Iterator
from typing import Any, Final

from comptoir_sdk.webhooks import HistorySync

from core.whatsapp.messages import Misread, Origin, moment_of, read_app_message, read_correction
from core.whatsapp.reading import mapping, name, text
from core.whatsapp.senders import Contacts, person
from core.whatsapp.values import AppMessage, BookEntry, Correction, Item, JsonObject, Malformed, Sender, Tiding

DECLINED: Final = 2593109
"""The owner of the phone would not share its history."""


def read_echo(raw: JsonObject, origin: Origin, _field: str, value: JsonObject) -> AppMessage | Correction:
    """Raises Misread when it names no customer."""
    correction = read_correction(raw, origin, outbound=True)
    if correction is not None:
        return correction
    contacts = value.get("contacts")
    phone, bsuid = _other(raw, origin), text(raw.get("to_user_id"))
    contact = Contacts(contacts, len(value["message_echoes"])).of(phone, bsuid, 0)
    customer = person(phone, bsuid, raw.get("to_parent_user_id"), contact)
    if customer is None:
        raise Misread("the echo names no customer: no to or to_user_id")
    return read_app_message(raw, origin, customer, outbound=True, past=False)


def _other(raw: JsonObject, origin: Origin) -> str | None:
    """The party that is not the number itself."""
    told = [text(raw.get(key)) for key in ("to", "from")]
    return next((one for one in told if one is not None and not _is_business(one, origin)), None)


def _is_business(phone: str, origin: Origin) -> bool:
    return bool(origin.business) and "".join(filter(str.isdigit, phone)) == origin.business


def read_book_entry(raw: JsonObject, origin: Origin, _field: str, _value: JsonObject) -> BookEntry:
    """Raises Misread when it names nobody."""
    told = mapping(raw.get("contact")) or {}
    customer = person(text(told.get("phone_number")), text(told.get("user_id")), told.get("parent_user_id"),
                      {"username": told.get("username")})  # fmt: skip
    if customer is None:
        raise Misread("the entry names nobody: no phone_number or user_id")
    moment, _ = moment_of(mapping(raw.get("metadata")) or raw, origin)
    called = "" if raw.get("action") == "remove" else name(told.get("full_name")) or name(told.get("first_name"))
    return BookEntry(origin.phone_number_id, origin.waba_id, customer, called, moment, raw)


def read_history(value: JsonObject, path: str, origin: Origin) -> Iterator[Item]:
    """The messages of every chunk and that it came; or that it will not come. Files follow later, on the same field."""
    chunks = value.get("history")
    for index, chunk in enumerate(chunks if type(chunks) is list else []):
        if type(chunk) is dict:
            yield from _chunk(chunk, f"{path}.history[{index}]", origin)
        else:
            yield Malformed(f"{path}.history[{index}]", "a chunk is not an object", chunk, *_known(origin))
    files = value.get("messages")
    for index, raw in enumerate(files if type(files) is list else []):
        contacts = value.get("contacts")
        alone = mapping(contacts[0]) if type(contacts) is list and len(contacts) == 1 else None
        yield _past(raw, f"{path}.messages[{index}]", origin, alone or {})


def _chunk(chunk: JsonObject, path: str, origin: Origin) -> Iterator[Item]:
    messages = 0
    threads = chunk.get("threads")
    for at, thread in enumerate(threads if type(threads) is list else []):
        told = mapping(thread) or {}
        context = mapping(told.get("context")) or {}
        context = context if context.get("wa_id") else {**context, "wa_id": told.get("id")}
        for index, raw in enumerate(told["messages"] if type(told.get("messages")) is list else []):
            messages += 1
            yield _past(raw, f"{path}.threads[{at}].messages[{index}]", origin, context)
    errors = chunk.get("errors")
    error = mapping(errors[0]) if type(errors) is list and errors else None
    summary = {"metadata": chunk.get("metadata"), "messages": messages, "error": error}
    yield Tiding("history.synced", "history", HistorySync.of(summary), summary, *_known(origin), origin.told_at)


def _past(raw: Any, path: str, origin: Origin, thread: JsonObject) -> Item:
    try:
        if type(raw) is not dict:
            raise Misread("a message is not an object")
        return _past_message(raw, origin, thread)
    except Misread as error:
        return Malformed(path, str(error), raw, *_known(origin))
    except Exception as error:  # a shape nobody foresaw must not cost the rest of the batch
        return Malformed(path, f"unforeseen {type(error).__name__}", raw, *_known(origin))


def _past_message(raw: JsonObject, origin: Origin, thread: JsonObject) -> AppMessage | Correction:
    author = text(raw.get("from"))
    outbound = author is not None and _is_business(author, origin)
    correction = read_correction(raw, origin, outbound=outbound)
    if correction is not None:
        return correction
    customer = _customer(raw, origin, thread, outbound)
    if customer is None:
        raise Misread("nothing names the customer of this thread")
    return read_app_message(raw, origin, customer, outbound=outbound, past=True)


def _customer(raw: JsonObject, origin: Origin, thread: JsonObject, outbound: bool) -> Sender | None:
    side = "to" if outbound else "from"
    return person(_other(raw, origin), text(raw.get(f"{side}_user_id")), raw.get(f"{side}_parent_user_id"), thread)


def _known(origin: Origin) -> tuple[str | None, str | None]:
    return origin.waba_id or None, origin.phone_number_id or None
