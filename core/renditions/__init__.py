"""Small pictures, waves, and files as WhatsApp takes them, made of what strangers send: in a process that may die.

Decoders are where hostile files do their harm. Nothing is decoded in a process that has a database or a secret: each
file gets a child of its own, with little memory, little time, no environment, and two open files.
"""

from typing import Final

from core.renditions.workshop import Made, Spooled, Task, Unmakeable, Workshop

__all__ = ["PICTURES", "SOUNDS", "VIDEOS", "Made", "Spooled", "Task", "Unmakeable", "Workshop", "previewable"]

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
VIDEOS: Final = frozenset({"video/mp4", "video/3gpp"})
SOUNDS: Final = frozenset({"audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr"})


def previewable(mime_type: str) -> bool:
    """Whether there is something to show of it before it is opened."""
    return mime_type in PICTURES | VIDEOS | SOUNDS
