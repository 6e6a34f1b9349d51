"""What `asyncio.to_thread` uses: the kernel has threads of its own, and so has each plugin.

A thread cannot be stopped. One that hangs keeps a thread from its plugin alone, and does not keep the process from
ending: plugins' threads are daemons, which nobody waits for.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from core.plugins.running import running_plugin

MOST: Final = 8
"""Threads of one plugin at a time; what it asks for beyond them waits."""


class Threads(ThreadPoolExecutor):
    """A loop's default executor. Outside any plugin's call it is the usual one."""

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="kernel")
        self._of_plugins: dict[str, _Own] = {}

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        if (plugin := running_plugin()) is None:
            return super().submit(work, *args, **named)
        if plugin not in self._of_plugins:
            self._of_plugins[plugin] = _Own(plugin)
        return self._of_plugins[plugin].submit(partial(work, *args, **named))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What the kernel has begun is waited for."""
        for own in self._of_plugins.values():
            own.close()
        super().shutdown(wait, cancel_futures=cancel_futures)


_of_loops: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Threads]] = WeakKeyDictionary()


def give_threads(loop: asyncio.AbstractEventLoop) -> None:
    """From now on plugins' threads are their own. Once for each loop."""
    if loop not in _of_loops:
        _of_loops[loop] = Threads()
        loop.set_default_executor(_of_loops[loop])


_Task = tuple[Future[Any], Callable[[], Any]]


class _Own:
    def __init__(self, plugin: str) -> None:
        self._plugin = plugin
        self._waiting: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._idle, self._count = threading.Semaphore(0), 0

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.put((future, work))
        if not self._idle.acquire(blocking=False) and self._count < MOST:
            self._count += 1
            threading.Thread(target=self._run, name=f"{self._plugin}-{self._count}", daemon=True).start()
        return future

    def close(self) -> None:
        for _ in range(self._count):
            self._waiting.put(None)

    def _run(self) -> None:
        while (task := self._waiting.get()) is not None:
            _do(*task)
            del task  # or its arguments and its result would live until the next one
            self._idle.release()


def _do(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # it is whoever awaits it that is told
        future.set_exception(error)
