"""The operator reads what became of each plugin, what it costs and what went wrong in it, and ends a rest."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.app import WebProcess
from core.config import Settings
from core.db.pool import Database
from core.plugins.guard import PluginFailed
from core.plugins.host import PluginHost
from tests.http.callers import Caller, new_member
from tests.http.conftest import Drawer
from tests.platform.conftest import Operator
from tests.plugins.installation import Broadcasts, Switches, make_host
from tests.seed import SeededTenant


@pytest.fixture
def host(tmp_path: Path) -> PluginHost:
    switches = Switches()
    switches.switch_on("atlas", "good", "raises_at_register")
    return make_host(["good", "raises_at_register", "raises_at_import"], switches, Broadcasts(), tmp_path)


@pytest.fixture
async def process(
        settings: Settings, db: Database, tenant: SeededTenant, host: PluginHost) -> AsyncIterator[WebProcess]:
    process = WebProcess(settings, db, None, Drawer(), host, None)
    async with process.app.test_app():
        yield process


async def _broken() -> None:
    raise RuntimeError("it does not work")


async def _rests(host: PluginHost, db: Database) -> None:
    for _ in range(5):
        with pytest.raises(PluginFailed):
            await host.guard.call("good", "on_message_received", 5, _broken)
    await host.record.settle(db)


async def test_each_plugin_is_told_with_its_state_its_cost_and_its_trouble(
        operator: Operator, host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    await _rests(host, db)
    found = {one["name"]: one for one in (await caller.get("/platform/plugins")).json["items"]}
    good, broken = found["good"], found["raises_at_register"]
    assert (good["state"], good["version"], good["tenants"]) == ("resting", "2.1", 1)
    assert [(one["door"], one["why"]) for one in good["rests"]] == [
        ("observers", "on_message_received: RuntimeError")]
    assert (good["incidents_1d"], good["calls_7d"], good["failures_7d"]) == (5, 5, 5)
    assert (broken["state"], broken["why"]) == ("broken", "RuntimeError: no routes today")

    one = (await caller.get("/platform/plugins/good")).json
    assert [organisation["slug"] for organisation in one["organisations"]] == ["atlas"]
    assert [call["call"] for call in one["calls"]] == ["on_message_received"]
    traced = (await caller.get("/platform/plugins/raises_at_import")).json["traceback"]
    assert "raises_at_import.py" in traced

    incident = (await caller.get("/platform/plugins/good/incidents")).json["items"][0]
    assert (incident["kind"], incident["count"], incident["told"]) == ("raised", 5, "RuntimeError: it does not work")
    assert 'raise RuntimeError("it does not work")' in incident["traceback"]


async def test_incidents_are_paged_the_latest_first(
        operator: Operator, host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    await db.system.execute("""insert into plugin_incidents (plugin, fingerprint, kind, call, place, told, traceback,
        process, last_at) select 'good', n::text, 'raised', 'job ' || n, '', '', '', 'worker',
        now() - n * interval '1 s' from generate_series(1, 5) n""")
    seen, cursor = list[str](), None
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = (await caller.get(f"/platform/plugins/good/incidents?limit=2{more}")).json
        seen += [one["call"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"job {number}" for number in range(1, 6)]


async def test_whoever_mended_a_plugin_ends_its_rest(
        operator: Operator, host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    await _rests(host, db)
    assert host.guard.resting("good")
    assert (await caller.ask("POST", "/platform/plugins/good/wake")).status == 204
    await host.record.settle(db)
    assert not host.guard.resting("good")
    assert await db.system.fetchval("select changes from audit_log where action = 'plugin.woken'") is not None
    assert (await caller.get("/platform/plugins/absent")).status == 404


async def test_a_screen_tells_of_a_piece_that_does_not_work(
        process: WebProcess, operator: Operator, host: PluginHost, db: Database, tenant: SeededTenant,
        other_tenant: SeededTenant) -> None:
    told = {"piece": "side", "told": "TypeError: order is undefined", "stack": "at render (/p/good/static/order.js:3)"}
    for seeded, plugin, status in ((tenant, "good", 204), (tenant, "absent", 404), (other_tenant, "good", 404)):
        _, email = await new_member(db, seeded.id, "agent")
        agent = Caller(process.app)
        await agent.log_in(email)
        assert (await agent.ask("POST", "/plugin-troubles", {"plugin": plugin, **told})).status == status
    await host.record.settle(db)
    caller = await operator(tenant)
    (incident,) = (await caller.get("/platform/plugins/good/incidents")).json["items"]
    assert (incident["kind"], incident["call"], incident["told"]) == ("browser", "side", told["told"])
