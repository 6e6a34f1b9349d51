"""`GET /ws`: one socket from handshake to close."""

import asyncio
import json
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from quart import Quart, g, websocket

from core.auth.access import SIGNED_IN, declare
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.db.pool import Database
from core.events.tail import Tail
from core.realtime import frames
from core.realtime.hub import Hub
from core.realtime.revalidation import INTERVAL_SECONDS, Revalidation
from core.realtime.stream import Stream
from core.realtime.subscriber import QUEUE_SIZE, Ended, Subscriber
from core.realtime.topics import Channels

PING_SECONDS = 25.0
_SEND_SECONDS = 20.0
_MOST_TOPICS = 50
_UNREADABLE = 1007


class Gateway:
    """Every socket of a web process."""

    def __init__(
        self, db: Database, tail: Tail, channels: Channels, permissions: Permissions, *, queue_size: int = QUEUE_SIZE,
        revalidate_seconds: float = INTERVAL_SECONDS, ping_seconds: float = PING_SECONDS,
    ) -> None:  # fmt: skip
        self._db, self._channels = db, channels
        self._queue_size, self._ping_seconds = queue_size, ping_seconds
        self.hub = Hub(db, tail)
        self.revalidation = Revalidation(db, permissions, self.hub, channels, revalidate_seconds)
        self._checking: asyncio.Task[None] | None = None

    def mount(self, app: Quart) -> None:
        """Serve /ws."""
        app.add_websocket("/ws", "ws", self.serve)

    async def start(self) -> None:
        await self.hub.start()
        self._checking = asyncio.create_task(self.revalidation.run(), name="socket revalidation")

    async def stop(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
        await self.hub.stop()

    @declare(SIGNED_IN)
    async def serve(self) -> None:
        """The view. The doorman has checked who it is and the Origin; the tenant is in scope."""
        principal: Principal = g.principal
        subscriber = Subscriber(principal, self._queue_size)
        await websocket.accept()  # explicitly: else the handshake is answered with our first frame only
        self.hub.join(subscriber)
        try:
            stream = Stream(self._db, subscriber, _send)
            await _first(stream.run(websocket.args.get("cursor")), self._listen(subscriber), self._ping())
        except Ended as ended:
            with suppress(RuntimeError, TimeoutError):  # the other side may have gone first
                await websocket.close(ended.code, ended.reason)
        except TimeoutError:
            return  # a peer that no longer reads; the server closes the connection
        finally:
            self.hub.leave(subscriber)

    async def _listen(self, subscriber: Subscriber) -> None:
        while True:
            told = _readable(await websocket.receive())
            topic = told.get("topic")
            if told.get("t") == "subscribe" and isinstance(topic, str):
                self._subscribe(subscriber, topic)
            elif told.get("t") == "unsubscribe":
                subscriber.topics.discard(str(topic))

    def _subscribe(self, subscriber: Subscriber, topic: str) -> None:
        if len(subscriber.topics) >= _MOST_TOPICS:
            subscriber.offer([frames.error(topic, f"at most {_MOST_TOPICS} topics at once: unsubscribe from some")])
        elif self._channels.allows(subscriber.principal, topic):
            subscriber.topics.add(topic)
        else:
            subscriber.offer([frames.error(topic, "there is no such topic, or it is not for your role")])

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._ping_seconds)
            await _send(frames.PING)


async def _send(frame: str) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await websocket.send(frame)


def _readable(raw: Any) -> dict[str, Any]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise Ended(_UNREADABLE, "frames are JSON objects") from None
    if not isinstance(told, dict):
        raise Ended(_UNREADABLE, "frames are JSON objects")
    return told


async def _first(*parts: "Awaitable[None]") -> None:
    """Run them side by side until one ends or fails; then stop the others and raise what it raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
