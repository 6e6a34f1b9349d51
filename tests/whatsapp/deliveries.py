"""Webhook bodies for tests: our own, written after Meta's documentation, and builders for odd ones."""

import json
from pathlib import Path
from typing import Any, TypeVar

from core.whatsapp.parse import parse
from core.whatsapp.values import InboundMessage, StatusUpdate

PAYLOADS = Path(__file__).parent / "payloads"
METADATA = {"display_phone_number": "15550100100", "phone_number_id": "200000000000001"}
LEILA = {"profile": {"name": "Leïla Haddad"}, "wa_id": "33612345678", "user_id": "FR.7001"}

Item = TypeVar("Item")


def names() -> list[str]:
    return sorted(path.stem for path in PAYLOADS.glob("*.json"))


def stored(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def document(name: str) -> Any:
    return json.loads(stored(name))


def value(**parts: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": METADATA, **parts}


def envelope(*values: Any, field: Any = "messages") -> dict[str, Any]:
    changes = [{"field": field, "value": told} for told in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "300000000000001", "changes": changes}]}


def message(wamid: Any = "wamid.A==", **parts: Any) -> dict[str, Any]:
    told = {"from": "33612345678", "id": wamid, "timestamp": "1790000000", "type": "text", "text": {"body": "hello"}}
    return {key: part for key, part in (told | parts).items() if part is not ...}


def encoded(body: Any) -> bytes:
    return json.dumps(body).encode()


def delivered(*messages: Any, contacts: Any = (LEILA,)) -> bytes:
    return encoded(envelope(value(contacts=list(contacts), messages=list(messages))))


def only(items: list[Any], kind: type[Item]) -> Item:
    assert len(items) == 1, items
    assert isinstance(items[0], kind), items[0]
    return items[0]


def the_message(raw: bytes) -> InboundMessage:
    return only(parse(raw), InboundMessage)


def the_status(raw: bytes) -> StatusUpdate:
    return only(parse(raw), StatusUpdate)
