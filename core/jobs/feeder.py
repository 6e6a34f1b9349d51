"""Wakes what is due: rows of `jobs` become offers to SAQ; rows of dead workers go back to the queue."""

import asyncio
import time
from typing import Any, Protocol
from uuid import UUID

from core.db.pool import Database
from core.jobs import rows
from core.jobs.executor import Executor, Offer
from core.jobs.rows import Due
from core.jobs.runner import Runner
from core.jobs.work import Handlers

_POLL_SECONDS = 1.0
_SETTLE_SECONDS = 0.02
"""A burst of notifications becomes one look at the table."""
_BATCH = 100
RUN = "run"


class Waker(Protocol):
    """`core.db.wake.Wake`: returns at a NOTIFY on the channel or after `timeout` seconds."""

    async def wait(self, channel: str, timeout: float) -> Any: ...


def run_function(runner: Runner) -> Any:
    """What SAQ calls for a job's row."""

    async def run(_context: Any, *, job_id: str) -> None:
        await runner.run(UUID(job_id))

    return run


class Feeder:
    """Any number may run: keys are the same for all, and the claim decides."""

    def __init__(self, db: Database, wake: Waker, executor: Executor, handlers: Handlers) -> None:
        self._db, self._wake, self._executor, self._handlers = db, wake, executor, handlers
        self._offered: dict[str, float] = {}
        self._swept_at = 0.0

    async def run(self) -> None:
        """For ever. Woken by NOTIFY, and each second without."""
        while True:
            await self.feed()
            await self._wake.wait("jobs", _POLL_SECONDS)
            await asyncio.sleep(_SETTLE_SECONDS)

    async def feed(self) -> None:
        """Once."""
        async with self._db.system.acquire() as connection:
            if time.monotonic() - self._swept_at >= _POLL_SECONDS:
                await rows.rescue(connection)
                self._swept_at = time.monotonic()
            found = await rows.due(connection, self._handlers.plugins(), _BATCH)
        fresh = self._fresh(found)
        await self._executor.offer([Offer(job.plugin, RUN, job.key, {"job_id": str(job.id)}) for job in fresh])

    def _fresh(self, found: list[Due]) -> list[Due]:
        """Those not offered by this process under this key; while Valkey is away, all."""
        now = time.monotonic()
        self._offered = {key: at for key, at in self._offered.items() if now - at < 60}
        fresh = [job for job in found if self._executor.away or job.key not in self._offered]
        self._offered.update((job.key, now) for job in fresh)
        return fresh
