"""The buckets in Valkey, shared by all workers; and what a worker may do when it cannot reach them.

A worker that takes turns in Valkey is counted there for three seconds. When fewer are counted than there are workers,
the others may be sending by themselves, so Valkey gives only the share of those counted. A worker that cannot reach
Valkey sends nothing until it is surely not counted any more, then its own share, a little slower. So however Valkey
dies, is wiped, comes back, or is reached by one worker and not by another: together they never pass the allowance.
What Valkey forgets of a customer's pair limit is known from the attempts (`Want.lately`).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from itertools import count as numbers
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.messaging.lanes.allowance import PAIR, Bucket
from core.messaging.lanes.fleet import Fleet
from core.messaging.lanes.limits import FULL_SECONDS, HORIZON, LocalLimits, Turn, Want
from core.messaging.lanes.window import UNANSWERED_SECONDS

_log = logging.getLogger(__name__)
_AWAY_SECONDS: Final = 2.0
"""How long we do without Valkey after it failed to answer, instead of waiting for it at every send."""
_PATIENCE_SECONDS: Final = 0.5
_COUNTED_SECONDS: Final = 3.0
_SETTLE_SECONDS: Final = _COUNTED_SECONDS + 1.0
_SLOWER: Final = 0.75
_WORKERS: Final = "comptoir:lanes:workers"

# KEYS: the workers, then number and pair of each message, then the number of each that was answered. ARGV: this worker,
# how many there are, how long one is counted, the horizon, the pair's interval and tolerance, how many messages, how
# long one counts that nobody answers, and the rest where a second is full; then for each message the number's interval,
# tolerance and most in a second, when its pair is full again, as the attempts tell, and its ticket; then for each that
# was answered its ticket and how much longer it counts. All times in ms. For each: wait, whether for the pair, after.
# Beside a number, :open holds the tickets on their way and :done those that still count (see window.py).
_TAKE = """
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local slower = math.max(tonumber(ARGV[2]) / redis.call('ZCARD', KEYS[1]), 1)
local horizon, pair_interval, pair_tolerance = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local messages, unanswered, full = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
for i = 1, #KEYS - 1 - 2 * messages do
    local number, at = KEYS[1 + 2 * messages + i], 8 + 5 * messages + 2 * i
    if redis.call('ZREM', number .. ':open', ARGV[at]) == 1 and tonumber(ARGV[at + 1]) > 0 then
        redis.call('ZADD', number .. ':done', now + tonumber(ARGV[at + 1]), ARGV[at])
        redis.call('PEXPIRE', number .. ':done', 2000)
    end
end
local open = {}
local told = {}
for i = 1, messages do
    local number, pair, at = KEYS[2 * i], KEYS[2 * i + 1], 5 + 5 * i
    local interval, tolerance = tonumber(ARGV[at]) * slower, tonumber(ARGV[at + 1])
    local most = math.max(math.floor(tonumber(ARGV[at + 2]) / slower), 1)
    if not open[number] then
        redis.call('ZREMRANGEBYSCORE', number .. ':open', '-inf', now)
        redis.call('ZREMRANGEBYSCORE', number .. ':done', '-inf', now)
        open[number] = redis.call('ZCARD', number .. ':open')
    end
    local number_tat = math.max(tonumber(redis.call('GET', number) or 0), now)
    local pair_tat = math.max(tonumber(redis.call('GET', pair) or 0), now + tonumber(ARGV[at + 3]))
    local number_wait = math.max(number_tat - now - tolerance, 0)
    local pair_wait = math.max(pair_tat - now - pair_tolerance, 0)
    local wait, of_pair, after = 0, 0, 0
    if pair_wait > 0 then
        wait, of_pair = math.ceil(pair_wait), 1
    elseif number_wait > horizon then
        wait = math.ceil(number_wait - horizon / 2)
    elseif open[number] + redis.call('ZCOUNT', number .. ':done', now + number_wait, '+inf') >= most then
        wait = full
    else
        number_tat, pair_tat, after = number_tat + interval, pair_tat + pair_interval, number_wait
        redis.call('SET', number, string.format('%.3f', number_tat), 'PX', math.ceil(number_tat - now) + 1)
        redis.call('SET', pair, string.format('%.3f', pair_tat), 'PX', math.ceil(pair_tat - now) + 1)
        redis.call('ZADD', number .. ':open', now + after + unanswered, ARGV[at + 4])
        redis.call('PEXPIRE', number .. ':open', math.ceil(horizon + unanswered))
        open[number] = open[number] + 1
    end
    told[#told + 1], told[#told + 2], told[#told + 3] = wait, of_pair, math.floor(after * 1000)
end
return told
"""

# Each number and pair becomes full sooner by ARGV ms.
_GIVE_BACK = """
for i, key in ipairs(KEYS) do
    local at = redis.call('GET', key)
    if at then
        redis.call('SET', key, string.format('%.3f', tonumber(at) - tonumber(ARGV[i])), 'KEEPTTL')
    end
end
"""

# What came in counts too, and holds the number up for a second at most.
_SPEND = """
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
local before = tonumber(redis.call('GET', KEYS[1]) or 0)
local tat = math.max(math.min(math.max(before, now) + tonumber(ARGV[1]), now + 1000), before)
redis.call('SET', KEYS[1], string.format('%.3f', tat), 'PX', math.ceil(tat - now) + 1)
"""


class ValkeyLimits:
    """`number` and `pair` replace Meta's buckets."""

    def __init__(
        self, valkey: "Redis", fleet: Fleet, number: Bucket | None = None, pair: Bucket = PAIR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take: Any = valkey.register_script(_TAKE)
        self._give_back: Any = valkey.register_script(_GIVE_BACK)
        self._spend: Any = valkey.register_script(_SPEND)
        self._fleet, self._number, self._pair, self._clock = fleet, number, pair, clock
        self._local = LocalLimits(number, pair, clock)
        self._ask_at, self._away_since = 0.0, clock()
        self._reached, self._tickets = False, numbers()
        self._answered: list[tuple[str, str, float | None]] = []

    async def take(self, wanted: Sequence[Want]) -> list[Turn]:
        """A turn for each. Call it about once a second at least, also with nothing: it tells that this worker lives."""
        if self._fleet.due:
            await self._fleet.beat()
        if self._clock() < self._ask_at:
            return self._alone(wanted)
        # After a silence first without a wish: a Valkey that still does not answer must not keep turns for nobody.
        there = self._reached or await self._ask([]) is not None
        # Valkey knows nothing of what left without it: until that counts no more, its number waits.
        left_alone = self._local.counting()
        turns = await self._ask([want for want in wanted if want.number not in left_alone]) if there else None
        if turns is None:
            return self._alone(wanted)
        given = iter(turns)
        return [Turn(FULL_SECONDS) if want.number in left_alone else next(given) for want in wanted]

    async def _ask(self, wanted: Sequence[Want]) -> list[Turn] | None:
        """None when Valkey does not answer. It may have heard us, and comes to know that these turns are not used."""
        tickets = [f"{self._fleet.id}-{next(self._tickets)}" for _ in wanted]
        answered, self._answered = self._answered, []
        keys = [_WORKERS, *(key for want in wanted for key in (_key(want.number), _key(want.pair))),
                *(_key(number) for number, _, _ in answered)]  # fmt: skip
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                told = await self._take(keys=keys, args=self._arguments(wanted, tickets, answered))
        except (RedisError, OSError) as error:  # OSError: a TimeoutError is one
            unused = [(want.number, ticket, None) for want, ticket in zip(wanted, tickets, strict=True)]
            self._answered = [*answered, *unused, *self._answered]
            self._go_away(error)
            return None
        self._reached = True
        return [Turn(told[3 * i] / 1000, bool(told[3 * i + 1]), told[3 * i + 2] / 1e6, ticket)
                for i, ticket in enumerate(tickets)]  # fmt: skip

    async def give_back(self, given: Sequence[tuple[Want, Turn]]) -> None:
        """These did not leave after all."""
        await self._local.give_back([one for one in given if _is_local(one[1])])
        shared = [one for one in given if not _is_local(one[1])]
        if shared:
            self._answered += [(want.number, turn.ticket, None) for want, turn in shared]
            keys = [_key(name) for want, _ in shared for name in (want.number, want.pair)]
            args = [b.interval * 1000 for want, _ in shared for b in (self._of(want.allowed), self._pair)]
            await self._try(self._give_back, keys, args)

    def answered(self, want: Want, turn: Turn, seconds: float | None) -> None:
        """Meta has just answered, after so long; None when the message has never left. Valkey hears of it with the
        next turns: until then it counts as on its way, which is as much."""
        if _is_local(turn):
            self._local.answered(want, turn, seconds)
        else:
            self._answered.append((want.number, turn.ticket, self._local.counts_until(want.number, seconds)))

    async def spend(self, number: str, allowed: Bucket, count: int) -> None:
        """So many messages came in at the number, and count as well."""
        await self._local.spend(number, allowed, count)
        if self._clock() >= self._ask_at:
            await self._try(self._spend, [_key(number)], [self._of(allowed).interval * 1000 * count])

    async def _try(self, script: Any, keys: list[str], args: list[float]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await script(keys=keys, args=args)
        except (RedisError, OSError) as error:
            self._go_away(error)

    def _arguments(
        self, wanted: Sequence[Want], tickets: Sequence[str], answered: Sequence[tuple[str, str, float | None]]
    ) -> list[Any]:
        pair, now = self._pair, self._clock()
        arguments: list[Any] = [
            str(self._fleet.id), self._fleet.size, int(_COUNTED_SECONDS * 1000), HORIZON * 1000,
            pair.interval * 1000, pair.tolerance * 1000, len(wanted), UNANSWERED_SECONDS * 1000, FULL_SECONDS * 1000,
        ]  # fmt: skip
        for want, ticket in zip(wanted, tickets, strict=True):
            allowed = self._of(want.allowed)
            arguments += [allowed.interval * 1000, allowed.tolerance * 1000, allowed.in_a_second,
                          pair.full_in(want.lately) * 1000, ticket]  # fmt: skip
        for _, ticket, until in answered:
            arguments += [ticket, 0 if until is None else (until - now) * 1000]
        return arguments

    def _of(self, allowed: Bucket) -> Bucket:
        return self._number or allowed

    def _alone(self, wanted: Sequence[Want]) -> list[Turn]:
        """This worker's share. Nothing while it may still be counted in Valkey, or does not know how many they are."""
        settled_in = self._away_since + _SETTLE_SECONDS - self._clock()
        if settled_in > 0 or not self._fleet.fresh:
            return [Turn(max(settled_in, 0.1)) for _ in wanted]
        return self._local.take_now(wanted, _SLOWER / self._fleet.size)

    def _go_away(self, error: Exception) -> None:
        now = self._clock()
        if self._reached:
            self._reached, self._away_since = False, now
        self._ask_at = now + _AWAY_SECONDS
        _log.warning("Valkey does not answer; this worker sends its own share", extra={"error": str(error)})


def _is_local(turn: Turn) -> bool:
    return turn.ticket.isdigit()


def _key(name: str) -> str:
    return f"comptoir:rate:{name}"
