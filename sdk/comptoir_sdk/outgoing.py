"""Messages that a plugin sends: frozen values, made by the constructors here or from WhatsApp's own object.

WhatsApp's limits are checked when the message is handed to `ctx.messages.send`, which raises Invalid with the limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self
from uuid import UUID

MediaKind = Literal["image", "video", "audio", "document", "sticker"]


@dataclass(frozen=True)
class Outgoing:
    """`content` is what WhatsApp carries under the type's own name; contact cards are a list."""

    type: str
    content: Any
    reply_to: UUID | None = None
    """A message of the conversation, to quote."""

    def replying_to(self, message_id: UUID) -> Self:
        """The same, quoting a message of the conversation."""
        return replace(self, reply_to=message_id)

    @classmethod
    def text(cls, body: str, *, preview_url: bool = True) -> Self:
        """Up to 4,096 characters."""
        return cls("text", {"body": body, "preview_url": preview_url})

    @classmethod
    def file(cls, kind: MediaKind, *, id: str | None = None, link: str | None = None, caption: str | None = None,
             filename: str | None = None, voice: bool | None = None) -> Self:
        """By WhatsApp's id, or by a link that WhatsApp fetches."""
        told = {"id": id, "link": link, "caption": caption, "filename": filename, "voice": voice}
        return cls(kind, _given(told))

    @classmethod
    def location(cls, latitude: float, longitude: float, *, name: str | None = None,
                 address: str | None = None) -> Self:
        return cls("location", {"latitude": latitude, "longitude": longitude,
                                **_given({"name": name, "address": address})})

    @classmethod
    def contacts(cls, cards: Sequence[Mapping[str, Any]]) -> Self:
        """Contact cards, as WhatsApp spells them."""
        return cls("contacts", [dict(card) for card in cards])

    @classmethod
    def reaction(cls, message_id: UUID | str, emoji: str) -> Self:
        """To a message of the last 30 days, by its id or its wamid; "" takes the reaction back."""
        return cls("reaction", {"message_id": str(message_id), "emoji": emoji})

    @classmethod
    def buttons(cls, body: str, buttons: Sequence[tuple[str, str]], *, footer: str | None = None) -> Self:
        """One to three answers to tap, each (id, title)."""
        replies = [{"type": "reply", "reply": {"id": key, "title": title}} for key, title in buttons]
        return cls.interactive(_interactive("button", body, {"buttons": replies}, footer))

    @classmethod
    def choices(cls, body: str, button: str, rows: Sequence[tuple[str, str] | tuple[str, str, str]], *,
                footer: str | None = None) -> Self:
        """Up to ten rows behind one button, each (id, title) or (id, title, description)."""
        told = [dict(zip(("id", "title", "description"), row, strict=False)) for row in rows]
        return cls.interactive(_interactive("list", body, {"button": button, "sections": [{"rows": told}]}, footer))

    @classmethod
    def link_button(cls, body: str, label: str, url: str, *, footer: str | None = None) -> Self:
        """A button that opens a web page."""
        action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
        return cls.interactive(_interactive("cta_url", body, action, footer))

    @classmethod
    def interactive(cls, told: Mapping[str, Any]) -> Self:
        """Any interactive message, as WhatsApp spells it."""
        return cls("interactive", dict(told))

    @classmethod
    def template(cls, name: str, language: str, components: Sequence[Mapping[str, Any]] = ()) -> Self:
        """An approved template; it may be sent at any time."""
        told: dict[str, Any] = {"name": name, "language": {"code": language}}
        return cls("template", told | ({"components": [dict(one) for one in components]} if components else {}))


def _given(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value is not None}


def _interactive(kind: str, body: str, action: Mapping[str, Any], footer: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "body": {"text": body}, "action": dict(action)}
    return told | ({"footer": {"text": footer}} if footer else {})
