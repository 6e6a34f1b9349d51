"""What a plugin registers is there where it is on, and nowhere else."""

from datetime import UTC, datetime, timedelta

import pytest

from core.db.pool import Database
from core.jobs.cron import Clock
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins import jobs
from core.plugins.host import PluginHost
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Broadcasts, Switches
from tests.plugins.samples import good
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant


@pytest.fixture
async def host(tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
               start_host: StartHost) -> PluginHost:
    """`good` is on for atlas, and off for zagora."""
    switches.switch_on("atlas", "good")
    return await start_host("good")


async def test_hook_register_routes(host: PluginHost, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    web, path = Web(host), "/api/v1/p/good/greeting"
    answer = await web.ask(principal(tenant.id, "viewer", host), "GET", path)
    assert (answer.status_code, await answer.get_json()) == (200, {"hello": "Hind", "keyword": "#"})
    assert (await web.ask(principal(other_tenant.id, "owner", host), "GET", path)).status_code == 404


def test_hook_register_panels(host: PluginHost, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    ours = host.manifest(principal(tenant.id, "viewer", host), "en")
    theirs = host.manifest(principal(other_tenant.id, "owner", host), "en")
    assert ("good", "side", "conversation.detail") in [
        (one["plugin"], one["name"], one["slot"]) for one in ours["panels"]]
    assert (theirs["panels"], theirs["pages"]) == ([], [])


async def test_hook_register_jobs(host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    clock, now = Clock(db, list(jobs.crons(host.plugins, host.gate))), datetime.now(UTC)
    await clock.tick(now)
    await clock.tick(now + timedelta(minutes=2))
    await db.system.execute("update jobs set run_at = now()")
    rows = await db.system.fetch("select id, tenant_id from jobs where plugin = 'good' and name = 'prune'")
    assert [row["tenant_id"] for row in rows] == [tenant.id]
    runner = Runner(db, Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard)))
    assert await runner.run(rows[0]["id"])
    assert good.seen == [("job", tenant.id)]


async def test_hook_register_channels(host: PluginHost, tenant: SeededTenant, other_tenant: SeededTenant,
                                      broadcasts: Broadcasts) -> None:
    assert host.allows(principal(tenant.id, "viewer", host), "good.changes")
    assert not host.allows(principal(other_tenant.id, "owner", host), "good.changes")
    ctx = host.contexts(tenant.id, "good")
    await ctx.broadcast("changes", {"n": 1})
    assert broadcasts.told == [(tenant.id, "good.changes", {"n": 1})]
    with pytest.raises(LookupError, match="registers no channel 'chagnes'"):
        await ctx.broadcast("chagnes", {})
