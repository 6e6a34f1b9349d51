"""Catches code that holds the event loop, which no time limit can stop: names it, and interrupts it.

A thread asks the loop for a sign of life and, while none comes, looks again and again at what runs: only what is seen
each time is to blame, for a loop may also be late by many short steps of others. A timer that every sign of life winds
up again sends SIGALRM to a loop that has been silent too long; unlike the thread, a signal also reaches code that keeps
the interpreter to itself (a regular expression gone astray) or sleeps in a system call.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Final

from core.db.pool import connect
from core.plugins import running
from core.plugins.breakers import LONGEST_REST, door_of
from core.plugins.guard import Guard, Interrupted
from core.plugins.incidents import belongs, storable
from core.plugins.record import AWAY, tell_incidents, tell_rest
from core.plugins.running import Call, Task

HELD_SECONDS: Final = 0.3
"""From here on somebody is named."""
_PAUSE_SECONDS: Final = 0.2
_SAMPLE_SECONDS: Final = 0.05
INTERRUPT_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 1.0
_MOST_INTERRUPTIONS: Final = 20
"""Code that catches them all: the process ends, and whoever keeps it alive starts another."""
_STATUS: Final = 70
_log = logging.getLogger(__name__)


class Watchdog:
    """`start` from the loop's own thread, which for the interruptions must be the main thread."""

    def __init__(self, guard: Guard, database_url: str, process: str, *,
                 interrupt_seconds: float = INTERRUPT_SECONDS) -> None:
        self._guard, self._url, self._process, self._limit = guard, database_url, process, interrupt_seconds
        self._over = threading.Event()
        self._interruptions = 0
        self._seen: _Step | None = None
        """What the thread saw running when it looked last; nothing while the loop answers."""

    def start(self) -> None:
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGALRM, self._alarm)
            self._wind_up()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        self._over.set()
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _watch(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            sign = threading.Event()
            try:
                self._loop.call_soon_threadsafe(self._alive, sign)
            except RuntimeError:
                return  # the loop is closed
            if not sign.wait(_SAMPLE_SECONDS):
                self._look(sign)
                self._seen = None

    def _alive(self, sign: threading.Event) -> None:
        self._interruptions = 0
        if not self._over.is_set():
            self._wind_up()
        sign.set()

    def _wind_up(self) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, self._limit)

    def _look(self, sign: threading.Event) -> None:
        asked, named = time.monotonic() - _SAMPLE_SECONDS, False
        step = self._seen = self._sample()
        while not (sign.wait(_SAMPLE_SECONDS) or self._over.is_set()):
            fresh = self._sample()
            if fresh.task is step.task:
                step.go_on(fresh.seen)
            else:
                named = self._judge(step) or named
                step = self._seen = fresh
        named, late = self._judge(step) or named, time.monotonic() - asked
        if late >= HELD_SECONDS and not named:
            self._tell(None, late, [])

    def _sample(self) -> "_Step":
        task, now = asyncio.current_task(self._loop), time.monotonic()
        return _Step(task, _call_of(task), _lines(sys._current_frames().get(self._thread)), now, now)

    def _judge(self, step: "_Step") -> bool:
        if step.seconds >= HELD_SECONDS:
            self._tell(step.call, step.seconds, step.stack)
        return step.seconds >= HELD_SECONDS

    def _tell(self, call: Call | None, seconds: float, stack: "list[_Line]") -> None:
        place = _place(stack, call.package if call else "")
        told = storable("".join(traceback.format_list([line for _, line in stack])))
        who = f"plugin {call.plugin}, {call.call}," if call else "the kernel"
        if stack:
            _log.error("the event loop was held for %.1f s by %s at %s", seconds, who, place)
        else:
            _log.error("the event loop was late by %.1f s: many steps, none of them long", seconds)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._guard.blocked, call, seconds, place, told)

    def _alarm(self, _number: int, frame: FrameType | None) -> None:
        """In the main thread, between two of its instructions."""
        call = _call_of(asyncio.current_task(self._loop))
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        if call is None or self._over.is_set() or self._is_others():
            return  # the kernel's own work is not cut
        self._interruptions += 1
        if self._interruptions > _MOST_INTERRUPTIONS:
            self._give_up(call, _lines(frame))
        raise Interrupted

    def _is_others(self) -> bool:
        """Whether the time until now was others': the thread looked a moment ago, and this step had only begun."""
        step, now = self._seen, time.monotonic()
        # A thread that has not looked for longer could not: this step keeps the interpreter to itself.
        return step is not None and now - step.seen < HELD_SECONDS and (
            step.task is not asyncio.current_task(self._loop) or step.seconds < HELD_SECONDS)

    def _give_up(self, call: Call, stack: "list[_Line]") -> None:
        _log.critical("plugin %s, %s, cannot be interrupted: this process ends", call.plugin, call.call)
        told = storable("".join(traceback.format_list([line for _, line in stack])))
        self._guard.blocked(call, self._limit + _MOST_INTERRUPTIONS, _place(stack, call.package), told)
        writer = threading.Thread(target=asyncio.run, args=(self._write(call),), daemon=True)
        writer.start()
        writer.join(5)
        os._exit(_STATUS)

    async def _write(self, call: Call) -> None:
        with contextlib.suppress(*AWAY):  # the log has it
            connection = await connect(self._url, "comptoir_sys")
            # Or its next call would end the next process.
            await tell_rest(connection, call.plugin, door_of(call.call), LONGEST_REST,
                            f"{call.call}: it could not be interrupted, and the process ended")
            await tell_incidents(connection, self._guard.incidents, self._process)
            await connection.close()


_Line = tuple[str, traceback.FrameSummary]


@dataclass
class _Step:
    """What ran when the thread looked, from the first time in a row to the last."""

    task: Task | None
    call: Call | None
    stack: list[_Line]
    began: float
    seen: float

    @property
    def seconds(self) -> float:
        return self.seen - self.began

    def go_on(self, now: float) -> None:
        self.seen = now
        if self.call is not None and self.seconds >= HELD_SECONDS:
            self.call.blocked = max(self.call.blocked, self.seconds)  # before its end is judged


def _call_of(task: Task | None) -> Call | None:
    return running.tasks.get(task) if task is not None else None


def _lines(frame: FrameType | None) -> list[_Line]:
    """Outermost first, from the guard's call on: the loop and the server above it say nothing."""
    found: list[_Line] = []
    while frame is not None and frame.f_code is not running.contained.__code__:
        line = traceback.FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        found.append((str(frame.f_globals.get("__name__", "")), line))
        frame = frame.f_back
    return found[::-1]


def _place(stack: list[_Line], package: str) -> str:
    own = [line for module, line in stack if belongs(module, package)]
    line = own[-1] if own else stack[-1][1] if stack else None
    return f"{line.filename}:{line.lineno}" if line else ""


@contextlib.contextmanager
def watched(watchdog: Watchdog) -> Iterator[None]:
    """While inside."""
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()
