"""Runs one job: claim the row, do the work under its lease, settle the row."""

import asyncio
import logging
import os
import random
import socket
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from uuid import UUID, uuid4

import structlog

from core.db.pool import Connection, Database
from core.db.scope import tenant_scope
from core.jobs import rows
from core.jobs.rows import LostLease
from core.jobs.work import Handler, Handlers, Hopeless, NotNow, Run
from core.metrics.numbers import JOBS

_log = logging.getLogger(__name__)


def worker_name() -> str:
    """Unique to this process and start: it fences the rows this worker holds."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def pause_before(attempt: int) -> float:
    """Seconds before the attempt after this one: 2, 4, 8 … 300, spread by a fifth so that failures do not march."""
    return float(min(2**attempt, 300) * random.uniform(0.8, 1.2))  # noqa: S311 - spreading, not secrecy


class Runner:
    """Every job of this process passes here, whether SAQ brought it or the feeder ran it itself."""

    def __init__(self, db: Database, handlers: Handlers, *, worker: str | None = None,
                 pause: Callable[[int], float] = pause_before) -> None:
        self._db, self._handlers, self._pause = db, handlers, pause
        self.worker = worker or worker_name()
        self._running: dict[UUID, asyncio.Task[object]] = {}
        self._lost: set[UUID] = set()
        self._stopping = False

    async def run(self, job_id: UUID) -> bool:
        """Whether this call ran it. False: another worker has it, it is done, or this process is stopping."""
        if self._stopping:
            return False
        async with self._db.system.acquire() as connection:
            run = await rows.claim(connection, job_id, self.worker)
        if run is None:
            return False
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        self._running[run.id] = task
        try:
            with structlog.contextvars.bound_contextvars(job=f"{run.plugin}.{run.name}", request_id=run.request_id):
                await self._attempt(run)
        finally:
            self._running.pop(run.id, None)
            self._lost.discard(run.id)
        return True

    async def _attempt(self, run: Run) -> None:
        try:
            await self._work(run)
            JOBS.labels(run.plugin, run.name, "done").inc()
        except LostLease as lost:
            _log.warning("lease lost, its work is another worker's now: %s", lost)
        except asyncio.CancelledError:
            await self._interrupted(run)
        except NotNow as wait:
            async with self._db.system.acquire() as connection:
                await rows.release(connection, run, wait.seconds)
        except Exception as error:  # a handler may fail in any way; the row remembers how
            await self._failed(run, error)

    async def _work(self, run: Run) -> None:
        handler = self._handlers.find(run.plugin, run.name)
        if handler is None:
            raise LookupError(f"no job {run.plugin}.{run.name} here: is the plugin installed, did it load?")
        with _scope(run):
            async with asyncio.timeout(handler.timeout):
                await (self._atomically(handler, run) if handler.atomic else handler.run(run))
            if not handler.atomic:
                async with self._db.system.acquire() as connection:
                    await rows.complete(connection, run)

    async def _atomically(self, handler: Handler, run: Run) -> None:
        opened = handler.transaction(run) if handler.transaction else self._transaction(run)
        async with opened as connection:
            await handler.run(replace(run, connection=connection))
            await rows.complete(connection, run)

    @asynccontextmanager
    async def _transaction(self, run: Run) -> AsyncIterator[Connection]:
        opened = self._db.tenant_transaction() if run.tenant_id else self._db.system_transaction()
        async with opened as connection:
            yield connection

    async def _interrupted(self, run: Run) -> None:
        if run.id in self._lost:
            _log.warning("lease lost while running %s.%s (%s): stopped", run.plugin, run.name, run.id)
            return
        async with self._db.system.acquire() as connection:
            await asyncio.shield(rows.release(connection, run))
        raise asyncio.CancelledError

    async def _failed(self, run: Run, error: Exception) -> None:
        told = "".join(traceback.format_exception(error))[-8000:]
        pause = None if isinstance(error, Hopeless) else self._pause(run.attempt)
        async with self._db.system.acquire() as connection:
            set_aside = await rows.fail(connection, run, told, pause)
        JOBS.labels(run.plugin, run.name, "set_aside" if set_aside else "failed").inc()
        _log.warning("job %s.%s (%s) failed at attempt %d of %d%s: %s", run.plugin, run.name, run.id, run.attempt,
                     run.max_attempts, ", set aside" if set_aside else "", type(error).__name__)

    async def beat(self) -> None:
        """Once: renew the leases held here and stop what is no longer ours."""
        held = set(self._running)
        if not held:
            return
        async with self._db.system.acquire() as connection:
            ours = await rows.renew(connection, held, self.worker)
        for job_id in held - ours:
            if task := self._running.get(job_id):
                self._lost.add(job_id)
                task.cancel()

    async def run_heartbeat(self) -> None:
        """For ever, each `rows.HEARTBEAT_SECONDS`."""
        while True:
            await asyncio.sleep(rows.HEARTBEAT_SECONDS)
            await self.beat()

    @property
    def busy(self) -> int:
        """How many jobs run here now."""
        return len(self._running)

    async def drain(self, seconds: float) -> None:
        """Take nothing new; give what runs this long to finish, then hand it back to the queue."""
        self._stopping = True
        tasks = list(self._running.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.wait(late, timeout=2) if late else None


def _scope(run: Run) -> AbstractContextManager[object]:
    return tenant_scope(run.tenant_id) if run.tenant_id else nullcontext()
