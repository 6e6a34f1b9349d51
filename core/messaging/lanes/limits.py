"""Meta's rate limits, kept as token buckets (GCRA) so that Meta has no reason to refuse.

Throughput: 80 messages a second per number. Pair: one message each 6 s to one customer, of which 45 may be sent at
once. Source: Meta, "Cloud API: throughput" and "pair rate limits". The buckets are in Valkey, shared by all workers;
without Valkey each worker keeps lower ones of its own.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)
_AWAY_SECONDS: Final = 5.0
"""How long we do without Valkey after it failed to answer, instead of waiting for it at every send."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One token each `interval` seconds; `burst` of them may be taken at once."""

    interval: float
    burst: int

    @property
    def tolerance(self) -> float:
        return self.interval * (self.burst - 1)


# 72 a second and 8 at once: never more than 80 within any second.
NUMBER: Final = Bucket(1 / 72, 8)
PAIR: Final = Bucket(6.0, 45)
LOCAL_NUMBER: Final = Bucket(1 / 20, 4)
LOCAL_PAIR: Final = Bucket(6.0, 10)

# For each (number, pair): the wait in ms, 0 when both buckets gave a token. A refused one takes from neither.
_TAKE = """
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
local function full(key, interval, tolerance)
    local tat = math.max(tonumber(redis.call('GET', key) or 0), now)
    return math.max(tat - now - tolerance, 0), tat + interval
end
local waits = {}
for i = 1, #KEYS, 3 do
    local paused = math.max(redis.call('PTTL', KEYS[i]), 0)
    local number_wait, number_tat = full(KEYS[i + 1], tonumber(ARGV[1]), tonumber(ARGV[2]))
    local pair_wait, pair_tat = full(KEYS[i + 2], tonumber(ARGV[3]), tonumber(ARGV[4]))
    local wait = math.ceil(math.max(paused, number_wait, pair_wait))
    if wait == 0 then
        redis.call('SET', KEYS[i + 1], string.format('%.3f', number_tat), 'PX', math.ceil(number_tat - now) + 1)
        redis.call('SET', KEYS[i + 2], string.format('%.3f', pair_tat), 'PX', math.ceil(pair_tat - now) + 1)
    end
    waits[#waits + 1] = wait
    waits[#waits + 1] = (pair_wait > math.max(paused, number_wait)) and 1 or 0
end
return waits
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """`wait` in seconds, 0 when the message may leave now. `pair` says that only this customer must wait."""

    wait: float
    pair: bool = False


class LocalLimits:
    """Buckets of one process, for tests and for when Valkey is away."""

    def __init__(
        self, number: Bucket = LOCAL_NUMBER, pair: Bucket = LOCAL_PAIR, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._number, self._pair, self._clock = number, pair, clock
        self._full_at: dict[str, float] = {}
        self._paused: dict[str, float] = {}

    async def take(self, wanted: Sequence[tuple[str, str]]) -> list[Turn]:
        """A turn for each (phone_number_id, pair)."""
        self._forget()
        return [self._take_one(number, pair) for number, pair in wanted]

    async def pause(self, number: str, seconds: float) -> None:
        """Nothing leaves from this number for so long."""
        self._paused[number] = max(self._paused.get(number, 0.0), self._clock() + seconds)

    def _take_one(self, number: str, pair: str) -> Turn:
        now = self._clock()
        number_at, pair_at = max(self._full_at.get(number, 0.0), now), max(self._full_at.get(pair, 0.0), now)
        number_wait = max(self._paused.get(number, 0.0) - now, number_at - now - self._number.tolerance, 0.0)
        pair_wait = max(pair_at - now - self._pair.tolerance, 0.0)
        if not number_wait and not pair_wait:
            self._full_at |= {number: number_at + self._number.interval, pair: pair_at + self._pair.interval}
        return Turn(max(number_wait, pair_wait), pair_wait > number_wait)

    def _forget(self) -> None:
        now = self._clock()
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._paused = {key: at for key, at in self._paused.items() if at > now}


class ValkeyLimits:
    """Buckets shared by all workers. Falls back to its own lower ones while Valkey does not answer."""

    def __init__(self, valkey: "Redis", number: Bucket = NUMBER, pair: Bucket = PAIR) -> None:
        self._take: Any = valkey.register_script(_TAKE)
        self._valkey, self._local, self._away_until = valkey, LocalLimits(), 0.0
        self._buckets = [x * 1000 for b in (number, pair) for x in (b.interval, b.tolerance)]

    async def take(self, wanted: Sequence[tuple[str, str]]) -> list[Turn]:
        if not wanted:
            return []
        if time.monotonic() < self._away_until:
            return await self._local.take(wanted)
        keys = [key for number, pair in wanted
                for key in (f"comptoir:pause:{number}", f"comptoir:rate:{number}", f"comptoir:rate:{pair}")]
        try:
            told = await self._take(keys=keys, args=self._buckets)
        except (RedisError, OSError) as error:
            self._go_away(error)
            return await self._local.take(wanted)
        return [Turn(told[i] / 1000, bool(told[i + 1])) for i in range(0, len(told), 2)]

    async def pause(self, number: str, seconds: float) -> None:
        await self._local.pause(number, seconds)
        try:
            await self._valkey.set(f"comptoir:pause:{number}", 1, px=max(int(seconds * 1000), 1))
        except (RedisError, OSError) as error:
            self._go_away(error)

    def _go_away(self, error: Exception) -> None:
        self._away_until = time.monotonic() + _AWAY_SECONDS
        _log.warning("Valkey does not answer; sending at lower limits of this process", extra={"error": str(error)})
