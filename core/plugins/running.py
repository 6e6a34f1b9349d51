"""Whose code runs now: each task is known by the plugin call it belongs to, tasks that the plugin starts included."""

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from core.db.shares import held_by
from core.plugins.incidents import belongs

_log = logging.getLogger(__name__)
Task = asyncio.Task[Any]
_STUBBORN_SECONDS: Final = (0.5, 2.0, 10.0)


@dataclass(eq=False)
class Call:
    """One call into a plugin. `blocked` is the longest time for which it held the loop."""

    plugin: str
    call: str
    package: str
    blocked: float = 0.0
    over: bool = False
    children: dict[Task, tuple[str, str]] = field(default_factory=dict)
    """Tasks that the plugin's own code started and that are not done: their names, and where they were started."""

    def adopt(self, task: Task, name: str, place: str) -> None:
        if self.over:
            stop(task)
            return
        self.children[task] = name, place
        task.add_done_callback(lambda done: self.children.pop(done, None))

    def end(self) -> list[tuple[str, str]]:
        """Stop what the plugin left running; what it was and where it was started."""
        self.over = True
        left = dict(self.children)
        for task in left:
            stop(task)
        return list(left.values())


class Left(Exception):
    """The plugin asked the whole process to end (sys.exit), which is not for it to say."""


_current: ContextVar[Call | None] = ContextVar("comptoir_plugin_call", default=None)
tasks: Final[WeakKeyDictionary[Task, Call]] = WeakKeyDictionary()


def running_plugin() -> str | None:
    """Whose code is running now."""
    call = _current.get()
    return call.plugin if call else None


def start(call: Call, work: Coroutine[Any, Any, Any]) -> Task:
    """Run `work` as a task of this call."""
    token = _current.set(call)
    try:
        with held_by(call.plugin):
            task: Task = asyncio.ensure_future(contained(work))
    finally:
        _current.reset(token)
    tasks[task] = call
    return task


def stuck_at(task: Task) -> list[tuple[str, traceback.FrameSummary]]:
    """Where a waiting task waits: (module, line), outermost first."""
    found, waiting = list[tuple[str, traceback.FrameSummary]](), cast(Any, task.get_coro())
    while (frame := getattr(waiting, "cr_frame", None)) is not None:
        line = traceback.FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        found.append((str(frame.f_globals.get("__name__", "")), line))
        waiting = waiting.cr_await
    return found


def name_of(task: Task) -> str:
    """Its coroutine's."""
    return str(getattr(task.get_coro(), "__qualname__", task.get_name()))


def stop(task: Task) -> None:
    """Cancel, and again later: code that swallows one cancellation seldom swallows four."""
    task.cancel()
    loop = asyncio.get_running_loop()
    for seconds in _STUBBORN_SECONDS:
        loop.call_later(seconds, _cancel_again, task)


def _cancel_again(task: Task) -> None:
    if not task.done():
        task.cancel()


def watch_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """From now on tasks started inside a call are the call's. Once for each loop."""
    loop.set_task_factory(_make_task)


def _make_task(loop: asyncio.AbstractEventLoop, work: Any, **given: Any) -> Task:
    call = _current.get()
    # A library that a plugin uses may keep tasks of its own, as the pool of connections does.
    own = call is not None and belongs(_module(starter := _starter(sys._getframe(1))), call.package)
    task: Task = asyncio.Task(contained(work) if own else work, loop=loop, **given)
    if call is not None:
        tasks[task] = call
        if own and starter is not None:
            call.adopt(task, getattr(work, "__qualname__", ""), f"{starter.f_code.co_filename}:{starter.f_lineno}")
    return task


async def contained(work: Coroutine[Any, Any, Any]) -> Any:
    """asyncio lets these two through a task and out of the loop, which would end the process."""
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise Left(f"it raised {type(error).__name__}") from error


def _module(frame: FrameType | None) -> str:
    return str(frame.f_globals.get("__name__", "")) if frame else ""


def _starter(frame: FrameType | None) -> FrameType | None:
    while frame is not None and frame.f_code.co_filename.startswith(_ASYNCIO):
        frame = frame.f_back
    return frame


_ASYNCIO: Final = os.path.dirname(asyncio.__file__)
