"""Containers of sound and film, opened in the child."""

from typing import Any, BinaryIO, Final

import av
from av.container import InputContainer

_READERS: Final = {
    "audio/ogg": "ogg", "audio/opus": "ogg", "audio/mpeg": "mp3", "audio/mp4": "mov", "audio/aac": "aac",
    "audio/amr": "amr", "audio/wav": "wav", "audio/webm": "matroska", "video/mp4": "mov", "video/3gpp": "mov",
}  # fmt: skip


class WithoutStream(Exception):
    """A container that holds nothing of what was looked for."""


def opened(source: BinaryIO, mime_type: str) -> InputContainer:
    """One reader, named by us: some of those that are found by looking read playlists, which name other files."""
    container = av.open(source, format=_READERS[mime_type], metadata_errors="replace")
    assert isinstance(container, InputContainer)  # noqa: S101 - it is opened for reading
    return container


def first_stream(container: InputContainer, kind: str) -> Any:
    """Decoded by one thread: each would take memory of its own."""
    stream: Any = next((one for one in container.streams if one.type == kind), None)
    if stream is None:
        raise WithoutStream(f"it holds no {kind}")
    stream.thread_type, stream.codec_context.thread_count = "NONE", 1
    return stream


def seconds_of(container: InputContainer) -> float | None:
    """As the container tells it."""
    return None if container.duration is None or container.duration < 0 else container.duration / av.time_base
