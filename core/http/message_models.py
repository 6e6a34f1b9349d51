"""What may be posted as a message: one model for each type, with Meta's object under the type's own name."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Discriminator, Field, RootModel, Tag, ValidationError, model_validator

from core.errors import Invalid
from core.http.text import RequestModel
from core.messaging.drafts import refusal
from core.whatsapp.outbound.cards import Card, Cards
from core.whatsapp.outbound.faults import faults_of
from core.whatsapp.outbound.interactive import AnyInteractive
from core.whatsapp.outbound.media import Audio, Document, Picture, Sticker
from core.whatsapp.outbound.plain import TEXT_LIMIT, Location, Pin, Reaction, Text
from core.whatsapp.outbound.template import Template
from core.whatsapp.outbound.values import Id, Sent, Shown, example

_MESSAGE: Final = "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"


class Quote(RequestModel):
    """Meta's own spelling of a reply."""

    message_id: Id


class _NewMessage(RequestModel):
    """`id` is made by the client: the same id again is the same message, never a second one.

    `reply_to` quotes a message of the conversation by our id, `context` by WhatsApp's. `last_seen` is the newest
    message the sender has seen (its id, or the event's seq): when there are newer ones the answer is 409, unless
    `confirm` is true. With `recipient_identity_key_hash`, WhatsApp delivers only to the identity it stands for.
    """

    id: UUID | None = None
    reply_to: UUID | None = None
    context: Quote | None = None
    last_seen: UUID | int | None = None
    confirm: bool = False
    bulk: bool = Field(default=False, description="One of many: it waits behind everybody's replies.")
    recipient_identity_key_hash: Annotated[str, Field(min_length=1, max_length=200), Shown] | None = None

    @property
    def content(self) -> Any:
        """Meta's object."""
        told: Sent | list[Card] = getattr(self, getattr(self, "type"))  # noqa: B009 - every subclass has one
        return [card.as_meta() for card in told] if isinstance(told, list) else told.as_meta()


Words = Annotated[
    Annotated[Text, Tag("(object)")]
    | Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT), Shown, Tag("(plain)")],
    Discriminator(lambda told: "(plain)" if isinstance(told, str) else "(object)"),
]


class NewText(_NewMessage):
    """The text as `body`, or as `text`: plainly, or as WhatsApp's object."""

    model_config = example(id=_MESSAGE, type="text", body="Votre colis part demain.")

    type: Literal["text"] = "text"
    body: Words | None = None
    text: Words | None = None

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if (self.body is None) is (self.text is None):
            raise ValueError("needs exactly one of body and text: the words to send")
        return self

    @property
    def content(self) -> Any:
        told = self.text if self.body is None else self.body
        return told.as_meta() if isinstance(told, Text) else {"body": told}


class NewImage(_NewMessage):
    model_config = example(id=_MESSAGE, type="image", image={"link": "https://atlas.ma/colis.jpg", "caption": "Colis"})

    type: Literal["image"]
    image: Picture


class NewVideo(_NewMessage):
    model_config = example(id=_MESSAGE, type="video", video={"id": "1166846181421424", "caption": "Le circuit"})

    type: Literal["video"]
    video: Picture


class NewAudio(_NewMessage):
    model_config = example(id=_MESSAGE, type="audio", audio={"id": "1166846181421424", "voice": True})

    type: Literal["audio"]
    audio: Audio


class NewDocument(_NewMessage):
    model_config = example(id=_MESSAGE, type="document",
                           document={"link": "https://atlas.ma/facture-112.pdf", "filename": "facture-112.pdf"})

    type: Literal["document"]
    document: Document


class NewSticker(_NewMessage):
    model_config = example(id=_MESSAGE, type="sticker", sticker={"id": "798882015472548"})

    type: Literal["sticker"]
    sticker: Sticker


class NewLocation(_NewMessage):
    model_config = example(id=_MESSAGE, type="location", location={
        "latitude": 33.5731, "longitude": -7.5898, "name": "Atlas Voyages", "address": "12, rue Tahar Sebti"})

    type: Literal["location"]
    location: Location


class NewContacts(_NewMessage):
    model_config = example(id=_MESSAGE, type="contacts", contacts=[
        {"name": {"formatted_name": "Salma Idrissi", "first_name": "Salma"},
         "phones": [{"phone": "+212 661 000000", "type": "CELL", "wa_id": "212661000000"}]}])  # fmt: skip

    type: Literal["contacts"]
    contacts: Cards


class NewReaction(_NewMessage):
    """`message_id` is WhatsApp's or ours; an empty emoji takes the reaction back."""

    model_config = example(id=_MESSAGE, type="reaction", reaction={"message_id": _MESSAGE, "emoji": "👍"})

    type: Literal["reaction"]
    reaction: Reaction


class NewTemplate(_NewMessage):
    """May be sent at any time, also outside the 24-hour window."""

    model_config = example(id=_MESSAGE, type="template", template={
        "name": "order_shipped", "language": {"code": "fr"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Salma"}]}]})  # fmt: skip

    type: Literal["template"]
    template: Template


class NewInteractive(_NewMessage):
    model_config = example(id=_MESSAGE, type="interactive", interactive={
        "type": "button", "body": {"text": "Livrer demain ?"}, "action": {"buttons": [
            {"type": "reply", "reply": {"id": "yes", "title": "Oui"}},
            {"type": "reply", "reply": {"id": "no", "title": "Non"}}]}})  # fmt: skip

    type: Literal["interactive"]
    interactive: AnyInteractive


class NewPin(_NewMessage):
    """In groups alone."""

    model_config = example(id=_MESSAGE, type="pin", pin={"type": "pin", "message_id": _MESSAGE, "expiration_days": 7})

    type: Literal["pin"]
    pin: Pin


def _type(told: Any) -> str | None:
    kind = told.get("type", "text") if isinstance(told, Mapping) else getattr(told, "type", None)
    return f"({kind})" if isinstance(kind, str) else None


AnyNewMessage = Annotated[
    Annotated[NewText, Tag("(text)")]
    | Annotated[NewImage, Tag("(image)")]
    | Annotated[NewVideo, Tag("(video)")]
    | Annotated[NewAudio, Tag("(audio)")]
    | Annotated[NewDocument, Tag("(document)")]
    | Annotated[NewSticker, Tag("(sticker)")]
    | Annotated[NewLocation, Tag("(location)")]
    | Annotated[NewContacts, Tag("(contacts)")]
    | Annotated[NewReaction, Tag("(reaction)")]
    | Annotated[NewTemplate, Tag("(template)")]
    | Annotated[NewInteractive, Tag("(interactive)")]
    | Annotated[NewPin, Tag("(pin)")],
    Discriminator(_type),
]
_EACH: Final[tuple[type[_NewMessage], ...]] = (
    NewText, NewImage, NewVideo, NewAudio, NewDocument, NewSticker, NewLocation, NewContacts, NewReaction, NewTemplate,
    NewInteractive, NewPin,
)  # fmt: skip


def _examples() -> list[Any]:
    told = [each.model_json_schema(by_alias=False)["examples"] for each in _EACH]
    return [one for examples in told for one in examples]


class NewMessage(RootModel[AnyNewMessage]):
    """A message of any type. `type` says which; its object has WhatsApp's own spelling, and WhatsApp's own limits."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": _examples()})

    @staticmethod
    def refusal(error: ValidationError) -> Invalid:
        """In WhatsApp's terms: the member, WhatsApp's own limit, what to do."""
        return refusal(faults_of(error))
