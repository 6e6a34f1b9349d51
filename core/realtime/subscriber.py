"""One open socket as the hub sees it: a principal, a bounded queue, topics, and the end."""

import asyncio
from collections.abc import Sequence

from core.auth.principal import Principal
from core.realtime.frames import Said, Told

REVOKED, OVERFLOW, GOING_AWAY = 4001, 4008, 1001
QUEUE_SIZE = 1000

Item = Told | Said | str


class Ended(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Subscriber:
    """Filled by the hub, emptied by the socket. A reader too slow for its queue is closed and returns by cursor."""

    def __init__(self, principal: Principal, size: int = QUEUE_SIZE) -> None:
        self.principal = principal
        self.topics: set[str] = set()
        self._size = size
        self._waiting: list[Item] = []
        self._bell = asyncio.Event()
        self._ended: Ended | None = None

    def offer(self, items: Sequence[Item]) -> None:
        """Queue without waiting: one slow screen must not hold up the others."""
        if self._ended is not None:
            return
        if len(self._waiting) + len(items) > self._size:
            self.end(OVERFLOW, "too slow: connect again with your cursor")
            return
        self._waiting.extend(items)
        self._bell.set()

    def end(self, code: int, reason: str) -> None:
        """Close the socket; what was still queued is not sent."""
        self._ended = self._ended or Ended(code, reason)
        self._bell.set()

    async def take(self) -> list[Item]:
        """Everything that waits, at least one. Raises Ended."""
        await self._bell.wait()
        if self._ended is not None:
            raise self._ended
        self._bell.clear()
        taken, self._waiting = self._waiting, []
        return taken
