"""Recurring work. A tick is a row, inserted by whichever worker sees it first, in the transaction that enqueues."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from croniter import croniter

from core.db.pool import Connection, Database

_POLL_SECONDS = 1.0
_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Cron:
    """`schedule` has five fields, UTC. `fire` enqueues jobs in the transaction it is given; it does no work itself."""

    name: str
    schedule: str
    fire: Callable[[Connection, datetime], Awaitable[None]]

    def __post_init__(self) -> None:
        if not croniter.is_valid(self.schedule):
            raise ValueError(f"{self.name}: {self.schedule!r} is no cron schedule (five fields, as in '0 3 * * *')")

    def latest(self, now: datetime) -> datetime:
        """The newest tick at or before `now`."""
        before: datetime = croniter(self.schedule, now).get_prev(datetime)
        following: datetime = croniter(self.schedule, before).get_next(datetime)
        return following if following <= now else before


class Clock:
    """Fires each schedule once in the whole installation, however many workers run this.

    What was missed while no worker ran is fired once, late; a schedule seen for the first time waits for its next tick.
    """

    def __init__(self, db: Database, crons: Sequence[Cron]) -> None:
        self._db, self._crons = db, crons
        self._fired: dict[str, datetime] = {}

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.tick(datetime.now(UTC))
            await asyncio.sleep(_POLL_SECONDS)

    async def tick(self, now: datetime) -> list[str]:
        """Once; the names fired by this call."""
        fired = []
        for cron in self._crons:
            due = cron.latest(now)
            if self._fired.get(cron.name) == due:
                continue
            if await self._fire(cron, due):
                fired.append(cron.name)
            self._fired[cron.name] = due
        return fired

    async def _fire(self, cron: Cron, due: datetime) -> bool:
        async with self._db.system_transaction() as connection:
            newest = await connection.fetchval("select max(due_at) from cron_ticks where name = $1", cron.name)
            ours = await connection.fetchval(
                "insert into cron_ticks values ($1, $2) on conflict do nothing returning true", cron.name, due)
            if not ours or newest is None or newest > due:  # a slow clock may bring an old tick
                return False
            await connection.execute("delete from cron_ticks where name = $1 and due_at < $2", cron.name,
                                     due - _KEPT)
            await cron.fire(connection, due)
        return True
