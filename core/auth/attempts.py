"""Failed logins, counted where all web processes see them, and here when Valkey is away."""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import TooMany

WINDOW_SECONDS = 300
_PER_ADDRESS_AND_EMAIL = 5
_PER_ADDRESS = 50
_PATIENCE_SECONDS = 0.5
_LOCAL_KEYS = 10_000


@dataclass
class LocalCounts:
    """Counters of this process alone. Forgets everything when flooded with keys: memory stays bounded."""

    _counts: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, key: str) -> int:
        """Count one more and return how many there are in the window."""
        if len(self._counts) >= _LOCAL_KEYS:
            self._counts.clear()
        now = time.monotonic()
        until, count = self._counts.get(key, (0.0, 0))
        until, count = (until, count + 1) if until > now else (now + WINDOW_SECONDS, 1)
        self._counts[key] = (until, count)
        return count

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)

    def take_back(self, key: str) -> None:
        if key in self._counts:
            until, count = self._counts[key]
            self._counts[key] = (until, count - 1)


class LoginAttempts:
    """Five failures per address and email, fifty per address (many emails, one password), in five minutes."""

    def __init__(self, valkey: "Redis | None") -> None:
        self._valkey = valkey
        self._local = LocalCounts()

    async def begin(self, ip: str, email: str) -> None:
        """Count an attempt before the password is looked at, so that parallel ones count too. Raises TooMany."""
        pair, alone = _key(ip, email), _key(ip)
        if await self._add(pair) > _PER_ADDRESS_AND_EMAIL or await self._add(alone) > _PER_ADDRESS:
            raise TooMany("Too many attempts to log in: wait five minutes.", retry_after=WINDOW_SECONDS)

    async def succeeded(self, ip: str, email: str) -> None:
        """Forget the failures of whoever has proved to be the owner.

        The address itself only gets this one attempt back: else somebody's own account would let them guess for ever.
        """
        pair, alone = _key(ip, email), _key(ip)
        self._local.forget(pair)
        self._local.take_back(alone)
        if self._valkey is not None:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS), self._valkey.pipeline(transaction=True) as pipe:
                    pipe.delete(pair)
                    pipe.set(alone, 1, ex=WINDOW_SECONDS, nx=True)
                    pipe.decr(alone)
                    await pipe.execute()
            except (RedisError, OSError, TimeoutError):
                return  # the local counters decide until Valkey is back

    async def _add(self, key: str) -> int:
        if self._valkey is not None:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS), self._valkey.pipeline(transaction=True) as pipe:
                    pipe.set(key, 0, ex=WINDOW_SECONDS, nx=True)
                    pipe.incr(key)
                    return int((await pipe.execute())[1])
            except (RedisError, OSError, TimeoutError):
                return self._local.add(key)
        return self._local.add(key)


def _key(*parts: str) -> str:
    """Hashed: an email address is personal and has no business in Valkey."""
    return "login:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
