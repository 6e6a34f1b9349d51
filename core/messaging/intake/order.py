"""The order of a worker's batches: each is claimed, and its tenants' turn taken, before the next is looked at."""

import asyncio


class Place:
    """In the order of `lock`, which the intakes of a process share. `taken` says that it led to a turn."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock, self._left, self.taken = lock, False, False

    async def __aenter__(self) -> "Place":
        await self._lock.acquire()
        return self

    async def __aexit__(self, *error: object) -> None:
        if not self._left:
            self._lock.release()

    def in_turn(self) -> None:
        """The turn is taken: the next one may read its batch."""
        self._left = self.taken = True
        self._lock.release()

    def keep(self) -> None:
        """The turn is taken, and what comes next is not free before the end."""
        self.taken = True
