"""What a store of objects promises, whichever it is."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias

Source: TypeAlias = bytes | AsyncIterable[bytes]
CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing tells of it. `at`: when it was last put, by the store's own clock."""

    key: str
    size: int
    at: datetime


class Storage(Protocol):
    """Every method raises Unavailable when the store cannot be used, and ValueError for a key that is none."""

    async def put(self, key: str, source: Source, content_type: str) -> int:
        """Keep these bytes, whole or not at all; durable when it returns the size. Replaces what was there.

        An error raised by the source leaves the store as it was.
        """
        ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes in pieces, from `start` on, at most `length` of them. Raises NotFound."""
        ...

    async def size(self, key: str) -> int:
        """How many bytes it has. Raises NotFound."""
        ...

    async def get(self, key: str) -> bytes:
        """All the bytes. Raises NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Forget the object; nothing happens when there is none."""
        ...

    async def exists(self, key: str) -> bool: ...

    def keys(self, folder: str) -> AsyncIterator[str]:
        """Every key below `folder/`. What is put or deleted meanwhile may be among them or not."""
        ...

    def objects(self, folder: str, after: str = "") -> AsyncIterator[Stored]:
        """As `keys`, in the order of the keys' characters, those that follow `after`: to be continued another time."""
        ...

    async def tidy(self) -> None:
        """Forget what puts left that never ended."""
        ...

    async def check(self) -> None:
        """Raises Unavailable, saying what to look at, unless objects can be kept here."""
        ...

    async def close(self) -> None: ...


async def pieces(source: Source) -> AsyncIterator[bytes]:
    """The source as a stream."""
    if isinstance(source, bytes):
        yield source
        return
    async for piece in source:
        yield piece
