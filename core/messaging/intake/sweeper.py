"""What waits beside the queue: statuses and corrections whose message came meanwhile, and what is too old to wait."""

import asyncio
import logging
from typing import Final

import asyncpg

from core.db.pool import connect
from core.db.wake import Wake
from core.messaging.intake import corrections, marks, parked

log = logging.getLogger(__name__)

_MATCH_SECONDS: Final = 5.0
_FORGET_SECONDS: Final = 3600.0


class Sweeper:
    """Parked statuses: matched again shortly after, forgotten after a week."""

    def __init__(self, url: str, wake: Wake) -> None:
        self._url, self._wake = url, wake

    async def run(self) -> None:
        forgotten_at = float("-inf")
        while True:
            await asyncio.sleep(_MATCH_SECONDS)
            now = asyncio.get_running_loop().time()
            try:
                await self._sweep(forget=now - forgotten_at > _FORGET_SECONDS)
                forgotten_at = now if now - forgotten_at > _FORGET_SECONDS else forgotten_at
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
                log.warning("parked statuses: %s; looking again", type(error).__name__)

    async def _sweep(self, forget: bool) -> None:
        connection = await connect(self._url, "comptoir_sys")
        try:
            async with connection.transaction():
                if await parked.match_recent(connection):
                    self._wake.ring("outbox")
                if forget:
                    await parked.forget_old(connection)
                    await marks.forget_old(connection)
                    await corrections.forget_old(connection)
        finally:
            connection.terminate()
