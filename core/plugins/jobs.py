"""Plugins' jobs as the runner knows them. Gated when they are enqueued and again when they run."""

from collections.abc import Iterator
from datetime import datetime

from comptoir_sdk import Job

from core.db.pool import Connection
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import Handler, Hopeless, NotNow, Run
from core.plugins.context import Contexts
from core.plugins.gate import Gate
from core.plugins.guard import Guard, PluginFailed, Resting
from core.plugins.loader import Plugins
from core.plugins.orm import model_transaction


def handlers(plugins: Plugins, contexts: Contexts, guard: Guard) -> Iterator[Handler]:
    for one in plugins.loaded():
        for job in one.declared.jobs:
            yield _handler(one.name, job, contexts, guard)


def _handler(plugin: str, job: Job, contexts: Contexts, guard: Guard) -> Handler:
    async def run(run: Run) -> None:
        tenant_id = run.tenant_id
        if tenant_id is None or not contexts.gate.enabled(tenant_id, plugin):
            return
        ctx = contexts(tenant_id, plugin)
        try:
            await guard.call(plugin, f"job {job.name}", job.timeout, lambda: job.run(ctx, **run.args), tenant_id)
        except Resting as resting:
            raise NotNow(resting.seconds) from None
        except PluginFailed as failed:
            if isinstance(failed.__cause__, MemoryError):  # it would need as much again
                raise Hopeless(f"{plugin}.{job.name} needed more memory than its worker may use") from failed
            raise

    # A little longer than the guard's own limit, which knows whom to blame.
    return Handler(plugin, job.name, run, job.timeout + 5, job.atomic, lambda _run: model_transaction(plugin))


def crons(plugins: Plugins, gate: Gate) -> Iterator[Cron]:
    """A tick enqueues one job for each tenant that has the plugin."""
    for one in plugins.loaded():
        for job in one.declared.jobs:
            if job.cron:
                yield _cron(one.name, job, gate)


def _cron(plugin: str, job: Job, gate: Gate) -> Cron:
    async def fire(connection: Connection, _due: datetime) -> None:
        for tenant_id in gate.tenants_with(plugin):
            await enqueue(connection, tenant_id, plugin, job.name, {}, key="cron", max_attempts=job.retries + 1)

    assert job.cron is not None  # noqa: S101 - crons() asks only for those
    return Cron(f"{plugin}.{job.name}", job.cron, fire)
