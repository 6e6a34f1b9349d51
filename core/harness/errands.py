"""The worker's errands, run by the test in an order of its own instead of by loops."""

from datetime import timedelta
from typing import cast

from core.config import Settings
from core.db.pool import Database
from core.db.wake import Wake
from core.egress import Egress
from core.events.sequencer import Sequencer
from core.jobs import rows
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.mail import Mail
from core.messaging.accounts import GraphClients
from core.messaging.intake import Intake
from core.messaging.lanes import Delivery, Lanes, LocalLimits
from core.messaging.lanes.allowance import Bucket
from core.messaging.media import SentMedia
from core.messaging.search.keeper import SearchKeeper
from core.messaging.waking import Waker
from core.plugins import enablement, jobs
from core.plugins.host import PluginHost
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from core.secrets import Vault
from core.storage import FolderStorage

_NO_LIMIT = Bucket(0.0001, 10_000)
_HTTP_SECONDS = 5.0


class Errands:
    def __init__(self, settings: Settings, vault: Vault, db: Database, host: PluginHost) -> None:
        self._db, self._host = db, host
        self._wake, self._locks = Wake(settings.database_url), PairLocks(settings.database_url)
        self._egress = Egress(["127.0.0.0/8"])  # Meta is played on this machine
        clients = GraphClients(self._egress, vault)
        media = SentMedia(db, clients, FolderStorage(settings.storage.path))
        self._delivery = Delivery(db, clients, Mail(vault), http_timeout=_HTTP_SECONDS, grace=timedelta(seconds=60),
                                  media=media)

    async def receive(self) -> int:
        """Apply what Meta delivered, wake whose snooze is over, and number the events."""
        await Waker(self._db).wake_due()
        intake, sequencer = Intake(self._db, self._wake), Sequencer(self._db, self._wake)
        try:
            return await intake.drain() + await sequencer.drain()
        finally:
            await intake.close()
            await sequencer.close()

    async def read_for_search(self) -> None:
        """What was said is found from now on."""
        while await SearchKeeper(self._db).keep():
            pass

    async def observe(self) -> None:
        """Plugins catch up with the log."""
        host = self._host
        observers = Observers(self._db, host.plugins, host.contexts, host.hooks, host.guard, self._locks, pauses=(0, 0))
        for one in host.plugins.loaded():
            for tenant_id in host.gate.tenants_with(one.name):
                await observers.catch_up(tenant_id, one.name)

    async def run_jobs(self) -> int:
        """The plugins' jobs that are due."""
        host = self._host
        handlers = Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard),
                            *enablement.handlers(host.plugins, host.contexts, host.hooks, host.guard))
        runner = Runner(self._db, handlers)
        async with self._db.system.acquire() as connection:
            due = [job for job in await rows.due(connection, handlers.plugins(), 100) if job.plugin != "core"]
        for job in due:
            await runner.run(job.id)
        return len(due)

    async def has_post(self) -> bool:
        """Whether a message may leave now."""
        return cast(bool, await self._db.system.fetchval(
            "select exists (select from messages where direction = 'outbound' and status = 'queued' "
            "and (not_before is null or not_before <= now()))"))

    async def send(self) -> int:
        """Everything that may leave now; how many left at once."""
        lanes = Lanes(self._db, self._wake, self._delivery, LocalLimits(_NO_LIMIT, _NO_LIMIT),
                      http_timeout=_HTTP_SECONDS)
        started = await lanes.pump()
        await lanes.drain()
        return started

    async def close(self) -> None:
        await self._egress.aclose()
        await self._locks.close()
        await self._wake.close()
