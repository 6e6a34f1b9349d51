"""Pictures, in the child."""

import io
from typing import Any, BinaryIO, Final

from PIL import Image, ImageOps

FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
SIDE: Final = 640
"""Of thumbnails: twice what a thread shows, for sharp screens."""
_MOST_PIXELS: Final = 50_000_000
_MOST_JPEG_PIXELS: Final = 220_000_000
"""A JPEG is read at an eighth of its size where that is enough."""
_LARGEST_SENT: Final = 4096
_QUALITIES: Final = (90, 80, 65, 50)
# Our own, before anything is decoded: Pillow's stands above what the memory takes.
Image.MAX_IMAGE_PIXELS = None


class TooManyPixels(Exception):
    """A picture whose header alone says that it would fill the memory."""


def opened(source: BinaryIO, mime_type: str) -> Image.Image:
    """Its header read. No other format than the one it is said to have: a file may be several at once."""
    picture = Image.open(source, formats=(FORMATS[mime_type],))
    most = _MOST_JPEG_PIXELS if picture.format == "JPEG" else _MOST_PIXELS
    if picture.width * picture.height > most:
        raise TooManyPixels(f"{picture.width} × {picture.height} pixels are too many")
    return picture


def thumbnail(source: BinaryIO, mime_type: str) -> tuple[dict[str, Any], bytes]:
    """WebP, upright, without what the file tells of its maker and place; of a moving one the first picture."""
    picture = opened(source, mime_type)
    sideways = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = reversed(picture.size) if sideways else picture.size
    picture.draft("RGB", (SIDE, SIDE))
    return {"width": width, "height": height}, small(ImageOps.exif_transpose(picture))


def look(source: BinaryIO, mime_type: str) -> dict[str, Any]:
    """`{width, height, animated}`, after its first picture was read."""
    picture = opened(source, mime_type)
    picture.load()
    return {"width": picture.width, "height": picture.height, "animated": getattr(picture, "n_frames", 1) > 1}


def small(picture: Image.Image) -> bytes:
    """As WebP, no side longer than SIDE."""
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    picture.thumbnail((SIDE, SIDE))
    made = io.BytesIO()
    picture.convert("RGBA" if clear else "RGB").save(made, "WEBP", quality=78)
    return made.getvalue()


def as_sent(source: BinaryIO, mime_type: str, largest: int) -> tuple[dict[str, Any], bytes]:
    """`{keep}` for what WhatsApp takes as it is, else a JPEG of at most `largest` bytes."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    picture = opened(source, mime_type)
    taken = {"image/jpeg": ("RGB", "L"), "image/png": ("RGB", "RGBA")}.get(mime_type, ())
    if picture.mode in taken and size <= largest:
        picture.load()
        return {"keep": True, "width": picture.width, "height": picture.height}, b""
    picture.draft("RGB", (_LARGEST_SENT, _LARGEST_SENT))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((_LARGEST_SENT, _LARGEST_SENT))
    for quality in _QUALITIES:
        made = io.BytesIO()
        _on_white(upright).save(made, "JPEG", quality=quality)
        if made.tell() <= largest:
            return {"mime_type": "image/jpeg", "width": upright.width, "height": upright.height}, made.getvalue()
    raise TooManyPixels("it stays too large however much it is compressed")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA", "P"):
        with_alpha = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), with_alpha).convert("RGB")
    return picture.convert("RGB")
