"""Following the event log: every tenant's events in the order they were numbered."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

import asyncpg

from core.db.pool import Database
from core.db.wake import Wake
from core.events import log as event_log
from core.events.log import Event

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 0.3
_BATCH: Final = 1000


class Tail:
    """Survives a lost database: it goes on from the last position yielded."""

    def __init__(self, db: Database, wake: Wake) -> None:
        self._db, self._wake = db, wake

    async def follow(self, after_position: int | None = None) -> AsyncIterator[list[Event]]:
        """Yield batches of events after this position, for ever; None = from now on."""
        await self._wake.listen("events")
        bell = self._wake.bell("events")
        position = after_position
        while True:
            try:
                events, position = await self._next(position)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
                log.warning("tail: %s; reading again", type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if events:
                yield events
            if len(events) < _BATCH:
                await bell.wait(_POLL_SECONDS)

    async def _next(self, after: int | None) -> tuple[list[Event], int]:
        async with self._db.system.acquire() as connection:
            if after is None:
                return [], await event_log.last_position(connection)
            events = await event_log.read_all(connection, after, _BATCH)
        return events, events[-1].position if events else after
