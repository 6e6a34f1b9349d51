"""The workers that run lanes, as rows: without Valkey each must know how many share a number's allowance."""

import time
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID, uuid4

from core.db.pool import Database

BEAT_SECONDS: Final = 1.0
_FRESH_SECONDS: Final = 3.0
_BEAT: Final = """
with me as (
    insert into lane_workers (id) values ($1) on conflict (id) do update set seen_at = now() returning id
), gone as (
    delete from lane_workers where seen_at < now() - interval '1 minute' and id <> $1
)
select id from lane_workers where seen_at > now() - interval '10 seconds' union select id from me order by id
"""


class Fleet:
    """This worker among the others. `beat` about once a second."""

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self.id = uuid4()
        self._db, self._clock, self._others = db, clock, [self.id]
        self._beaten_at = float("-inf")

    async def beat(self) -> None:
        """Tell that this one lives, and see who else does."""
        began = self._clock()
        self._others = [row["id"] for row in await self._db.system.fetch(_BEAT, self.id)]
        self._beaten_at = began

    async def leave(self) -> None:
        """It sends no more: the others need not wait to find out."""
        await self._db.system.execute("delete from lane_workers where id = $1", self.id)

    @property
    def due(self) -> bool:
        return self._clock() - self._beaten_at >= BEAT_SECONDS

    @property
    def fresh(self) -> bool:
        """Whether the count can be relied on: one that was away for long must look again before it sends."""
        return self._clock() - self._beaten_at < _FRESH_SECONDS

    @property
    def size(self) -> int:
        return len(self._others)

    def mine(self, ids: Sequence[UUID]) -> list[bool]:
        """Which of these this worker should look at first, so that several do not all reach for the same ones."""
        if self.size < 2 or self.id not in self._others:
            return [True] * len(ids)
        place = self._others.index(self.id)
        return [one.int % self.size == place for one in ids]
