"""One reader of the event log for the whole process, fanned out to the sockets of each tenant."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from core.db.pool import Database
from core.events import log
from core.events.log import Event
from core.events.tail import Tail
from core.metrics.numbers import TOLD
from core.realtime import frames
from core.realtime.frames import Told
from core.realtime.subscriber import GOING_AWAY, Subscriber


class Hub:
    """Knows every open socket of this process."""

    def __init__(self, db: Database, tail: Tail) -> None:
        self._db, self._tail = db, tail
        self._rooms: dict[UUID, set[Subscriber]] = defaultdict(set)
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to follow. Only then may sockets be opened: what was numbered before is theirs to replay."""
        async with self._db.system.acquire() as connection:
            position = await log.last_position(connection)
        self._reader = asyncio.create_task(self._follow(position), name="realtime hub")

    async def stop(self) -> None:
        """Close every socket; clients return to another process, or to this one's successor, by cursor."""
        self.close_sockets()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    def close_sockets(self) -> None:
        """Tell every screen to connect elsewhere."""
        for subscriber in self.subscribers():
            subscriber.end(GOING_AWAY, "the server is restarting")

    def join(self, subscriber: Subscriber) -> None:
        self._rooms[subscriber.principal.tenant_id].add(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        room = self._rooms[subscriber.principal.tenant_id]
        room.discard(subscriber)
        if not room:
            del self._rooms[subscriber.principal.tenant_id]

    def subscribers(self) -> list[Subscriber]:
        """Every open socket."""
        return [subscriber for room in self._rooms.values() for subscriber in room]

    def say(self, tenant_id: UUID, topic: str, data: object, member: UUID | None = None) -> None:
        """Tell the tenant's subscribers of a topic, or those of one member. Not kept: who is not listening does not
        hear it."""
        said = frames.said(topic, data)
        for subscriber in list(self._rooms.get(tenant_id, ())):
            if topic in subscriber.topics and (member is None or subscriber.principal.user_id == member):
                subscriber.offer([said])

    async def _follow(self, position: int) -> None:
        async for events in self._tail.follow(position):
            self._fan_out(events)
            TOLD.observe(max(0.0, time.time() - events[-1].at.timestamp()))

    def _fan_out(self, events: Iterable[Event]) -> None:
        told: dict[UUID, list[Told]] = defaultdict(list)
        for event in events:
            if event.tenant_id in self._rooms:
                told[event.tenant_id].append(Told(event))
        for tenant_id, items in told.items():
            for subscriber in list(self._rooms[tenant_id]):
                subscriber.offer(items)
