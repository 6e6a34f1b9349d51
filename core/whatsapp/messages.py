"""One message object of a webhook → InboundMessage or Correction, or the reason it can be neither."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.whatsapp.displayed import BODIES
from core.whatsapp.reading import at, errors, identifier, mapping, text
from core.whatsapp.senders import Contacts, sender
from core.whatsapp.values import (
    AppMessage,
    Context,
    Correction,
    InboundMessage,
    JsonObject,
    MediaRef,
    ReportedError,
    Sender,
)

GHOST: Final = 131060
"""An `unsupported` message with this code is followed, ~200 ms later, by the real one under the same wamid."""
PLACEHOLDER: Final = "media_placeholder"
"""In a history: a file's place, until the file itself comes under the same wamid."""
CORRECTIONS: Final = ("edit", "revoke")

_MEDIA: Final = frozenset({"image", "video", "audio", "document", "sticker"})
_LONGEST_TYPE: Final = 64
_ENVELOPE: Final = frozenset({
    "from", "from_user_id", "from_parent_user_id", "group_id", "id", "timestamp", "type", "context", "referral",
    "errors", "identity", "to", "to_user_id", "to_parent_user_id", "history_context",
})  # fmt: skip


class Misread(Exception):
    """The item lacks what makes it a message or a status; says what."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change came from. `received_at` stands in for a timestamp that cannot be read.

    `told_at` is the entry's own time, `business` the digits of the number that it came to.
    """

    waba_id: str
    phone_number_id: str
    received_at: datetime | None
    told_at: datetime | None = None
    business: str = ""


def read_message(raw: Any, origin: Origin, contacts: Contacts, position: int) -> InboundMessage | Correction:
    """Raises Misread when it has no id, no sender or no time."""
    if type(raw) is not dict:
        raise Misread("a message is not an object")
    correction = read_correction(raw, origin, outbound=False)
    if correction is not None:
        return correction
    who = sender(raw, contacts, position)
    if who is None:
        raise Misread("the message names no sender: no from, from_user_id or contact")
    return InboundMessage(**_common(raw, origin, who))


def read_app_message(
    raw: JsonObject, origin: Origin, customer: Sender, *, outbound: bool, past: bool
) -> AppMessage:
    """Raises Misread when it has no id or no time."""
    history = mapping(raw.get("history_context")) or {}
    told = text(history.get("status"))
    return AppMessage(
        **_common(raw, origin, customer), outbound=outbound, past=past, told_status=told.lower() if told else None
    )


def read_correction(raw: JsonObject, origin: Origin, *, outbound: bool) -> Correction | None:
    """None for a message of any other type, and for a correction that does not say of what."""
    kind = raw.get("type")
    told = mapping(raw.get(kind)) if kind in CORRECTIONS else None
    target = identifier(told.get("original_message_id")) if told else None
    if told is None or target is None:
        return None
    moment, _ = moment_of(raw, origin)
    new = mapping(told.get("message")) or {}
    new_kind = _type(new)
    content = _content(new, new_kind)
    return Correction(
        phone_number_id=origin.phone_number_id,
        waba_id=origin.waba_id,
        wamid=wamid_of(raw),
        target=target,
        kind="edit" if kind == "edit" else "revoke",
        outbound=outbound,
        at=moment,
        body=BODIES[new_kind](content) if new_kind in BODIES else "",
        content=content,
        raw=raw,
    )


def _common(raw: JsonObject, origin: Origin, who: Sender) -> dict[str, Any]:
    moment, timed_by_us = moment_of(raw, origin)
    kind = _type(raw)
    content = _content(raw, kind)
    reported = errors(raw["errors"]) if "errors" in raw else ()
    return {
        "phone_number_id": origin.phone_number_id,
        "waba_id": origin.waba_id,
        "wamid": wamid_of(raw),
        "sender": who,
        "at": moment,
        "timed_by_us": timed_by_us,
        "type": kind,
        "body": BODIES[kind](content) if kind in BODIES else "",
        "content": content,
        "context": _context(raw, kind, content),
        "media": _media(content, kind) if kind in _MEDIA else None,
        "errors": reported,
        "is_ghost": kind == PLACEHOLDER or _is_ghost(kind, reported),
        "group_id": identifier(raw.get("group_id")),
        "raw": raw,
    }


def wamid_of(raw: JsonObject) -> str:
    wamid = identifier(raw.get("id"))
    if wamid is None:
        raise Misread("it has no id, or one that cannot be a wamid (1 to 512 ASCII characters)")
    return wamid


def moment_of(raw: JsonObject, origin: Origin) -> tuple[datetime, bool]:
    """(when, whether by our clock). A message is not lost for the sake of its timestamp."""
    moment = at(raw.get("timestamp"))
    if moment is not None:
        return moment, False
    if origin.received_at is None:
        raise Misread("its timestamp cannot be read")
    return origin.received_at, True


def _type(raw: JsonObject) -> str:
    told = text(raw.get("type"))
    if told is not None:
        return told[:_LONGEST_TYPE]
    return next((kind for kind in BODIES if kind in raw), "unknown")


def _content(raw: JsonObject, kind: str) -> JsonObject:
    """The typed object whole. What is not an object is kept under the type's name, the rest of an unknown as is."""
    told = raw.get(kind)
    if type(told) is dict:
        return told
    if told is not None and kind not in _ENVELOPE:
        return {kind: told}
    return {key: value for key, value in raw.items() if key not in _ENVELOPE}


def _context(raw: JsonObject, kind: str, content: JsonObject) -> Context | None:
    """`quoted` is the message replied to or tapped, or the one reacted to."""
    told, referral = raw.get("context"), mapping(raw.get("referral"))
    target = content.get("message_id") if kind == "reaction" else None
    if told is None and referral is None and target is None:
        return None
    context = mapping(told) or {}
    often = bool(context.get("frequently_forwarded"))
    return Context(
        quoted=identifier(target) or identifier(context.get("id")),
        forwarded=bool(context.get("forwarded")) or often,
        often_forwarded=often,
        product=mapping(context.get("referred_product")),
        referral=referral,
    )


def _media(content: JsonObject, kind: str) -> MediaRef | None:
    media_id = identifier(content.get("id"))
    if media_id is None:
        return None
    return MediaRef(
        media_id=media_id,
        kind=kind,
        mime_type=text(content.get("mime_type")) or "application/octet-stream",
        sha256=text(content.get("sha256")),
        filename=text(content.get("filename")),
        caption=text(content.get("caption")),
        voice=content.get("voice") is True,
        animated=content.get("animated") is True,
        url=text(content.get("url")),
    )


def _is_ghost(kind: str, reported: tuple[ReportedError, ...]) -> bool:
    return kind == "unsupported" and any(error.code == GHOST for error in reported)
