"""A zip archive written from its first byte to its last, of any size, in little memory: nothing is sought back to.

APPNOTE.TXT 6.3.10: sizes and checksum follow each entry (bit 3), in 8 bytes (zip64); the central directory waits in a
temporary file. Python's own zipfile keeps an object for each entry until the end.
"""

import asyncio
import struct
import tempfile
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_STREAMED_UTF8: Final = 0x0808
_ZIP64: Final = 45
_DEFLATED: Final = 8
_FULL: Final = 0xFFFFFFFF
_MANY: Final = 0xFFFF
_IN_MEMORY: Final = 1024 * 1024
_PIECE: Final = 256 * 1024


@dataclass(slots=True)
class _Entry:
    name: bytes
    offset: int
    crc: int = 0
    size: int = 0
    packed: int = 0


class ZipStream:
    """`async for piece in stream.add(…)` for each file, then `stream.finish()`; hand the pieces on in their order."""

    def __init__(self, made: datetime) -> None:
        self._directory = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by close
        self._stamp = _stamp(made)
        self._offset, self._entries, self._directory_size = 0, 0, 0

    def close(self) -> None:
        self._directory.close()

    async def add(self, name: str, content: AsyncIterable[bytes], level: int = 6) -> AsyncIterator[bytes]:
        """One file. `level` 0 for what is compressed already."""
        entry = _Entry(name.encode(), self._offset)
        packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        yield self._counted(self._local_header(entry))
        async for piece in content:
            entry.crc = zlib.crc32(piece, entry.crc)
            entry.size += len(piece)
            if packed := await asyncio.to_thread(packer.compress, piece):
                entry.packed += len(packed)
                yield self._counted(packed)
        rest = packer.flush()
        entry.packed += len(rest)
        yield self._counted(rest + struct.pack("<4sLQQ", b"PK\7\10", entry.crc, entry.packed, entry.size))
        self._remember(entry)

    def finish(self) -> Iterator[bytes]:
        """The central directory and the end."""
        start = self._offset
        self._directory.seek(0)
        while piece := self._directory.read(_PIECE):
            yield self._counted(piece)
        yield self._end(start)

    def _counted(self, piece: bytes) -> bytes:
        self._offset += len(piece)
        return piece

    def _local_header(self, entry: _Entry) -> bytes:
        sizes = struct.pack("<HHQQ", 1, 16, 0, 0)
        head = struct.pack("<4sHHHHHLLLHH", b"PK\3\4", _ZIP64, _STREAMED_UTF8, _DEFLATED, *self._stamp, 0, _FULL, _FULL,
                           len(entry.name), len(sizes))  # fmt: skip
        return head + entry.name + sizes

    def _remember(self, entry: _Entry) -> None:
        numbers = (entry.size, entry.packed, entry.offset)
        large = [number for number in numbers if number >= _FULL]
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        size, packed, offset = (min(number, _FULL) for number in numbers)
        record = struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", _ZIP64, _ZIP64, _STREAMED_UTF8, _DEFLATED, *self._stamp,
                             entry.crc, packed, size, len(entry.name), len(extra), 0, 0, 0, 0, offset)  # fmt: skip
        self._directory.write(record + entry.name + extra)
        self._directory_size += len(record) + len(entry.name) + len(extra)
        self._entries += 1

    def _end(self, start: int) -> bytes:
        size, entries, large = self._directory_size, self._entries, b""
        if start >= _FULL or size >= _FULL or entries >= _MANY:
            large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, _ZIP64, _ZIP64, 0, 0, entries, entries, size, start)
            large += struct.pack("<4sLQL", b"PK\6\7", 0, self._offset, 1)
        many = min(entries, _MANY)
        return large + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, many, many, min(size, _FULL), min(start, _FULL), 0)


def _stamp(made: datetime) -> tuple[int, int]:
    """MS-DOS time and date: two seconds a tick, from 1980."""
    date = (max(made.year, 1980) - 1980) << 9 | made.month << 5 | made.day
    return made.hour << 11 | made.minute << 5 | made.second // 2, date
