"""What a person would read of a message, by type. Each reads a content of any shape and returns text, maybe ""."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject


def _key(*keys: str) -> Callable[[JsonObject], str]:
    """The first of these keys that holds text."""

    def body(content: JsonObject) -> str:
        for key in keys:
            value = text(content.get(key))
            if value is not None:
                return value
        return ""

    return body


def _interactive(content: JsonObject) -> str:
    for kind, body in _REPLIES.items():
        reply = mapping(content.get(kind))
        if reply is not None:
            return body(reply)
    return ""


def _location(content: JsonObject) -> str:
    named = _NAMED_PLACE(content)
    if named:
        return named
    latitude, longitude = text(content.get("latitude")), text(content.get("longitude"))
    return f"{latitude}, {longitude}" if latitude and longitude else ""


def _cards(content: JsonObject) -> str:
    cards = content.get("contacts")
    return ", ".join(_card_titles(cards)) if isinstance(cards, list) else ""


def _card_titles(cards: list[Any]) -> Iterator[str]:
    """Each card's name, or its first phone: since 2026 a card may come without a name."""
    for card in cards:
        told = mapping(card) or {}
        names = mapping(told.get("name")) or {}
        title = _CARD_NAME(names)
        phones = told.get("phones")
        if not title and isinstance(phones, list) and phones:
            title = _CARD_PHONE(mapping(phones[0]) or {})
        if title:
            yield title


_NAMED_PLACE = _key("name", "address")
_CARD_NAME = _key("formatted_name", "first_name", "last_name")
_CARD_PHONE = _key("phone", "wa_id")
_REPLIES: Final[Mapping[str, Callable[[JsonObject], str]]] = {
    "button_reply": _key("title"),
    "list_reply": _key("title"),
    "nfm_reply": _key("body"),
    "call_permission_reply": lambda _: "",  # Meta's word for it is for programs
}

BODIES: Final[Mapping[str, Callable[[JsonObject], str]]] = {
    "text": _key("body", "text"),
    "image": _key("caption"),
    "video": _key("caption"),
    "audio": _key("caption"),
    "document": _key("caption", "filename"),
    "sticker": _key("caption"),
    "interactive": _interactive,
    "button": _key("text"),
    "location": _location,
    "contacts": _cards,
    "reaction": _key("emoji"),
    "order": _key("text"),
    "system": _key("body"),
}
"""The types understood here. Every other one is an honest unknown: its type and content are kept as told."""
