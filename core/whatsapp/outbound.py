"""Payloads for POST /{phone_number_id}/messages, with Meta's limits checked before anything leaves.

Limits: Meta, "Messages" and "Interactive messages" references. Lengths are in characters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from core.whatsapp.phones import is_phone

Payload: TypeAlias = dict[str, Any]
MediaKind: TypeAlias = Literal["image", "video", "audio", "document", "sticker"]

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
CALLBACK_DATA_LIMIT: Final = 512
BUTTON_LIMIT: Final = 3
BUTTON_TITLE_LIMIT: Final = 20
BUTTON_ID_LIMIT: Final = 256
_WITHOUT_CAPTION: Final = frozenset({"audio", "sticker"})


class InvalidPayload(ValueError):
    """Meta would refuse this; the message names the limit."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom: a phone, or a BSUID where the phone is hidden. With both, the phone is used, as Meta does."""

    phone: str | None = None
    bsuid: str | None = None

    def keys(self) -> Payload:
        if self.phone:
            if not is_phone(self.phone):
                raise InvalidPayload("The recipient's phone must be 5 to 15 digits with its country code.")
            # Without + Meta may put your own country code in front.
            return {"to": "+" + self.phone.lstrip("+")}
        if self.bsuid:
            return {"recipient": self.bsuid}
        raise InvalidPayload("The recipient has neither a phone number nor a user id.")


def text_payload(
    to: Recipient,
    body: str,
    *,
    reply_to_wamid: str | None = None,
    callback_data: str | None = None,
    preview_url: bool = True,
) -> Payload:
    _not_empty("The text", body)
    _within("The text", body, TEXT_LIMIT)
    return _message(to, "text", {"body": body, "preview_url": preview_url}, reply_to_wamid, callback_data)


def media_payload(
    to: Recipient,
    kind: MediaKind,
    media_id: str,
    *,
    caption: str | None = None,
    filename: str | None = None,
    voice: bool = False,
    reply_to_wamid: str | None = None,
    callback_data: str | None = None,
) -> Payload:
    """A file uploaded before (GraphClient.upload_media). Only documents carry a filename, only audio a voice mark."""
    media: Payload = {"id": media_id}
    if caption:
        if kind in _WITHOUT_CAPTION:
            raise InvalidPayload(f"WhatsApp shows no caption with {kind}; send the text as its own message.")
        _within("The caption", caption, CAPTION_LIMIT)
        media["caption"] = caption
    if filename and kind == "document":
        media["filename"] = filename
    if voice and kind == "audio":
        media["voice"] = True
    return _message(to, kind, media, reply_to_wamid, callback_data)


def reaction_payload(to: Recipient, wamid: str, emoji: str, *, callback_data: str | None = None) -> Payload:
    """Reacts to a message of the last 30 days; an empty emoji takes the reaction back."""
    return _message(to, "reaction", {"message_id": wamid, "emoji": emoji}, None, callback_data)


def location_payload(
    to: Recipient,
    latitude: float,
    longitude: float,
    *,
    name: str | None = None,
    address: str | None = None,
    reply_to_wamid: str | None = None,
    callback_data: str | None = None,
) -> Payload:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InvalidPayload("The latitude must be between -90 and 90, the longitude between -180 and 180.")
    place: Payload = {"latitude": latitude, "longitude": longitude}
    place.update({key: told for key, told in (("name", name), ("address", address)) if told})
    return _message(to, "location", place, reply_to_wamid, callback_data)


def buttons_payload(
    to: Recipient,
    body: str,
    buttons: Sequence[tuple[str, str]],
    *,
    reply_to_wamid: str | None = None,
    callback_data: str | None = None,
) -> Payload:
    """One to three reply buttons, each (id, title)."""
    _not_empty("The text", body)
    _within("The text", body, CAPTION_LIMIT)
    if not 1 <= len(buttons) <= BUTTON_LIMIT:
        raise InvalidPayload(f"A message carries 1 to {BUTTON_LIMIT} buttons, not {len(buttons)}.")
    for button_id, title in buttons:
        _not_empty("A button's title", title)
        _within("A button's title", title, BUTTON_TITLE_LIMIT)
        _within("A button's id", button_id, BUTTON_ID_LIMIT)
    for column, noun in ((0, "ids"), (1, "titles")):
        if len({button[column] for button in buttons}) < len(buttons):
            raise InvalidPayload(f"The buttons' {noun} must differ from each other.")
    replies = [{"type": "reply", "reply": {"id": button_id, "title": title}} for button_id, title in buttons]
    interactive = {"type": "button", "body": {"text": body}, "action": {"buttons": replies}}
    return _message(to, "interactive", interactive, reply_to_wamid, callback_data)


def template_payload(
    to: Recipient,
    name: str,
    language: str,
    components: Sequence[Mapping[str, Any]] = (),
    *,
    callback_data: str | None = None,
) -> Payload:
    """A template with its components as Meta writes them; the gate checks them against the template."""
    template: Payload = {"name": name, "language": {"code": language}}
    if components:
        template["components"] = [dict(component) for component in components]
    return _message(to, "template", template, None, callback_data)


def read_payload(wamid: str, *, typing: bool = False) -> Payload:
    """Marks this message and earlier ones as read; `typing` shows the dots until an answer, 25 s at most."""
    payload: Payload = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        payload["typing_indicator"] = {"type": "text"}
    return payload


def _message(
    to: Recipient, kind: str, content: Payload, reply_to_wamid: str | None, callback_data: str | None
) -> Payload:
    payload: Payload = {"messaging_product": "whatsapp", "recipient_type": "individual", **to.keys()}
    payload |= {"type": kind, kind: content}
    if reply_to_wamid:
        payload["context"] = {"message_id": reply_to_wamid}
    if callback_data:
        _within("The callback data", callback_data, CALLBACK_DATA_LIMIT)
        payload["biz_opaque_callback_data"] = callback_data
    return payload


def _within(noun: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise InvalidPayload(f"{noun} has {len(text)} characters; WhatsApp takes at most {limit}.")


def _not_empty(noun: str, text: str) -> None:
    if not text.strip():
        raise InvalidPayload(f"{noun} is empty.")
