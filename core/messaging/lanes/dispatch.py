"""The dispatcher: looks for what may leave, takes its turn at the limits, claims it and hands it to a delivery.

Any number of workers run one each; the claim decides who sends what.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.clock import Clock, utc_now
from core.messaging.lanes.candidates import Candidate, fairly, heads
from core.messaging.lanes.claim import Claim, claim, fail_late
from core.messaging.lanes.delivery import Delivery, Rest
from core.messaging.lanes.limits import Turn
from core.messaging.window import FREE_OF_WINDOW, WINDOW

_log = logging.getLogger(__name__)
_POLL_SECONDS: Final = 1.0
LEASE_MARGIN: Final = timedelta(seconds=10)
"""How much longer than the HTTP timeout an attempt is its worker's."""


class Limits(Protocol):
    """LocalLimits or ValkeyLimits."""

    async def take(self, wanted: Sequence[tuple[str, str]]) -> list[Turn]: ...

    async def pause(self, number: str, seconds: float) -> None: ...


class Lanes:
    """`at_once` POSTs of this process, `per_number` of them for one number."""

    def __init__(
        self, db: Database, wake: Wake, delivery: Delivery, limits: Limits, *, http_timeout: float,
        clock: Clock = utc_now, at_once: int = 64, per_number: int = 16,
    ) -> None:
        self._db, self._wake, self._delivery, self._limits, self._clock = db, wake, delivery, limits, clock
        self._lease = timedelta(seconds=http_timeout) + LEASE_MARGIN
        self._http_timeout, self._at_once, self._per_number = http_timeout, at_once, per_number
        self._held: dict[UUID, float] = {}
        self._busy: Counter[UUID] = Counter()
        self._running: set[asyncio.Task[None]] = set()
        self._bell = wake.bell("lanes")

    async def run(self) -> None:
        """Until cancelled; then lets the POSTs that have left finish, for as long as one may take."""
        await self._wake.listen("lanes")
        try:
            while True:
                await self.pump()
                await self._bell.wait(self._longest_rest())
        finally:
            await self._finish()

    async def drain(self) -> None:
        """Send whatever may leave now, and what becomes free by that. Returns when nothing is left to do."""
        while await self.pump() or self._running:
            await asyncio.gather(*self._running)

    async def pump(self) -> int:
        """One round: claim and start all that may leave now. Returns how many were started."""
        free = self._at_once - len(self._running)
        if free <= 0:
            return 0
        candidates = await self._in_window(await self._candidates())
        claims = await claim(self._db, await self._in_turn(candidates[:free]), self._clock(), self._lease)
        for taken in claims:
            self._start(taken)
        return len(claims)

    async def _candidates(self) -> list[Candidate]:
        now = time.monotonic()
        self._held = {key: until for key, until in self._held.items() if until > now}
        full = [account for account, count in self._busy.items() if count >= self._per_number]
        found = await heads(self._db, [*self._held, *full], self._held, self._clock(), self._per_number)
        room, fitting = Counter(self._busy), []
        for candidate in found:
            room[candidate.account.id] += 1
            if room[candidate.account.id] <= self._per_number:
                fitting.append(candidate)
        return fairly(fitting)

    async def _in_window(self, candidates: list[Candidate]) -> list[Candidate]:
        now = self._clock()
        late = [c for c in candidates if c.type not in FREE_OF_WINDOW
                and (c.last_inbound_at is None or now >= c.last_inbound_at + WINDOW)]
        if late:
            async with self._db.system_transaction() as connection:
                await fail_late(connection, late, now)
            self._bell.ring()
        return [candidate for candidate in candidates if candidate not in late]

    async def _in_turn(self, candidates: list[Candidate]) -> list[Candidate]:
        turns = await self._limits.take([(c.account.phone_number_id, c.pair) for c in candidates])
        for candidate, turn in zip(candidates, turns, strict=True):
            if turn.wait:
                self._hold(candidate.conversation_id if turn.pair else candidate.account.id, turn.wait)
        return [candidate for candidate, turn in zip(candidates, turns, strict=True) if not turn.wait]

    def _hold(self, key: UUID, seconds: float) -> None:
        self._held[key] = max(self._held.get(key, 0.0), time.monotonic() + seconds)

    def _start(self, taken: Claim) -> None:
        self._busy[taken.candidate.account.id] += 1
        task = asyncio.create_task(self._deliver(taken))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, taken: Claim) -> None:
        account = taken.candidate.account
        try:
            await self._leave_alone(taken, await self._delivery.deliver(taken))
        except Exception:
            # The attempt stays `sending` until its lease ends, then it is uncertain: never lost, never sent blindly.
            _log.exception("a send broke off", extra={"attempt_id": str(taken.attempt_id)})
        finally:
            self._busy[account.id] -= 1
            self._bell.ring()

    async def _leave_alone(self, taken: Claim, rest: Rest) -> None:
        account = taken.candidate.account
        if rest.seconds:
            self._hold(account.id if rest.whole_number else taken.candidate.conversation_id, rest.seconds)
        if rest.seconds and rest.whole_number:
            await self._limits.pause(account.phone_number_id, rest.seconds)

    def _longest_rest(self) -> float:
        """Seconds until somebody's wait is over, at most until the next poll."""
        now = time.monotonic()
        soonest = min((until - now for until in self._held.values()), default=_POLL_SECONDS)
        return min(max(soonest, 0.001), _POLL_SECONDS)

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._http_timeout)
