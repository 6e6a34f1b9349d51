"""Header, body and footer: what stands around the action of an interactive message."""

from collections.abc import Hashable, Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag

from core.whatsapp.outbound.media import Filename, Media
from core.whatsapp.outbound.values import Sent, Shown

BODY_LIMIT: Final = 1024
HEADER_LIMIT: Final = 60
FOOTER_LIMIT: Final = 60
LABEL_LIMIT: Final = 20


class Body(Sent):
    text: Annotated[str, Field(min_length=1, max_length=BODY_LIMIT), Shown]


class Footer(Sent):
    text: Annotated[str, Field(min_length=1, max_length=FOOTER_LIMIT), Shown]


class HeaderFile(Media):
    """`id`, `link` or `attachment_id`."""


class HeaderDocument(HeaderFile):
    filename: Filename | None = None


class TextHeader(Sent):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=HEADER_LIMIT), Shown]


class ImageHeader(Sent):
    type: Literal["image"]
    image: HeaderFile


class VideoHeader(Sent):
    type: Literal["video"]
    video: HeaderFile


class DocumentHeader(Sent):
    type: Literal["document"]
    document: HeaderDocument


def kind_of(value: Any) -> str | None:
    """The tag of a union whose choices are told apart by `type`."""
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"({kind})" if isinstance(kind, str) else None


Header = Annotated[
    Annotated[TextHeader, Tag("(text)")] | Annotated[ImageHeader, Tag("(image)")]
    | Annotated[VideoHeader, Tag("(video)")] | Annotated[DocumentHeader, Tag("(document)")],
    Discriminator(kind_of),
]  # fmt: skip
MediaHeader = Annotated[
    Annotated[ImageHeader, Tag("(image)")] | Annotated[VideoHeader, Tag("(video)")], Discriminator(kind_of)
]


class Interactive(Sent):
    """What all kinds may have. Each kind says what it needs."""

    type: str
    body: Body | None = None
    footer: Footer | None = None

    @property
    def words(self) -> str:
        """What a person reads of it."""
        return self.body.text if self.body else ""



def refuse_twins(values: Iterable[Hashable], noun: str) -> None:
    """Raises ValueError when two are equal."""
    told = list(values)
    if len(set(told)) < len(told):
        raise ValueError(f"has the same {noun} twice: make every {noun} different")


def refuse_untitled(titles: list[str | None]) -> None:
    """Raises ValueError when one of several sections has no title."""
    if len(titles) > 1 and not all(titles):
        raise ValueError("has several sections: give each a title")
