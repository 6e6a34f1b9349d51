"""SAQ on Valkey makes work prompt; nothing is lost when Valkey is, for the rows are in PostgreSQL.

Each plugin has a queue and slots of its own. When Valkey cannot be reached the same functions run in this process,
fewer at a time; still each plugin in slots of its own.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from saq import Worker
from saq.job import Job
from saq.queue.redis import RedisQueue

from core.jobs.work import CORE

_log = logging.getLogger(__name__)
logging.getLogger("saq").setLevel(logging.ERROR)  # it warns at every stop; what is unfinished we hand back

Function = Callable[..., Awaitable[Any]]

CORE_SLOTS, PLUGIN_SLOTS, DIRECT_SLOTS = 10, 4, 2
_OFFER_SECONDS = 1.0
_DEEP = 500
"""Enough to keep every worker busy; the rest waits in its rows."""
_JOB_SECONDS = 3600
"""SAQ's own limit, above every handler's: ours are kept by the runner."""
_AWAY = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True)
class Offer:
    """A call of a function, named by `key`: offered twice, it is queued once."""

    queue: str
    function: str
    key: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


class QuietWorker(Worker[Any]):
    """SAQ's worker, without its hold on the process's signals."""

    SIGNALS = []  # noqa: RUF012 - SAQ reads it so


class Executor:
    """`functions` are what offers may name. `prefix` separates installations that share one Valkey."""

    def __init__(self, url: str, functions: Mapping[str, Function], queues: Sequence[str], *,
                 prefix: str = "comptoir") -> None:
        self._functions, self._prefix = dict(functions), prefix
        self._redis = _connect(url)
        self._queues = {name: RedisQueue(self._redis, name=_queue_name(prefix, name)) for name in queues}
        self._workers: list[QuietWorker] = []
        self._direct: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._direct_slots = {name: asyncio.Semaphore(DIRECT_SLOTS) for name in queues}
        self.away = False

    async def offer(self, offers: Sequence[Offer]) -> None:
        """Queue them in Valkey, or run them here while it is away."""
        for number, offer in enumerate(offers):
            try:
                async with asyncio.timeout(_OFFER_SECONDS):
                    await self._enqueue(offer)
            except _AWAY as error:
                self._say_away(error)
                return self._run_here(offers[number:])
        self._say_back()
        return None

    async def _enqueue(self, offer: Offer) -> None:
        queue = self._queues[offer.queue]
        if await queue.count("queued") >= _DEEP:
            return
        await queue.enqueue(Job(offer.function, kwargs=dict(offer.arguments), key=offer.key, timeout=_JOB_SECONDS,
                                retries=1, ttl=-1))

    def _run_here(self, offers: Sequence[Offer]) -> None:
        for offer in offers:
            waiting = sum(key[0] == offer.queue for key in self._direct)
            if (offer.queue, offer.key) not in self._direct and waiting < _DEEP:
                self._direct[offer.queue, offer.key] = asyncio.create_task(self._run_directly(offer))

    async def _run_directly(self, offer: Offer) -> None:
        try:
            async with self._direct_slots[offer.queue]:
                await self._functions[offer.function]({}, **offer.arguments)
        except Exception:
            _log.exception("%s failed", offer.function)
        finally:
            self._direct.pop((offer.queue, offer.key), None)

    async def run(self) -> None:
        """Execute what is queued until cancelled. Reconnects by itself."""
        self._workers = [self._worker(name, queue) for name, queue in self._queues.items()]
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self._workers:
                    group.create_task(worker.start())
        finally:
            for worker in self._workers:
                await worker.stop()

    def _worker(self, name: str, queue: RedisQueue) -> QuietWorker:
        # No scheduled or aborted SAQ jobs exist here; the sweep only clears what dead workers left in Valkey.
        return QuietWorker(queue, list(self._functions.items()), dequeue_timeout=5,
                           concurrency=CORE_SLOTS if name == CORE else PLUGIN_SLOTS,
                           timers={"schedule": 3600, "abort": 3600, "sweep": 15, "worker_info": 30})

    async def close(self) -> None:
        for task in self._direct.values():
            task.cancel()
        for queue in self._queues.values():
            with contextlib.suppress(*_AWAY):  # it says goodbye to a Valkey that may be away
                await queue.disconnect()

    def _say_away(self, error: BaseException) -> None:
        if not self.away:
            _log.warning("Valkey is away (%s): jobs run in this process, %d at a time", type(error).__name__,
                         DIRECT_SLOTS)
        self.away = True

    def _say_back(self) -> None:
        if self.away:
            _log.warning("Valkey is back")
        self.away = False


def _connect(url: str) -> Redis:
    # Blocking reads wait for ever by intention, so no socket_timeout; a dead peer is found by keepalive.
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=None, socket_keepalive=True,
                          health_check_interval=15, retry=Retry(ExponentialBackoff(cap=2, base=0.25), 3))


def _queue_name(prefix: str, plugin: str) -> str:
    return f"{prefix}.{CORE}" if plugin == CORE else f"{prefix}.p.{plugin}"
