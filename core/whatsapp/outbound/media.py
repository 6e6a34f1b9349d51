"""Files: by Meta's own id, by a link that Meta fetches, or by an attachment that we keep."""

from typing import Annotated, Final, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator

from core.whatsapp.outbound.values import Id, Link, Sent, Shown, example

MediaKind: TypeAlias = Literal["image", "video", "audio", "document", "sticker"]
CAPTION_LIMIT: Final = 1024
FILENAME_LIMIT: Final = 240
_SOURCES: Final = ("id", "link", "attachment_id")

Caption = Annotated[str, Field(min_length=1, max_length=CAPTION_LIMIT), Shown]
Filename = Annotated[str, Field(min_length=1, max_length=FILENAME_LIMIT), Shown]


class Media(Sent):
    """Exactly one of `id`, `link` and `attachment_id`."""

    id: Id | None = None
    link: Link | None = None
    attachment_id: UUID | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("needs exactly one of id (uploaded to WhatsApp), link (fetched by WhatsApp) and "
                             "attachment_id (kept here)")  # fmt: skip
        return self


class Picture(Media):
    """An image or a video."""

    model_config = example(link="https://atlas.ma/colis.jpg", caption="Votre colis")

    caption: Caption | None = None


class Audio(Media):
    """`voice`: shown as a voice message; WhatsApp wants ogg with opus, mono, for that."""

    model_config = example(id="1166846181421424", voice=True)

    voice: bool | None = None


class Document(Media):
    """`filename` is what the customer sees; its ending says what it is."""

    model_config = example(link="https://atlas.ma/facture-112.pdf", filename="facture-112.pdf", caption="Votre facture")

    caption: Caption | None = None
    filename: Filename | None = None


class Sticker(Media):
    """WebP, 512 × 512."""

    model_config = example(id="798882015472548")
