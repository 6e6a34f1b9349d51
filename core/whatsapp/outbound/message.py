"""From what somebody asked to be sent to the JSON that Meta takes, through values whose limits are checked.

The ledger keeps the object under the type's own key, as it keeps customers' messages; contact cards, which Meta sends
as an array, under `contacts`.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from core.whatsapp.displayed import BODIES
from core.whatsapp.outbound.cards import Card, Cards
from core.whatsapp.outbound.faults import Fault, InvalidPayload, invalid_payload
from core.whatsapp.outbound.interactive import AnyInteractive, Interactive
from core.whatsapp.outbound.media import Audio, Document, Picture, Sticker
from core.whatsapp.outbound.plain import Location, Pin, Reaction, Text
from core.whatsapp.outbound.recipient import Recipient
from core.whatsapp.outbound.template import Template
from core.whatsapp.outbound.values import Payload, Sent

CALLBACK_DATA_LIMIT: Final = 512
MEDIA: Final = frozenset({"image", "video", "audio", "document", "sticker"})
CAPTIONED: Final = frozenset({"image", "video", "document"})

_MODELS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "text": TypeAdapter(Text),
    "image": TypeAdapter(Picture),
    "video": TypeAdapter(Picture),
    "audio": TypeAdapter(Audio),
    "document": TypeAdapter(Document),
    "sticker": TypeAdapter(Sticker),
    "location": TypeAdapter(Location),
    "contacts": TypeAdapter(Cards),
    "reaction": TypeAdapter(Reaction),
    "template": TypeAdapter(Template),
    "interactive": TypeAdapter(AnyInteractive),
    "pin": TypeAdapter(Pin),
}
TYPES: Final = tuple(_MODELS)
Content = Sent | list[Card]


def read_content(type: str, told: Any) -> Content:
    """The object of this type, from JSON as Meta spells it. Raises InvalidPayload, whose paths begin with the type."""
    if type not in _MODELS:
        words = f"is {type!r}, which cannot be sent: use one of {', '.join(TYPES)}"
        raise InvalidPayload(f"type {words}", [Fault(("type",), words)])
    try:
        read: Content = _MODELS[type].validate_python(told)
    except ValidationError as error:
        raise invalid_payload(error, (type,)) from None
    return read


def kept(content: Content) -> Payload:
    """As the ledger keeps it."""
    return {"contacts": [card.as_meta() for card in content]} if isinstance(content, list) else content.as_meta()


def unkept(type: str, content: Mapping[str, Any]) -> Any:
    """Meta's own spelling of what the ledger keeps."""
    return content.get("contacts") if type == "contacts" else content


def words_of(type: str, content: Content) -> str:
    """What a person reads of it."""
    if isinstance(content, Interactive):
        return content.words
    if isinstance(content, Template):
        return _filled(content)
    told = kept(content)
    return BODIES[type](told) if type in BODIES else ""


def _filled(template: Template) -> str:
    """Its text is Meta's: what is known here is its name and what was filled in."""
    found = [parameter["text"] for component in template.as_meta().get("components", ()) if component["type"] == "body"
             for parameter in component["parameters"] if "text" in parameter]  # fmt: skip
    return f"{template.name}: {' · '.join(found)}" if found else template.name


def message_payload(
    to: Recipient, type: str, content: Any, *, reply_to_wamid: str | None = None, callback_data: str | None = None
) -> Payload:
    """The body of the POST. `content` is Meta's object of the type. Raises InvalidPayload."""
    payload: Payload = {"messaging_product": "whatsapp", **to.keys(), "type": type, type: content}
    if reply_to_wamid and type not in ("reaction", "pin"):
        payload["context"] = {"message_id": reply_to_wamid}
    if callback_data:
        if len(callback_data) > CALLBACK_DATA_LIMIT:
            raise InvalidPayload(f"The callback data has {len(callback_data)} characters; WhatsApp takes at most "
                                 f"{CALLBACK_DATA_LIMIT}.")  # fmt: skip
        payload["biz_opaque_callback_data"] = callback_data
    return payload


def text_payload(to: Recipient, body: str, *, callback_data: str | None = None) -> Payload:
    """A text. Raises InvalidPayload."""
    return message_payload(to, "text", kept(read_content("text", {"body": body})), callback_data=callback_data)


def read_payload(wamid: str, *, typing: bool = False) -> Payload:
    """Marks this message and earlier ones as read; `typing` shows the dots until an answer, 25 s at most."""
    payload: Payload = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        payload["typing_indicator"] = {"type": "text"}
    return payload
