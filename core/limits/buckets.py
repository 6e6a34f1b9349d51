"""Buckets by GCRA: each keeps one figure, the moment at which it will be full again.

In Valkey they are shared by all processes. A request is counted in all of its buckets or, when one is empty, in none:
whoever is refused and comes again does not push the end of their own waiting away.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from core.limits.table import Rule

_LOCAL_KEYS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """One rule for one caller. `key` tells nothing of them."""

    key: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Level:
    """How a bucket stands: seconds to wait before it gives one more (0: it gave), and until it is full again."""

    wait: float
    full_in: float


class LocalBuckets:
    """Of this process alone. Forgets everything when flooded with keys: memory stays bounded."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, buckets: Sequence[Bucket]) -> list[Level]:
        now = self._clock()
        self._bound(now)
        full = [max(self._full_at.get(bucket.key, now), now) - now for bucket in buckets]
        waits = [_wait(bucket.rule, full_in) for bucket, full_in in zip(buckets, full, strict=True)]
        if not any(waits):
            full = [full_in + bucket.rule.interval for bucket, full_in in zip(buckets, full, strict=True)]
            self._full_at |= {bucket.key: now + full_in for bucket, full_in in zip(buckets, full, strict=True)}
        return [Level(wait, full_in) for wait, full_in in zip(waits, full, strict=True)]

    def give_back(self, bucket: Bucket, requests: int) -> None:
        if bucket.key in self._full_at:
            self._full_at[bucket.key] -= bucket.rule.interval * requests

    def _bound(self, now: float) -> None:
        if len(self._full_at) >= _LOCAL_KEYS:
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        if len(self._full_at) >= _LOCAL_KEYS:
            self._full_at.clear()


def _wait(rule: Rule, full_in: float) -> float:
    return max(full_in - rule.interval * (rule.quota - 1), 0.0)


# For each key (ARGV: interval, tolerance; in ms): the wait and the time until full, in ms.
_TAKE = """
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
local full, told, refused = {}, {}, false
for i, key in ipairs(KEYS) do
    full[i] = math.max(tonumber(redis.call('GET', key) or 0) - now, 0)
    local wait = math.ceil(full[i] - tonumber(ARGV[2 * i]))
    told[2 * i - 1] = math.max(wait, 0)
    refused = refused or wait > 0
end
for i, key in ipairs(KEYS) do
    if not refused then
        full[i] = full[i] + tonumber(ARGV[2 * i - 1])
        redis.call('SET', key, string.format('%.3f', now + full[i]), 'PX', math.ceil(full[i]) + 1)
    end
    told[2 * i] = math.ceil(full[i])
end
return told
"""

# Each key becomes full sooner by ARGV ms.
_GIVE_BACK = """
for i, key in ipairs(KEYS) do
    local at = redis.call('GET', key)
    if at then
        redis.call('SET', key, string.format('%.3f', tonumber(at) - tonumber(ARGV[i])), 'KEEPTTL')
    end
end
"""


class ValkeyBuckets:
    """Shared by all processes; one round trip however many there are. Raises RedisError or OSError."""

    def __init__(self, valkey: "Redis") -> None:
        self._take: Any = valkey.register_script(_TAKE)
        self._give_back: Any = valkey.register_script(_GIVE_BACK)

    async def take(self, buckets: Sequence[Bucket]) -> list[Level]:
        figures = [figure for bucket in buckets for figure in _milliseconds(bucket.rule)]
        told = await self._take(keys=[bucket.key for bucket in buckets], args=figures)
        return [Level(told[i] / 1000, told[i + 1] / 1000) for i in range(0, len(told), 2)]

    async def give_back(self, given: Sequence[tuple[Bucket, int]]) -> None:
        args = [bucket.rule.interval * 1000 * requests for bucket, requests in given]
        await self._give_back(keys=[bucket.key for bucket, _ in given], args=args)


def _milliseconds(rule: Rule) -> tuple[float, float]:
    interval = rule.interval * 1000
    return interval, interval * (rule.quota - 1)
