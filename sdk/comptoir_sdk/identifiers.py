"""UUID version 7 (RFC 9562 §5.7): sorted by the millisecond of their making, so that an index grows at its end."""

import secrets
import time
from uuid import UUID

_VERSION_7, _VARIANT = 0x7 << 76, 0b10 << 62


def uuid7() -> UUID:
    """A fresh identifier: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000 & (1 << 48) - 1
    high, low = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=milliseconds << 80 | _VERSION_7 | high << 64 | _VARIANT | low)
