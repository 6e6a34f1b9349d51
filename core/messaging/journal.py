"""The journal: deliveries as Meta sent them, durable before they are acknowledged. Concurrent ones share a commit."""

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any, Final

import asyncpg

from core.db.pool import Connection
from core.db.roles import role_url
from core.metrics.numbers import COMMIT, WAITING

log = logging.getLogger(__name__)

GIVE_UP_SECONDS: Final = 4.0
"""A delivery not committed by then is refused, so that Meta hears of it within 5 s."""
MOST_WAITING: Final = 5000
MOST_WAITING_BYTES: Final = 64 * 2**20
_BATCH: Final = 500
_BATCH_BYTES: Final = 16 * 2**20
_CONNECT_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.25
_SETTINGS: Final = {
    "application_name": "comptoir receiver", "synchronous_commit": "on", "jit": "off", "timezone": "UTC",
    "statement_timeout": str(int(GIVE_UP_SECONDS * 1000)),
}

_APPEND: Final = """with written as (
    insert into journal (app_slug, headers, body)
    select a, h::jsonb, b from unnest($1::text[], $2::text[], $3::bytea[]) d(a, h, b) returning id, received_at),
pending as (insert into journal_pending (id, received_at) select id, received_at from written)
select pg_notify('journal', '')"""


class JournalUnavailable(Exception):
    """Not written, or not known to be: answer 503, and Meta will deliver it again."""


class _Entry:
    __slots__ = ("app_slug", "body", "deadline", "done", "headers")

    def __init__(self, app_slug: str, headers: str, body: bytes, deadline: float, done: "asyncio.Future[None]") -> None:
        self.app_slug, self.headers, self.body, self.deadline, self.done = app_slug, headers, body, deadline, done


class Journal:
    """A bounded queue before one connection: a database that hangs does not fill the memory.

    While a commit is under way the next batch gathers. A second connection makes the batches smaller, and
    gained nothing that could be measured.
    """

    def __init__(self, database_url: str) -> None:
        self._url = role_url(database_url, "comptoir_sys")
        self._waiting: deque[_Entry] = deque()
        self._waiting_bytes = 0
        self._writing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._more = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Never fails: the connection is made when there is something to write, and again when it is lost."""
        self._loop = asyncio.get_running_loop()
        WAITING.set_function(lambda: len(self._waiting))
        self._tasks = [asyncio.create_task(self._flush(), name="journal"),
                       asyncio.create_task(self._refuse_late(), name="journal deadline")]

    async def stop(self) -> None:
        """Write what waits, or refuse it, then close."""
        await self._idle.wait()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def append(self, app_slug: str, headers: str, body: bytes) -> "asyncio.Future[None]":
        """A future that is done after the commit. It raises JournalUnavailable within GIVE_UP_SECONDS otherwise.

        `headers` is a JSON object.
        """
        if self._loop is None:
            raise JournalUnavailable("the journal is not started")
        done: asyncio.Future[None] = self._loop.create_future()
        if len(self._waiting) >= MOST_WAITING or self._waiting_bytes >= MOST_WAITING_BYTES:
            done.set_exception(JournalUnavailable("too many deliveries wait for the database"))
            return done
        self._waiting.append(_Entry(app_slug, headers, body, self._loop.time() + GIVE_UP_SECONDS, done))
        self._waiting_bytes += len(body)
        self._more.set()
        self._idle.clear()
        return done

    async def _flush(self) -> None:
        writer: _Writer | None = None
        try:
            while True:
                while not self._waiting:
                    self._more.clear()
                    await self._more.wait()
                self._writing = True
                try:
                    writer = await self._write(self._take(), writer)
                finally:
                    self._writing = False
                    self._rest_if_idle()
        finally:
            if writer is not None:
                writer.terminate()

    def _rest_if_idle(self) -> None:
        if not self._waiting and not self._writing:
            self._idle.set()

    def _take(self) -> list[_Entry]:
        waiting, size = self._waiting, 0
        batch: list[_Entry] = []
        while waiting and len(batch) < _BATCH and size < _BATCH_BYTES:
            entry = waiting.popleft()
            batch.append(entry)
            size += len(entry.body)
        self._waiting_bytes -= size
        return batch

    async def _write(self, batch: list[_Entry], writer: "_Writer | None") -> "_Writer | None":
        """Commit the batch; the connection to use next, or None when it was lost."""
        seconds = max(batch[0].deadline - asyncio.get_running_loop().time(), 0.05)
        try:
            async with asyncio.timeout(seconds):
                if writer is None or writer.is_closed():
                    writer = await _Writer.connect(self._url)
                with COMMIT.time():
                    await writer.write(batch)
        # Whatever went wrong, nothing may be acknowledged, and Meta delivers again.
        except Exception as error:
            log.warning("journal: %s deliveries refused: %s %s", len(batch), type(error).__name__, error)
            _refuse(batch, f"the database did not take it ({type(error).__name__})")
            if writer is not None:
                writer.terminate()
            return None
        for entry in batch:
            if not entry.done.done():
                entry.done.set_result(None)
        return writer

    async def _refuse_late(self) -> None:
        """Behind a database that hangs, deliveries that wait their turn must not wait for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            while self._waiting and self._waiting[0].deadline < loop.time():
                entry = self._waiting.popleft()
                self._waiting_bytes -= len(entry.body)
                _refuse([entry], "the database is too slow")
                self._rest_if_idle()


class _Writer:
    """One connection with its prepared statement."""

    def __init__(self, connection: Connection, statement: Any) -> None:
        self._connection, self._statement = connection, statement

    @classmethod
    async def connect(cls, url: str) -> "_Writer":
        connection = await asyncpg.connect(url, server_settings=_SETTINGS, timeout=_CONNECT_SECONDS)
        return cls(connection, await connection.prepare(_APPEND))

    def is_closed(self) -> bool:
        return bool(self._connection.is_closed())

    def terminate(self) -> None:
        self._connection.terminate()

    async def write(self, batch: list[_Entry]) -> None:
        await self._statement.fetchval(
            [entry.app_slug for entry in batch], [entry.headers for entry in batch], [entry.body for entry in batch]
        )


def _refuse(batch: list[_Entry], reason: str) -> None:
    for entry in batch:
        if not entry.done.done():
            entry.done.set_exception(JournalUnavailable(reason))
