"""One supervised program: started, waited for, started again when it dies, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.embedded.directory import log_tail
from core.embedded.errors import EmbeddedError, ServiceNotStarted

_POLL_SECONDS = 0.03
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
_CALM_SECONDS = 30.0

Say = Callable[[str], None]


async def _nothing() -> None:
    return


@dataclass
class Service:
    """`prepare` runs before each launch, `launch` forks in the main thread, `ready` is asked until it says yes."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    ready: Callable[[], Awaitable[bool]]
    log: Path
    prepare: Callable[[], Awaitable[None]] = _nothing
    let_go: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    start_seconds: float = 60.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _asked: bool = field(default=False, init=False)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    async def start(self) -> None:
        """Launch and wait until ready. Raises ServiceNotStarted with the end of its log."""
        await self.prepare()
        self.process = self.launch()
        deadline = time.monotonic() + self.start_seconds
        while not await self.ready():
            if self.process.poll() is not None:
                raise ServiceNotStarted(f"{self.name} {ending(self.process.returncode)}:\n{log_tail(self.log)}")
            if time.monotonic() > deadline:
                raise ServiceNotStarted(f"{self.name} was not ready after {self.start_seconds:g} s, see {self.log}")
            await asyncio.sleep(_POLL_SECONDS)

    async def keep(self, say: Say, changed: Callable[[], None]) -> None:
        """For ever: wait for its end, say so, start it again, with longer pauses while it keeps dying."""
        pause, since = _FIRST_PAUSE, time.monotonic()
        while True:
            assert self.process is not None  # noqa: S101 - kept only after a start
            status = await ended(self.process)
            pause = _FIRST_PAUSE if self._asked or time.monotonic() - since > _CALM_SECONDS else pause
            if not self._asked:
                say(f"{self.name} {ending(status)}; starting it again in {pause:g} s (log: {self.log})")
                await asyncio.sleep(pause)
            self._asked = False
            since = time.monotonic()
            pause = min(pause * 2, _LONGEST_PAUSE)
            await self._again(say)
            changed()

    async def restart(self) -> None:
        """End it on purpose; whoever keeps it starts it again at once."""
        self._asked = True
        await self._end()

    async def stop(self) -> None:
        """Ask it to stop, kill it after `patience` seconds, and let go of what it held."""
        await self._end()
        if self.let_go is not None:
            self.let_go()

    async def _end(self) -> None:
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.send_signal(self.stop_signal)
        try:
            await asyncio.wait_for(ended(process), self.patience)
        except TimeoutError:
            process.kill()
            await ended(process)

    async def _again(self, say: Say) -> None:
        try:
            await self.start()
        except (EmbeddedError, OSError) as error:
            say(str(error))
            await self._end()
        else:
            say(f"{self.name} runs again (pid {self.pid})")


async def ended(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of `process` without a thread, and return its status."""
    if process.poll() is None:
        descriptor = os.pidfd_open(process.pid)
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(descriptor, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
    return process.wait()


def ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
