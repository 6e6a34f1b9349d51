"""Live updates for the phones' page: one bounded queue per open page, Server-Sent Events on the wire."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

WAITING_AT_MOST = 500
HEARTBEAT_SECONDS = 15.0


class Feed:
    """Tells every open page what happened. A page that cannot keep up is dropped and reloads by itself."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[bytes | None]] = set()

    def tell(self, kind: str, **values: Any) -> None:
        """Hand an event to every open page; costs nothing when none is open."""
        if not self._queues:
            return
        data = f"data: {json.dumps({'kind': kind, **values}, ensure_ascii=False)}\n\n".encode()
        for queue in list(self._queues):
            if queue.qsize() >= WAITING_AT_MOST:
                self._queues.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(data)

    async def follow(self) -> AsyncIterator[bytes]:
        """The stream of one page, until it leaves or falls behind."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield b"retry: 1000\n\n"
            while True:
                try:
                    data = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    data = b": still here\n\n"
                if data is None:
                    return
                yield data
        finally:
            self._queues.discard(queue)

    def close(self) -> None:
        """End every stream, so that a stopping server does not wait for open pages."""
        for queue in self._queues:
            queue.put_nowait(None)
        self._queues.clear()
