"""The dispatcher: looks for what may leave, takes its turn at the limits, claims it and hands it to a delivery.

Any number of workers run one each; the claim decides who sends what.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.clock import Clock, utc_now
from core.messaging.lanes.candidates import Candidate, Held, heads
from core.messaging.lanes.claim import Claim, claim, fail_late
from core.messaging.lanes.delivery import Delivery, Rest
from core.messaging.lanes.fairness import Load, Room, fairly
from core.messaging.lanes.fleet import Fleet
from core.messaging.lanes.limits import Turn, Want
from core.messaging.window import FREE_OF_WINDOW, WINDOW

_log = logging.getLogger(__name__)
_POLL_SECONDS: Final = 1.0
_BREATH_SECONDS: Final = 0.01
"""Between two rounds: what came free meanwhile is looked for once."""
_BULK_BREATH_SECONDS: Final = 0.05
LEASE_MARGIN: Final = timedelta(seconds=10)
"""How much longer than the HTTP timeout an attempt is its worker's."""


class Limits(Protocol):
    """LocalLimits or ValkeyLimits."""

    async def take(self, wanted: Sequence[Want]) -> list[Turn]: ...

    async def give_back(self, given: Sequence[tuple[Want, Turn]]) -> None: ...

    def answered(self, want: Want, turn: Turn, seconds: float | None) -> None: ...


class Lanes:
    """`at_once` POSTs of this process, `per_number` of them for one number."""

    def __init__(
        self, db: Database, wake: Wake, delivery: Delivery, limits: Limits, *, http_timeout: float,
        clock: Clock = utc_now, at_once: int = 192, per_number: int = 128, fleet: Fleet | None = None,
    ) -> None:
        self._db, self._wake, self._delivery, self._limits, self._clock = db, wake, delivery, limits, clock
        self._lease = timedelta(seconds=http_timeout) + LEASE_MARGIN
        self._http_timeout, self._room, self._fleet = http_timeout, Room.of(at_once, per_number), fleet
        self._held: dict[UUID, float] = {}
        self._load = Load()
        self._running: set[asyncio.Task[None]] = set()
        self._rings_soon = False
        self._bell = wake.bell("lanes")

    async def run(self) -> None:
        """Until cancelled; then lets the POSTs that have left finish, for as long as one may take."""
        await self._wake.listen("lanes")
        try:
            while True:
                await self.pump()
                await asyncio.sleep(_BREATH_SECONDS)
                await self._bell.wait(self._longest_rest())
        finally:
            await self._finish()

    async def drain(self) -> None:
        """Send whatever may leave now, and what becomes free by that. Returns when nothing is left to do."""
        while await self.pump() or self._running:
            await asyncio.gather(*self._running)

    async def pump(self) -> int:
        """One round: claim and start all that may leave now. Returns how many were started."""
        free = self._room.whole - len(self._running)
        found = await self._in_window(await self._candidates()) if free > 0 else []
        chosen = fairly(found, self._load, self._room, free)
        turns = await self._in_turn(chosen)
        claims = await claim(self._db, list(turns), self._clock(), self._lease) if turns else []
        for taken in claims:
            self._start(taken, turns.pop(taken.candidate))
        if turns:  # another worker was faster
            await self._limits.give_back([(candidate.want, turn) for candidate, turn in turns.items()])
        return len(claims)

    async def _candidates(self) -> list[Candidate]:
        now = time.monotonic()
        self._held = {key: until for key, until in self._held.items() if until > now}
        held = Held([*self._held, *self._load.full(self._room)], [*self._held], self._load.full_of_bulk(self._room))
        found = await heads(self._db, held, self._clock(), self._room.number)
        return found if self._fleet is None else self._mine_first(found, self._fleet)

    def _mine_first(self, found: list[Candidate], fleet: Fleet) -> list[Candidate]:
        mine = fleet.mine([candidate.conversation_id for candidate in found])
        order = sorted(range(len(found)), key=lambda place: (found[place].bulk, not mine[place]))
        return [found[place] for place in order]

    async def _in_window(self, candidates: list[Candidate]) -> list[Candidate]:
        now = self._clock()
        late = [c for c in candidates if c.type not in FREE_OF_WINDOW
                and (c.last_inbound_at is None or now >= c.last_inbound_at + WINDOW)]
        if late:
            async with self._db.system_transaction() as connection:
                await fail_late(connection, late, now)
            self._bell.ring()
        return [candidate for candidate in candidates if candidate not in late]

    async def _in_turn(self, candidates: list[Candidate]) -> dict[Candidate, Turn]:
        """Those that may leave."""
        turns = await self._limits.take([candidate.want for candidate in candidates])
        for candidate, turn in zip(candidates, turns, strict=True):
            if turn.wait:
                self._hold(candidate.conversation_id if turn.pair else candidate.account.id, turn.wait)
        return {c: turn for c, turn in zip(candidates, turns, strict=True) if not turn.wait}

    def _hold(self, key: UUID, seconds: float) -> None:
        self._held[key] = max(self._held.get(key, 0.0), time.monotonic() + seconds)

    def _start(self, taken: Claim, turn: Turn) -> None:
        self._load.add(taken.candidate)
        task = asyncio.create_task(self._deliver(taken, turn, time.monotonic() + turn.after))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, taken: Claim, turn: Turn, at: float) -> None:
        answered = partial(self._limits.answered, taken.candidate.want, turn)
        try:
            await asyncio.sleep(at - time.monotonic())
            rest = await self._delivery.deliver(taken, answered)
            self._leave_alone(taken.candidate, rest)
        except Exception:
            # The attempt stays `sending` until its lease ends, then it is uncertain: never lost, never sent blindly.
            _log.exception("a send broke off", extra={"attempt_id": str(taken.attempt_id)})
            answered(time.monotonic() - at)
        finally:
            self._load.add(taken.candidate, -1)
            self._ring(taken.candidate)

    def _ring(self, done: Candidate) -> None:
        """Something may leave that could not before. After one of many, one look for several of them is enough."""
        if not done.bulk:
            self._bell.ring()
        elif not self._rings_soon:
            self._rings_soon = True
            asyncio.get_running_loop().call_later(_BULK_BREATH_SECONDS, self._ring_for_bulk)

    def _ring_for_bulk(self) -> None:
        self._rings_soon = False
        self._bell.ring()

    def _leave_alone(self, candidate: Candidate, rest: Rest) -> None:
        if rest.seconds:
            self._hold(candidate.account.id if rest.whole_number else candidate.conversation_id, rest.seconds)

    def _longest_rest(self) -> float:
        """Seconds until somebody's wait is over, at most until the next poll."""
        now = time.monotonic()
        soonest = min((until - now for until in self._held.values()), default=_POLL_SECONDS)
        return min(max(soonest, 0.001), _POLL_SECONDS)

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._http_timeout)
        if self._fleet is not None:
            await self._fleet.leave()
