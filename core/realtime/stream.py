"""What one screen is sent, in order: hello, what it missed, live, and then everything as it happens.

Subscribed before the replay begins, so that nothing can fall between the two; what comes by both ways is sent once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from core.db.pool import Database
from core.events import log
from core.realtime import cursor as cursors
from core.realtime import frames
from core.realtime.audience import Seen, seen_now, verdict
from core.realtime.cursor import Cursor
from core.realtime.frames import Said, Told
from core.realtime.subscriber import Item, Subscriber

Send = Callable[[str], Awaitable[None]]
_BATCH = 500
_LONGEST_REPLAY = 20_000
_LOOK_SECONDS = 0.1
"""Between two questions of one screen what its member sees: a busy tenant's events come in more batches than that."""


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
            items = await self._subscriber.take()
            seen = await self._look(items)
            for item in items:
                if isinstance(item, Told):
                    await self._live(item, seen)
                elif isinstance(item, str):
                    await self._send(item)
                elif seen is None or item.conversation_id is None or item.conversation_id in seen:
                    await self._send(item.frame)
            if seen is not None:
                await asyncio.sleep(_LOOK_SECONDS)

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
            head = await log.head(connection, self._tenant_id)
            # Asked second: the first event of all, numbered in between, would else count as one that was forgotten.
            oldest = await connection.fetchval("select seq from event_log where tenant_id = $1 order by seq limit 1",
                                               self._tenant_id)  # fmt: skip
            return Cursor(epoch, head), oldest or head + 1  # all of it may be forgotten

    async def _catch_up(self) -> None:
        while True:
            async with self._db.tenant() as connection:
                events = await log.read(connection, self._tenant_id, self._seen, _BATCH)
            told = [Told(event) for event in events]
            seen = await self._look(told)
            for one in told:
                await self._tell(one, seen)
            if len(events) < _BATCH:
                return

    async def _look(self, items: Sequence[Item]) -> Seen:
        """Once for a batch. What left the member's sight in the meantime is not told, whenever it happened."""
        named = (item.event.conversation_id if isinstance(item, Told) else item.conversation_id
                 for item in items if isinstance(item, Told | Said))  # fmt: skip
        return await seen_now(self._db, self._subscriber.principal, named)

    async def _live(self, told: Told, seen: Seen) -> None:
        if told.seq <= self._seen:
            return
        if told.seq > self._seen + 1:  # the log is dense: something was missed on the way here, and is in the log
            await self._catch_up()
        if told.seq > self._seen:
            await self._tell(told, seen)

    async def _tell(self, told: Told, seen: Seen) -> None:
        self._seen = told.seq
        what = verdict(self._subscriber.principal, told.event, seen)
        if what != "nothing":
            await self._send(told.frame(self._sent) if what == "tell" else told.hidden(self._sent))
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
