"""Wake-ups by LISTEN/NOTIFY. A notification carries no meaning: rows are the truth, and every waiter polls as well."""

import asyncio
import contextlib
import logging
from typing import Final
from weakref import WeakSet

from core.db.pool import Connection, connect

log = logging.getLogger(__name__)

_RECONNECT_SECONDS: Final = 0.5
_PULSE_SECONDS: Final = 5.0  # a connection cut without a word (firewall, failover) is noticed after this long


class Bell:
    """One waiter's own memory of having been rung, so that a ring during its work is not lost."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout: float) -> bool:
        """Return True as soon as rung since the last wait, False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._rung.wait()
        except TimeoutError:
            return False
        finally:
            self._rung.clear()
        return True


class Wake:
    """One LISTEN connection of a process, reconnected for ever. A reconnection rings every bell."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._channels: set[str] = set()
        self._bells: dict[str, WeakSet[Bell]] = {}
        self._shared: dict[str, Bell] = {}
        self._listening = asyncio.Event()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def listen(self, *channels: str) -> None:
        """Hear these channels from now on. Returns at once when the database is away; it is tried again."""
        fresh = set(channels) - self._channels
        self._channels |= fresh
        if self._task is None:
            self._task = asyncio.create_task(self._keep_listening(), name="wake")
        elif fresh and self._connection is not None:
            self._connection.terminate()
        if fresh:
            self._listening.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_RECONNECT_SECONDS):
                    await self._listening.wait()

    def bell(self, *channels: str) -> Bell:
        """A bell of the caller's own, rung by any of these channels. Forgotten when the caller drops it."""
        bell = Bell()
        for channel in channels:
            self._bells.setdefault(channel, WeakSet()).add(bell)
        return bell

    async def wait(self, channel: str, timeout: float) -> bool:
        """Wait on the channel's shared bell: for its only waiter, or for those who do not mind a missed ring."""
        if channel not in self._shared:
            self._shared[channel] = self.bell(channel)
        return await self._shared[channel].wait(timeout)

    def ring(self, channel: str) -> None:
        """Wake this process's waiters without a trip to the database."""
        for bell in self._bells.get(channel, ()):
            bell.ring()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            # asyncpg raises InternalClientError and others when its connection is cut: whatever it is, connect again.
            except Exception as error:
                log.warning("wake: %s; listening again in %s s", type(error).__name__, _RECONNECT_SECONDS)
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_until_lost(self) -> None:
        channels = frozenset(self._channels)
        self._connection = connection = await connect(self._url, "comptoir_sys")
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            for channel in channels:
                await connection.add_listener(channel, lambda _c, _p, name, _m: self.ring(name))
            self._ring_all()
            if channels == self._channels:
                self._listening.set()
            await self._pulse(connection, lost)
        finally:
            self._connection = None
            connection.terminate()

    async def _pulse(self, connection: Connection, lost: asyncio.Event) -> None:
        while not lost.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PULSE_SECONDS):
                    await lost.wait()
                    return
            await connection.execute("select 1", timeout=_PULSE_SECONDS)

    def _ring_all(self) -> None:
        for channel in self._bells:
            self.ring(channel)
