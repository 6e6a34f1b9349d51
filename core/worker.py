"""The worker process: intake, sequencer, lanes, jobs, observers. Any number may run; rows decide who does what."""

import asyncio
import gc
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta

import uvloop
from prometheus_client.core import GaugeMetricFamily
from redis.asyncio import Redis

from core import health_port
from core.audit.sealer import Sealer
from core.auth.passwords import Passwords
from core.config import PluginGate, Settings
from core.db.pool import Database
from core.db.wake import Wake
from core.egress import Egress
from core.events.sequencer import Sequencer
from core.events.tail import Tail
from core.http.kept_answers import FORGET_ANSWERS_CRON, FORGET_ANSWERS_HANDLER
from core.jobs.cron import Clock
from core.jobs.executor import Executor
from core.jobs.feeder import RUN, Feeder, run_function
from core.jobs.forget import FORGET_CRON, FORGET_HANDLER
from core.jobs.runner import Runner
from core.jobs.work import Handler, Handlers
from core.mail import Mail, Postman, open_outlet
from core.messaging.accounts import GraphClients
from core.messaging.deliveries.days import KEEP_JOURNAL_CRON, JournalKeeper
from core.messaging.deliveries.quarantined import QuarantineReplayer
from core.messaging.deliveries.replays import Replayer
from core.messaging.forgetting import FORGET_EVENTS_CRON, Forgetter
from core.messaging.intake import Intake
from core.messaging.lanes import Delivery, Fleet, Inflow, Lanes, ValkeyLimits
from core.messaging.media import MediaFetcher, PreviewMaker, SentMedia
from core.messaging.media.sweep import SWEEP_CRON, StorageSweeper
from core.messaging.number_stop import StopTeller
from core.messaging.numbers.remove import Eraser
from core.messaging.receipts import ReadReceipts
from core.messaging.reconcile import Reconciler
from core.messaging.search.keeper import SearchKeeper
from core.messaging.tag_removal import TagRemover
from core.messaging.template_readings import TemplateReadings
from core.messaging.waking import Waker
from core.metrics.page import Page
from core.metrics.plugins import workers
from core.metrics.process import breakers, running
from core.metrics.work import Work
from core.outward.attempts import FORGET_ATTEMPTS_CRON, FORGET_ATTEMPTS_HANDLER
from core.outward.sender import PLACES, Sender
from core.people import Resets
from core.people.forget import FORGET_LOGINS_CRON, FORGET_LOGINS_HANDLER
from core.plugins import enablement, jobs, memory, orm
from core.plugins.channels import ValkeyBroadcast
from core.plugins.enablement import Enablement
from core.plugins.host import PluginHost, Reach
from core.plugins.isolation import Isolated, isolated
from core.plugins.loader import Plugins, load
from core.plugins.locks import PairLocks
from core.plugins.moments import ValkeyMoments
from core.plugins.observers import OBSERVE, Observers, observe_function
from core.plugins.personal_data.erasure import PersonEraser
from core.plugins.personal_data.export import PersonExporter
from core.plugins.personal_data.forget import FORGET_PEOPLE_CRON, PeopleForgetter
from core.plugins.record import FORGET_INCIDENTS_CRON, FORGET_INCIDENTS_HANDLER
from core.plugins.watchdog import Watchdog, watched
from core.push.vapid import contact_of
from core.renditions import Workshop
from core.secrets import Vault
from core.storage import Storage, open_storage
from core.tenancy.closing import CLOSING_CRON
from core.tenancy.erasure import TenantEraser
from core.tenancy.exports import FORGET_EXPORTS_CRON, Exporter

_log = logging.getLogger(__name__)
GRACE_SECONDS = 10.0
_YOUNG_OBJECTS = 50_000  # a batch of intake makes as many, all alive until its end: looking sooner finds nothing
_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY_SECONDS = 0.5, 30.0, 60.0

Loop = Callable[[], Awaitable[None]]


class Worker:
    """Everything that one worker process runs. `run` until `stop` is set. `plugin`: for that one alone."""

    def __init__(self, settings: Settings, db: Database, storage: Storage, plugin: str | None = None) -> None:
        self._settings, self.db, self._storage = settings, db, storage
        self.wake = Wake(settings.database_url)
        self.valkey = Redis.from_url(settings.valkey_url)
        self.egress = Egress(settings.egress.allow)
        self._broadcast, self._moments = ValkeyBroadcast(settings.valkey_url), ValkeyMoments(settings.valkey_url)
        self.name = f"worker {plugin}" if plugin else "worker"
        self.vault = Vault.of(settings.key_ring)
        self.host = PluginHost(load(settings.plugins.installed), PluginGate(settings.config_path, settings.plugins),
                               Reach(storage, self.egress, self._broadcast, orm.JOB_STATEMENT_SECONDS, self.vault,
                                     self.name, moments=self._moments, push_contact=contact_of(settings.public_url)))
        self._plugin, self._apart = plugin, isolated(self.host.plugins, settings.plugins.isolated)
        self._isolated = Isolated(self._apart, settings.config_path, settings.data_dir, self.host.guard.incidents)
        # Tenants name the hosts of their numbers: what the operator opened for other purposes stays shut to them.
        self._graph = Egress(settings.egress.graph, connections=256)
        self._outward = Egress(settings.egress.webhooks, connections=2 * PLACES)
        self.fleet = Fleet(db)
        self.limits = ValkeyLimits(self.valkey, self.fleet)
        self.inflow = Inflow(db, self.limits)
        self.clients, self.mail = GraphClients(self._graph, self.vault), Mail(self.vault)
        self._locks = PairLocks(settings.database_url)
        self._runner: Runner | None = None
        self.metrics = Page(settings.metrics, "worker", ask=Work(db).families, look=self._look)
        self.running = False

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, wait for `stop`, finish what is in flight."""
        await self.host.start(self.db)
        served = self._served()
        handlers = Handlers(*self._of_plugins(served)) if self._plugin else self._handlers(served)
        runner = self._runner = Runner(self.db, handlers)
        host = self.host
        observers = Observers(self.db, served, host.contexts, host.hooks, host.guard, self._locks)
        functions = {RUN: run_function(runner), OBSERVE: observe_function(observers)}
        executor = Executor(self._settings.valkey_url, functions, _queues(served, handlers))
        limit = memory.cap(self._memory_mb())
        carriers = [_supervise("jobs", executor.run), _supervise("leases", runner.run_heartbeat)]
        work = {**self._own_loops(executor, handlers, observers), "memory": memory.MemoryWatch(limit).run}
        if self._plugin is None:
            work |= self._loops()
        loops = [_supervise(name, loop) for name, loop in work.items()]
        await self.wake.listen("journal", "outbox", "events", "lanes", "jobs", "media", "previews")
        self.running = True
        _log.info("the worker runs %d loops", len(loops) + len(carriers))
        await stop.wait()
        self.running = False
        await asyncio.gather(_end(loops, self._settings.sending.http_timeout_seconds + 1), runner.drain(GRACE_SECONDS))
        await _end(carriers, 5)
        await executor.close()

    def _look(self) -> Iterable[GaugeMetricFamily]:
        return [running(self._runner.busy if self._runner else 0), *breakers(self.host.resting()),
                *workers(self._isolated.memory(), self._isolated.starts)]

    def _served(self) -> Plugins:
        """The plugins whose jobs and observers run in this process."""
        if self._plugin:
            return self.host.plugins.only([self._plugin])
        return self.host.plugins.only([one.name for one in self.host.plugins if one.name not in self._apart])

    def _memory_mb(self) -> int:
        given = self._settings.plugins.memory_mb
        return given[self._plugin] if self._plugin else memory.headroom_mb()

    def _of_plugins(self, served: Plugins) -> Iterable[Handler]:
        host = self.host
        yield from jobs.handlers(served, host.contexts, host.guard)
        yield from enablement.handlers(served, host.contexts, host.hooks, host.guard)

    def _handlers(self, served: Plugins) -> Handlers:
        return Handlers(
            FORGET_HANDLER,
            FORGET_ANSWERS_HANDLER,
            FORGET_LOGINS_HANDLER,
            FORGET_INCIDENTS_HANDLER,
            FORGET_ATTEMPTS_HANDLER,
            Replayer(self.db, self.wake).handler(),
            QuarantineReplayer(self.db).handler(),
            JournalKeeper(self.db, self._settings.retention.journal_days).handler(),
            *Forgetter(self.db, self._settings.retention.events_days).handlers(),
            self._postman().handler(),
            Resets(self.db, self.vault, self.mail, Passwords()).handler(),
            *Exporter(self.db, self._storage).handlers(),
            *TenantEraser(self.db, self._storage).handlers(),
            ReadReceipts(self.db, self.clients, self.mail).handler(),
            StopTeller(self.db, self.mail).handler(),
            TemplateReadings(self.db, self.clients).handler(),
            Eraser(self.db, self._storage).handler(),
            TagRemover(self.db).handler(),
            *StorageSweeper(self.db, self._storage).handlers(),
            PersonExporter(self.db, self._storage, self.host.hooks).handler(),
            PersonEraser(self.db, self._storage, self.host.hooks).handler(),
            PeopleForgetter(self.db, self._storage).handler(),
            *self._of_plugins(served),
        )

    def _postman(self) -> Postman:
        settings = self._settings
        outlet = open_outlet(settings.mail, settings.data_dir)
        return Postman(self.db, self.vault, outlet, settings.mail, settings.public_url)

    def _own_loops(self, executor: Executor, handlers: Handlers, observers: Observers) -> dict[str, Loop]:
        """What every worker does for the plugins it serves."""
        return {
            "feeder": Feeder(self.db, self.wake, executor, handlers).run,
            "observers": lambda: observers.follow(Tail(self.db, self.wake), executor),
            "stragglers": lambda: observers.look_again(executor),
        }

    def _loops(self) -> Mapping[str, Loop]:
        """What is not one plugin's."""
        db, wake, host = self.db, self.wake, self.host
        crons = [FORGET_CRON, FORGET_EXPORTS_CRON, CLOSING_CRON, FORGET_ANSWERS_CRON, FORGET_LOGINS_CRON, SWEEP_CRON,
                 KEEP_JOURNAL_CRON, FORGET_EVENTS_CRON, FORGET_INCIDENTS_CRON, FORGET_PEOPLE_CRON, FORGET_ATTEMPTS_CRON,
                 *jobs.crons(host.plugins, host.gate)]  # fmt: skip
        return {
            "intake": Intake(db, wake, self.inflow.heard).run,
            "inflow": self.inflow.run,
            "sequencer": Sequencer(db, wake).run,
            "lanes": self._lanes().run,
            "reconciler": self._reconciler().run,
            "waking": Waker(db).run,
            "search": SearchKeeper(db).run,
            "audit": Sealer(db, self.vault, self._storage).run,
            "media": MediaFetcher(db, self.clients, self._storage, self.mail, wake).run,
            "previews": PreviewMaker(db, self._storage, Workshop(), wake).run,
            "webhooks": Sender(db, wake, self._outward, self.vault, self.mail).run,
            "cron": Clock(db, crons).run,
            "enablement": Enablement(db, host.plugins, host.gate).run,
            "isolated": self._isolated.run,
        }

    def _lanes(self) -> Lanes:
        sending = self._settings.sending
        delivery = Delivery(self.db, self.clients, self.mail, http_timeout=sending.http_timeout_seconds,
                            grace=_grace(self._settings), media=SentMedia(self.db, self.clients, self._storage))
        return Lanes(self.db, self.wake, delivery, self.limits,
                     http_timeout=sending.http_timeout_seconds, fleet=self.fleet)

    def _reconciler(self) -> Reconciler:
        return Reconciler(self.db, grace=_grace(self._settings), then=self._settings.sending.uncertain.then)

    async def close(self) -> None:
        """After `run`, whatever became of it."""
        await self.host.stop()
        await self._locks.close()
        await self._broadcast.close()
        await self._moments.close()
        await self.egress.aclose()
        await self._graph.aclose()
        await self._outward.aclose()
        await self.valkey.aclose()
        await self.wake.close()


def _grace(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.sending.uncertain.grace_seconds)


def _queues(served: Plugins, handlers: Handlers) -> list[str]:
    """The kernel's, and one for each plugin, for its jobs and its observers."""
    return list(dict.fromkeys([*handlers.plugins(), *(one.name for one in served.loaded())]))


def _supervise(name: str, loop: Loop) -> asyncio.Task[None]:
    return asyncio.create_task(_keep_running(name, loop), name=name)


async def _keep_running(name: str, loop: Loop) -> None:
    """A loop that crashes is logged and started again, after a growing pause while it keeps crashing."""
    pause = _FIRST_PAUSE
    while True:
        began = time.monotonic()
        try:
            await loop()
            _log.error("the loop %s ended, which it should not; starting it again", name)
        except Exception:
            _log.exception("the loop %s crashed; starting it again in %s s", name, pause)
        if time.monotonic() - began > _STEADY_SECONDS:
            pause = _FIRST_PAUSE
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _end(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    for task in tasks:
        task.cancel()
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        _log.warning("the loop %s did not end within %s s", task.get_name(), seconds)


async def _main(settings: Settings, fd: int | None, plugin: str | None) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    storage = await open_storage(settings.storage, settings.data_dir)
    sizes = (3, 4) if plugin else (12, 16)
    db = await Database.open(settings.database_url, app_size=sizes[0], system_size=sizes[1])
    worker = Worker(settings, db, storage, plugin)
    # A plugin's own worker is looked after by the one that started it.
    server = None if plugin else await health_port.serve(db, settings, fd, lambda: worker.running, worker.metrics)
    gc.collect()
    gc.freeze()  # what the start has made is never garbage: not looking at it again halves the slowest jobs
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
    try:
        with watched(Watchdog(worker.host.guard, settings.database_url, worker.name)):
            await worker.run(stop)
    finally:
        if server is not None:
            server.close()
        await worker.close()
        await db.close()
        await storage.close()


def main(settings: Settings, fd: int | None) -> None:
    """Run until SIGTERM. `fd` is the inherited listening socket of the health port."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(settings, fd, None))


def main_of(settings: Settings, plugin: str) -> None:
    """The worker of one plugin, until SIGTERM."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(settings, None, plugin))
