"""UUIDs that sort by when they were made, for rows whose ids a batch must know before it writes them."""

import os
import time
from uuid import UUID

_last = 0


def uuid7() -> UUID:
    """An RFC 9562 version 7 id, strictly greater than the previous one of this process.

    The 12 bits after the milliseconds are a fraction of them, as PostgreSQL's uuidv7() does it, so that messages of
    one second keep their order of arrival when sorted by id.
    """
    global _last
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    moment = max(milliseconds << 12 | nanoseconds * 4096 // 1_000_000, _last + 1)
    _last = moment
    tail = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(moment >> 12) << 80 | 7 << 76 | (moment & 0xFFF) << 64 | 0b10 << 62 | tail)
