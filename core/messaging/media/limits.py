"""What Meta takes of a file that is sent, by kind. Source: Meta, "Media", supported types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from core.errors import Invalid

Kind: TypeAlias = Literal["image", "video", "audio", "document", "sticker"]
MB: Final = 1024 * 1024
KIB: Final = 1024
LARGEST: Final = 100 * MB
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS: Final = (
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """What Meta takes of a kind."""

    types: tuple[str, ...]
    size: int

    @property
    def words(self) -> str:
        return f"{self.size // MB} MB" if self.size >= MB else f"{self.size // KIB} KB"


LIMITS: Final[dict[Kind, Limit]] = {
    "image": Limit(("image/jpeg", "image/png"), 5 * MB),
    "audio": Limit(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "video": Limit(("video/mp4", "video/3gpp"), 16 * MB),
    "document": Limit(_DOCUMENTS, LARGEST),
    "sticker": Limit(("image/webp",), 500 * KIB),
}
STILL_STICKER: Final = 100 * KIB
STICKER_SIDE: Final = 512
CONVERTED: Final[dict[Kind, tuple[str, ...]]] = {
    "image": ("image/webp", "image/gif"), "audio": ("audio/wav", "audio/webm", "audio/opus"),
}
"""What we make into what Meta takes."""
LARGEST_CONVERTED: Final = 64 * MB


def kind_of(mime_type: str) -> Kind:
    """The kind of message for a file of this type. Raises Invalid, saying what WhatsApp takes."""
    for kind, limit in LIMITS.items():
        if kind != "sticker" and mime_type in (*limit.types, *CONVERTED.get(kind, ())):
            return kind
    taken = ", ".join(one for limit in LIMITS.values() for one in limit.types)
    raise Invalid(
        f"WhatsApp takes no files of type {mime_type} (#100): make it a PDF, a picture or another of these: {taken}.",
        errors=[{"loc": ["file"], "msg": f"is {mime_type}"}],
    )


def check_type(kind: Kind, mime_type: str) -> None:
    """Raises Invalid unless a message of this kind may carry such a file, perhaps made into another."""
    limit = LIMITS[kind]
    if mime_type not in (*limit.types, *CONVERTED.get(kind, ())):
        raise Invalid(
            f"This file is {mime_type}, and WhatsApp takes for {kind}: {', '.join(limit.types)}.",
            errors=[{"loc": ["file"], "msg": f"is {mime_type}"}],
        )


def check_size(kind: Kind, size: int) -> None:
    """Raises Invalid, with Meta's own limit."""
    limit = LIMITS[kind]
    if not 0 < size <= limit.size:
        cure = "choose a file with something in it" if size == 0 else _CURES[kind]
        raise Invalid(f"The file has {size} bytes, and WhatsApp takes for {kind} at most {limit.words}: {cure}.",
                      errors=[{"loc": ["file"], "msg": f"has {size} bytes"}], limit=limit.size, length=size)


def check_sticker(facts: Mapping[str, Any], size: int) -> None:
    """Raises Invalid unless Meta shows it as a sticker."""
    side, found = STICKER_SIDE, (facts["width"], facts["height"])
    if found != (side, side):
        raise Invalid(f"WhatsApp takes stickers of {side} × {side} pixels, and this one has {found[0]} × {found[1]}: "
                      "make it a square of that size.", errors=[{"loc": ["file"], "msg": "has another size"}])
    if not facts["animated"] and size > STILL_STICKER:
        raise Invalid(f"The sticker has {size} bytes, and WhatsApp takes at most 100 KB when it does not move: make it "
                      "smaller.", errors=[{"loc": ["file"], "msg": f"has {size} bytes"}], limit=STILL_STICKER)


_CURES: Final[dict[Kind, str]] = {
    "image": "make the picture smaller, or send it as a document", "video": "make the video shorter or smaller",
    "audio": "make the recording shorter", "document": "split it, or send a link to it",
    "sticker": "make the sticker smaller",
}
