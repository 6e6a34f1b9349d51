"""The limits around every call into a plugin: a time limit that holds, and a rest after repeated failures."""

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar
from uuid import UUID

from comptoir_sdk import PluginError

from core.metrics.numbers import BLOCKED, CALLS
from core.plugins import running
from core.plugins.breakers import Door, door_of
from core.plugins.incidents import Incident, Incidents, Kind, Line
from core.plugins.running import Call
from core.plugins.spending import Spending
from core.plugins.turnstile import Passage, Turnstile

_log = logging.getLogger(__name__)
_GRACE_SECONDS: Final = 0.5
"""How long a call that was told to stop may take to do so; then nobody waits for it any longer."""
_TOO_LONG_BLOCKED: Final = 1.0
T = TypeVar("T")


class PluginFailed(Exception):
    """The plugin raised, or took too long; the cause is chained."""

    def __init__(self, plugin: str, call: str, why: str) -> None:
        super().__init__(f"plugin {plugin} failed in {call}: {why}")
        self.plugin, self.call, self.why = plugin, call, why


class Resting(PluginFailed):
    """The plugin failed too often and is left alone for `seconds` more."""

    def __init__(self, plugin: str, call: str, seconds: float) -> None:
        super().__init__(plugin, call, "it failed too often and rests")
        self.seconds = seconds


class Interrupted(BaseException):
    """Raised by the watchdog inside code that holds the loop. No Exception: a plugin's `except` must not catch it."""

    def __init__(self) -> None:
        super().__init__("it held the event loop and was interrupted")


class Guard:
    """One for each process. `packages` are the plugins' own modules, by which their lines are told from ours;
    `tenants_with` says how many tenants have a plugin."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, packages: Mapping[str, str] | None = None,
                 tenants_with: Callable[[str], int] = lambda plugin: 1) -> None:
        self._clock, self.packages = clock, packages or {}
        self._turnstile = Turnstile(tenants_with)
        self.breakers = self._turnstile.everybodys
        self.incidents, self.spending = Incidents(), Spending()

    async def call(self, plugin: str, call: str, timeout: float, work: Callable[[], Awaitable[T]],
                   tenant: UUID | None = None) -> T:
        """Await `work`, for this tenant. Raises Resting, PluginFailed, or the PluginError that the plugin means for its
        caller."""
        passage = self._turnstile.enter((plugin, door_of(call)), tenant, self._clock())
        if passage.shut:
            CALLS.labels(plugin, "resting").inc()
            raise Resting(plugin, call, max(passage.shut - self._clock(), 1.0))
        one, began = Call(plugin, call, self.packages.get(plugin, "")), self._clock()
        try:
            result = await _within(timeout, one, work)
        except PluginError:
            self._done(one, passage, began, "refused")
            raise
        except asyncio.CancelledError:
            self._turnstile.release(passage)
            raise
        except (Exception, Interrupted) as error:
            raise self._failed(one, passage, began, error) from error
        finally:
            self._end(one)
        self._done(one, passage, began, "done")
        return result

    def now(self) -> float:
        return self._clock()

    def resting(self, plugin: str, door: str | None = None) -> bool:
        """Whether this door of the plugin is shut for everybody, or any."""
        now = self._clock()
        return any(one.until > now for (name, which), one in self.breakers.items()
                   if name == plugin and door in (None, which))

    def rests_for(self, tenant: UUID, plugin: str, door: Door) -> bool:
        """Whether this door is shut for the tenant, be it for all of them or for this one."""
        return self._turnstile.resting((plugin, door), tenant, self._clock())

    def quarantined(self) -> dict[str, float]:
        """Plugins at rest now for everybody, and for how many seconds more."""
        now, found = self._clock(), dict[str, float]()
        for (name, _), one in self.breakers.items():
            if one.until > now:
                found[name] = max(found.get(name, 0.0), one.until - now)
        return found

    def blocked(self, call: Call | None, seconds: float, place: str, stack: str) -> None:
        """The watchdog saw the loop held for so long, by this call or by the kernel."""
        BLOCKED.labels(call.plugin if call else "").inc()
        if call is None:
            return
        call.blocked = max(call.blocked, seconds)
        self.incidents.add(Incident(call.plugin, "blocked", call.call,
                                    f"it held the event loop for {seconds:.1f} s: nothing else could run", place,
                                    stack))

    def _end(self, one: Call) -> None:
        for name, place in one.end():
            told = f"it left the task {name} running, which was stopped: use a job"
            _log.warning("plugin %s, %s, %s: %s", one.plugin, one.call, place, told)
            self.incidents.add(Incident(one.plugin, "leaked", one.call, told, place))

    def _done(self, one: Call, passage: Passage, began: float, outcome: str) -> None:
        CALLS.labels(one.plugin, outcome).inc()
        self.spending.add(one.plugin, one.call, self._clock() - began, failed=False)
        if one.blocked >= _TOO_LONG_BLOCKED:
            self._count(one, passage, f"it held the event loop for {one.blocked:.1f} s")
        else:
            self._turnstile.succeeded(passage)

    def _failed(self, one: Call, passage: Passage, began: float, error: BaseException) -> PluginFailed:
        CALLS.labels(one.plugin, "failed").inc()
        self.spending.add(one.plugin, one.call, self._clock() - began, failed=True)
        self._tell(one, error)
        if isinstance(error, MemoryError):  # whoever keeps the exception would keep what was eaten
            traceback.clear_frames(error.__traceback__)
        why = str(error) if isinstance(error, TimeoutError | Interrupted) else type(error).__name__
        self._count(one, passage, why)
        return PluginFailed(one.plugin, one.call, why)

    def _tell(self, one: Call, error: BaseException) -> None:
        if isinstance(error, _Late):
            self.incidents.add(Incident.stuck(one.plugin, one.call, str(error), error.stack, one.package))
        elif not (isinstance(error, Interrupted) and one.blocked):  # the watchdog tells of what it has seen
            self.incidents.add(Incident.of(one.plugin, _kind(error), one.call, error, one.package))

    def _count(self, one: Call, passage: Passage, why: str) -> None:
        now = self._clock()
        if breaker := self._turnstile.failed(passage, now, f"{one.call}: {why}"):
            whose = "everybody" if breaker is self.breakers[passage.place] else f"tenant {passage.tenant}"
            _log.error("plugin %s keeps failing, its %s rest for %s for %d s: %s: %s", one.plugin, passage.place[1],
                       whose, breaker.until - now, one.call, why)


def _kind(error: BaseException) -> Kind:
    if isinstance(error, Interrupted):
        return "blocked"
    return "memory" if isinstance(error, MemoryError) else "raised"


class _Late(TimeoutError):
    """The time limit is over; a plugin's own TimeoutError is a mistake like any other."""

    def __init__(self, timeout: float, stack: Sequence[Line]) -> None:
        super().__init__(f"no answer within {timeout:g} s")
        self.stack = stack


async def _within(timeout: float, one: Call, work: Callable[[], Awaitable[T]]) -> T:
    """In a task of its own, so that code that does not let itself be cancelled can be left behind."""
    task = running.start(one, _run(work))
    try:
        done, _ = await asyncio.wait({task}, timeout=timeout)
    except asyncio.CancelledError:
        await _leave(task)
        raise
    if done and task.cancelled():
        raise running.Left("it cancelled itself")
    if done:
        result: T = task.result()
        return result
    stack = running.stuck_at(task)
    await _leave(task)
    raise _Late(timeout, stack)


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


async def _leave(task: running.Task) -> None:
    running.stop(task)
    done, _ = await asyncio.wait({task}, timeout=_GRACE_SECONDS)
    if not done:
        _log.error("%s does not let itself be cancelled: left behind", running.name_of(task))
    elif not task.cancelled():
        task.exception()  # looked at, so that asyncio does not complain of it
