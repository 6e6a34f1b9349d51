"""The limits around every call into a plugin: a time limit, and a rest after repeated failures."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from comptoir_sdk import PluginError

from core.metrics.numbers import CALLS

_log = logging.getLogger(__name__)
FAILURES, REST_SECONDS = 5, 60.0
T = TypeVar("T")

_running: ContextVar[str | None] = ContextVar("comptoir_plugin", default=None)


def running_plugin() -> str | None:
    """Whose code is running now: logs and the watchdog of a blocked loop name it."""
    return _running.get()


@contextmanager
def attributed(plugin: str) -> Iterator[None]:
    """What happens inside is the plugin's doing."""
    token = _running.set(plugin)
    try:
        yield
    finally:
        _running.reset(token)


class PluginFailed(Exception):
    """The plugin raised, or took too long; the cause is chained."""

    def __init__(self, plugin: str, call: str, why: str) -> None:
        super().__init__(f"plugin {plugin} failed in {call}: {why}")
        self.plugin, self.call = plugin, call


class Resting(PluginFailed):
    """The plugin failed too often and is left alone for a while."""


@dataclass
class _Breaker:
    failures: int = 0
    rests_until: float = 0.0


class Guard:
    """One for each process. A plugin's failures in a row are counted over all its calls and tenants."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._breakers: dict[str, _Breaker] = {}

    async def call(self, plugin: str, call: str, timeout: float, work: Callable[[], Awaitable[T]]) -> T:
        """Await `work`. Raises Resting, PluginFailed, or the PluginError that the plugin means for its caller."""
        breaker = self._breakers.setdefault(plugin, _Breaker())
        if self.resting(plugin):
            CALLS.labels(plugin, "resting").inc()
            raise Resting(plugin, call, "it failed too often and rests")
        try:
            with attributed(plugin):
                async with asyncio.timeout(timeout):
                    result = await work()
        except PluginError:
            CALLS.labels(plugin, "refused").inc()
            raise
        except TimeoutError as error:
            raise self._failed(plugin, call, breaker, f"no answer within {timeout} s") from error
        except Exception as error:
            raise self._failed(plugin, call, breaker, type(error).__name__) from error
        breaker.failures = 0
        CALLS.labels(plugin, "done").inc()
        return result

    def resting(self, plugin: str) -> bool:
        found = self._breakers.get(plugin)
        return found is not None and self._clock() < found.rests_until

    def quarantined(self) -> dict[str, float]:
        """Plugins at rest now, and for how many seconds more."""
        now = self._clock()
        return {name: one.rests_until - now for name, one in self._breakers.items() if one.rests_until > now}

    def _failed(self, plugin: str, call: str, breaker: _Breaker, why: str) -> PluginFailed:
        breaker.failures += 1
        CALLS.labels(plugin, "failed").inc()
        if breaker.failures >= FAILURES:
            breaker.failures, breaker.rests_until = 0, self._clock() + REST_SECONDS
            _log.error("plugin %s failed %d times in a row, it rests for %d s", plugin, FAILURES, REST_SECONDS)
        return PluginFailed(plugin, call, why)
