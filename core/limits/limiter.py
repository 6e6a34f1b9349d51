"""Whether a request comes too often, by the rules of its row."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import TooMany
from core.limits.buckets import Bucket, Level, LocalBuckets, ValkeyBuckets
from core.limits.table import TABLE, By, Rule, Table

_log = logging.getLogger(__name__)
_PATIENCE_SECONDS: Final = 0.25
_AWAY_SECONDS: Final = 5.0
"""How long we do without Valkey after it failed to answer, instead of waiting for it at every request."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a request is counted for. `email` as it is compared (lower case)."""

    address: str | None = None
    person: str | None = None
    key: str | None = None
    tenant: str | None = None
    email: str | None = None

    def named(self, by: By) -> str | None:
        """The subject of a rule, or None when the request has none."""
        if by == "address+email":
            return f"{self.address}\0{self.email}" if self.address and self.email else None
        found: str | None = getattr(self, by)
        return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands by one rule, after this request: `remaining` more at once, all of it again in `full_in`."""

    row: str
    rule: Rule
    remaining: int
    full_in: float


@dataclass
class Counted:
    """What has been counted for the request being served: a rule counts it once, however often it is asked."""

    standings: dict[str, Standing] = field(default_factory=dict)


_counted: ContextVar[Counted | None] = ContextVar("comptoir_counted", default=None)


@contextmanager
def counting() -> Iterator[Counted]:
    """Around one request."""
    counted = Counted()
    token = _counted.set(counted)
    try:
        yield counted
    finally:
        _counted.reset(token)


class Limiter:
    """Counts in Valkey; in this process alone, by the same figures, while Valkey does not answer."""

    def __init__(self, valkey: "Redis | None", table: Table = TABLE) -> None:
        self._shared = ValkeyBuckets(valkey) if valkey is not None else None
        self._local, self._table, self._away_until = LocalBuckets(), table, 0.0

    async def count(self, row: str, who: Who) -> None:
        """Count one request by every rule of the row that has a subject. Raises TooMany, and then counts it nowhere."""
        counted = _counted.get() or Counted()
        buckets = [bucket for bucket in self._buckets(row, who) if bucket.key not in counted.standings]
        if not buckets:
            return
        levels = await self._take(buckets)
        for bucket, level in zip(buckets, levels, strict=True):
            counted.standings[bucket.key] = _standing(row, bucket.rule, level)
        if wait := max(level.wait for level in levels):
            raise TooMany(f"Too many requests: try again in {_spoken(wait)}.", retry_after=_whole(wait))

    async def forgive(self, row: str, who: Who) -> None:
        """The caller has proved to be who they say: what was counted of the pair is forgotten.

        The address, and the account as a whole, only get this one request back: else somebody's own account would let
        them guess for ever.
        """
        given = [(bucket, bucket.rule.quota if bucket.rule.by == "address+email" else 1)
                 for bucket in self._buckets(row, who)]  # fmt: skip
        for bucket, requests in given:
            self._local.give_back(bucket, requests)
        if self._shared is None or time.monotonic() < self._away_until:
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._shared.give_back(given)
        except (RedisError, OSError) as error:
            self._go_away(error)

    def _buckets(self, row: str, who: Who) -> list[Bucket]:
        named = [(rule, who.named(rule.by)) for rule in self._table[row]]
        return [Bucket(_key(row, rule.by, subject), rule) for rule, subject in named if subject]

    async def _take(self, buckets: Sequence[Bucket]) -> list[Level]:
        if self._shared is None or time.monotonic() < self._away_until:
            return self._local.take(buckets)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._shared.take(buckets)
        except (RedisError, OSError) as error:  # OSError: a TimeoutError is one
            self._go_away(error)
            return self._local.take(buckets)

    def _go_away(self, error: Exception) -> None:
        self._away_until = time.monotonic() + _AWAY_SECONDS
        _log.warning("Valkey does not answer; each process counts requests by itself", extra={"error": str(error)})


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the /64, for everyone has 2^64 of those."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"


def _key(row: str, by: By, subject: str) -> str:
    """Hashed: addresses are personal and have no business in Valkey."""
    digest = hashlib.blake2b(subject.encode(errors="surrogatepass"), digest_size=12).hexdigest()
    return f"comptoir:limit:{row}:{by}:{digest}"


def _standing(row: str, rule: Rule, level: Level) -> Standing:
    left = rule.quota - level.full_in / rule.interval
    return Standing(row, rule, max(int(left + 1e-6), 0), level.full_in)


def _whole(seconds: float) -> int:
    return max(int(-(-seconds // 1)), 1)


def _spoken(seconds: float) -> str:
    whole = _whole(seconds)
    return f"{whole} s" if whole < 120 else f"{-(-whole // 60)} minutes"
