"""Turns at Meta's limits, kept as token buckets (GCRA) so that Meta has no reason to refuse.

A turn may lie a moment ahead: its message is claimed meanwhile and leaves in its very moment, so that POSTs leave
evenly however long the claim takes. How many may arrive within a second is kept by a window beside the buckets.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count as numbers
from typing import Final

from core.messaging.lanes.allowance import PAIR, Bucket
from core.messaging.lanes.window import SECOND, Quickest, Window

HORIZON: Final = 0.25
"""Seconds that a turn may lie ahead."""


@dataclass(frozen=True, slots=True)
class Want:
    """A message that would like to leave: its number, what that is allowed, its recipient, and how many seconds ago
    (of the last 270) each message to the same one left."""

    number: str
    allowed: Bucket
    pair: str
    lately: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """`wait` in seconds until one may ask again, 0 when the message may leave `after` so many seconds. `pair` says
    that only this customer must wait. `ticket`: what it counts by until it is answered."""

    wait: float
    pair: bool = False
    after: float = 0.0
    ticket: str = ""


FULL_SECONDS: Final = 0.05
"""How long to leave a number alone in which a second is full: until a few of its messages count no more."""


class LocalLimits:
    """Buckets of one process. `number` and `pair` replace Meta's."""

    def __init__(
        self, number: Bucket | None = None, pair: Bucket = PAIR, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._number, self._pair, self._clock = number, pair, clock
        self._full_at: dict[str, float] = {}
        self._windows: defaultdict[str, Window] = defaultdict(Window)
        self._quickest: defaultdict[str, Quickest] = defaultdict(lambda: Quickest(clock))
        self._tickets = numbers()

    async def take(self, wanted: Sequence[Want]) -> list[Turn]:
        """A turn for each."""
        return self.take_now(wanted)

    def take_now(self, wanted: Sequence[Want], share: float = 1.0) -> list[Turn]:
        """`share`: of each number's allowance, and then without a burst."""
        self._forget()
        return [self._take_one(want, share) for want in wanted]

    async def give_back(self, given: Sequence[tuple[Want, Turn]]) -> None:
        """These did not leave after all."""
        for want, turn in given:
            self._windows[want.number].leave(turn.ticket, None)
            for key, bucket in ((want.number, self._of(want, 1.0)), (want.pair, self._pair)):
                self._full_at[key] = self._full_at.get(key, 0.0) - bucket.interval

    def answered(self, want: Want, turn: Turn, seconds: float | None) -> None:
        """Meta has just answered, after so long; None when the message has never left."""
        self._windows[want.number].leave(turn.ticket, self.counts_until(want.number, seconds))

    def counting(self) -> frozenset[str]:
        """The numbers of which something still counts that left by these turns."""
        self._forget()
        return frozenset(self._windows)

    def counts_until(self, number: str, seconds: float | None) -> float | None:
        """A message of this number that was answered just now, after so long."""
        if seconds is None:
            return None
        quickest = self._quickest[number]
        quickest.hear(seconds)
        return self._clock() - quickest.seconds + SECOND

    async def spend(self, number: str, allowed: Bucket, count: int) -> None:
        """So many messages came in at the number, and count as well. They never hold it up for more than a second."""
        now = self._clock()
        full_at = max(self._full_at.get(number, 0.0), now) + count * (self._number or allowed).interval
        self._full_at[number] = max(min(full_at, now + 1), self._full_at.get(number, 0.0))

    def _take_one(self, want: Want, share: float) -> Turn:
        now, allowed = self._clock(), self._of(want, share)
        number_at = max(self._full_at.get(want.number, 0.0), now)
        pair_at = max(self._full_at.get(want.pair, 0.0), now + self._pair.full_in(want.lately))
        number_wait = max(number_at - now - allowed.tolerance, 0.0)
        pair_wait = max(pair_at - now - self._pair.tolerance, 0.0)
        if pair_wait:
            return Turn(pair_wait, pair=True)
        if number_wait > HORIZON:
            return Turn(number_wait - HORIZON / 2)
        window, ticket = self._windows[want.number], str(next(self._tickets))
        if not window.has_room(now + number_wait, now, allowed.in_a_second):
            return Turn(FULL_SECONDS)
        window.enter(ticket, now + number_wait)
        self._full_at |= {want.number: number_at + allowed.interval, want.pair: pair_at + self._pair.interval}
        return Turn(0.0, after=number_wait, ticket=ticket)

    def _of(self, want: Want, share: float) -> Bucket:
        allowed = self._number or want.allowed
        return allowed if share == 1.0 else allowed.share(share)

    def _forget(self) -> None:
        now = self._clock()
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        for number in [number for number, window in self._windows.items() if not window.counts(now)]:
            del self._windows[number]
