"""Films, in the child."""

from typing import Any, BinaryIO, Final

from core.renditions.containers import WithoutStream, first_stream, opened, seconds_of
from core.renditions.pictures import TooManyPixels, small

_MOST_PIXELS: Final = 9_000_000
"""4096 × 2160 and a little."""
_MOST_FRAMES: Final = 60
"""Looked at for one that can be read."""


def thumbnail(source: BinaryIO, mime_type: str) -> tuple[dict[str, Any], bytes]:
    """Its first picture, upright, as WebP."""
    with opened(source, mime_type) as container:
        stream = first_stream(container, "video")
        if stream.codec_context.width * stream.codec_context.height > _MOST_PIXELS:
            raise TooManyPixels("its pictures have too many pixels")
        for number, frame in enumerate(container.decode(stream)):
            if frame.width * frame.height > _MOST_PIXELS or number > _MOST_FRAMES:
                break
            picture = frame.to_image().rotate(frame.rotation, expand=True)
            duration = seconds_of(container)
            told = {"width": picture.width, "height": picture.height,
                    "duration": None if duration is None else round(duration, 2)}  # fmt: skip
            return told, small(picture)
    raise WithoutStream("none of its pictures can be read")
