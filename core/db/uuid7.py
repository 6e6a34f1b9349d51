"""UUIDs that sort by when they were made, for rows whose ids a batch must know before it writes them."""

import os
import time
import uuid
from typing import Final

from asyncpg.pgproto.pgproto import UUID

_VERSION: Final = 7 << 12
_VARIANT: Final = 0b10 << 62
_last = 0


def uuid7() -> uuid.UUID:
    """An RFC 9562 version 7 id, strictly greater than the previous one of this process.

    The 12 bits after the milliseconds are a fraction of them, as PostgreSQL's uuidv7() does it, so that messages of
    one second keep their order of arrival when sorted by id. asyncpg's own kind of UUID, which it writes and reads
    several times as fast as the standard library's.
    """
    global _last
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    moment = max(milliseconds << 12 | nanoseconds * 4096 // 1_000_000, _last + 1)
    _last = moment
    tail = _VARIANT | int.from_bytes(os.urandom(8), "big") >> 2
    head = (moment >> 12) << 16 | _VERSION | moment & 0xFFF
    return UUID((head << 64 | tail).to_bytes(16, "big"))
