"""What one screen is sent, in order: hello, what it missed, live, and then everything as it happens.

Subscribed before the replay begins, so that nothing can fall between the two; what comes by both ways is sent once.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from core.db.pool import Database
from core.events import log
from core.realtime import cursor as cursors
from core.realtime import frames
from core.realtime.audience import may_see
from core.realtime.cursor import Cursor
from core.realtime.frames import Told
from core.realtime.subscriber import Subscriber

Send = Callable[[str], Awaitable[None]]
_BATCH = 500
_LONGEST_REPLAY = 20_000


class Stream:
    """`seen` is the newest event considered, `sent` the newest the screen got: permissions make gaps between them."""

    def __init__(self, db: Database, subscriber: Subscriber, send: Send) -> None:
        self._db, self._subscriber, self._send = db, subscriber, send
        self._tenant_id = subscriber.principal.tenant_id
        self._seen = self._sent = 0

    async def run(self, asked: str | None) -> None:
        """Until the socket or the subscription ends. Raises Ended."""
        await self._start(asked)
        await self._catch_up()
        await self._send(frames.LIVE)
        while True:
            for item in await self._subscriber.take():
                if isinstance(item, Told):
                    await self._live(item)
                else:
                    await self._send(item)

    async def _start(self, asked: str | None) -> None:
        now, oldest = await self._log_state()
        given = cursors.parse(asked) if asked else now
        reason = _void(given, now, oldest)
        start = now if given is None or reason else given
        self._seen = self._sent = start.seq
        await self._send(frames.reset(str(now), reason) if reason else frames.hello(str(start)))

    async def _log_state(self) -> tuple[Cursor, int]:
        async with self._db.tenant() as connection:
            epoch: UUID = await log.epoch(connection)
            oldest = await connection.fetchval("select seq from event_log where tenant_id = $1 order by seq limit 1",
                                               self._tenant_id)  # fmt: skip
            return Cursor(epoch, await log.head(connection, self._tenant_id)), oldest or 1

    async def _catch_up(self) -> None:
        while True:
            async with self._db.tenant() as connection:
                events = await log.read(connection, self._tenant_id, self._seen, _BATCH)
            for event in events:
                await self._tell(Told(event))
            if len(events) < _BATCH:
                return

    async def _live(self, told: Told) -> None:
        if told.seq <= self._seen:
            return
        if told.seq > self._seen + 1:  # the log is dense: something was missed on the way here, and is in the log
            await self._catch_up()
        if told.seq > self._seen:
            await self._tell(told)

    async def _tell(self, told: Told) -> None:
        self._seen = told.seq
        if may_see(self._subscriber.principal, told.event.type):
            await self._send(told.frame(self._sent))
            self._sent = told.seq


def _void(given: Cursor | None, now: Cursor, oldest: int) -> str | None:
    """Why the log cannot be continued from there, or None."""
    if given is None:
        return "the cursor cannot be read"
    if given.epoch != now.epoch:
        return "the database was restored: numbers have begun anew"
    if given.seq > now.seq:
        return "the cursor is ahead of the log"
    if given.seq + 1 < oldest or now.seq - given.seq > _LONGEST_REPLAY:
        return "too much has happened since: load afresh"
    return None
