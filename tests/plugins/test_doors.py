"""Off for a tenant, whatever a plugin declares does not exist for it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from comptoir_sdk import Route

from core.db.pool import Database
from core.events.log import Event
from core.jobs.cron import Clock
from core.jobs.queue import enqueue
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins import enablement, jobs
from core.plugins.enablement import Enablement
from core.plugins.host import PluginHost
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Broadcasts, Switches
from tests.plugins.samples import good
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant

DECLARED = good.plugin
ROUTES = [(route, method) for route in DECLARED.register_routes() for method in route.methods]


@pytest.mark.parametrize(("route", "method"), ROUTES, ids=lambda value: getattr(value, "rule", value))
async def test_every_route_is_absent_where_the_plugin_is_off(
        tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches, start_host: StartHost,
        route: Route, method: str) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    web = Web(host)
    for seeded, expected in ((tenant, {200, 422, 503}), (other_tenant, {404})):
        path = f"/api/v1/p/good/public/{seeded.slug}{route.rule}" if route.public else f"/api/v1/p/good{route.rule}"
        answer = await web.ask(principal(seeded.id, "owner", host), method, path)
        assert answer.status_code in expected, (seeded.slug, await answer.get_data(as_text=True))


async def test_a_route_asks_for_its_permission_after_the_gate(
        tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    web = Web(host)
    viewer, stranger = principal(tenant.id, "viewer", host), principal(other_tenant.id, "viewer", host)
    assert (await web.ask(viewer, "POST", "/api/v1/p/good/refusal")).status_code == 403
    assert (await web.ask(stranger, "POST", "/api/v1/p/good/refusal")).status_code == 404
    assert (await web.ask(None, "GET", "/api/v1/p/good/greeting")).status_code == 401


@pytest.mark.timeout(30)
@pytest.mark.parametrize(("route", "kind", "sent"), [
    ("form", "application/x-www-form-urlencoded", b"name="), ("order", "application/json", b'{"name":')])
async def test_a_client_who_stalls_is_told_so_and_it_is_not_the_plugins_failure(
        tenant: SeededTenant, switches: Switches, start_host: StartHost, monkeypatch: pytest.MonkeyPatch,
        route: str, kind: str, sent: bytes) -> None:
    monkeypatch.setattr("core.plugins.http.BODY_SECONDS", 0.05)
    monkeypatch.setattr("core.plugins.http.VIEW_SECONDS", 0.2)
    switches.switch_on("atlas", "reads")
    host = await start_host("reads")
    web, path = Web(host), f"/api/v1/p/reads/public/{tenant.slug}/{route}"
    headers = {"Content-Type": kind}
    for _ in range(5):
        async with web.client.request(path, method="POST", headers=headers) as stalled:
            await stalled.send(sent)
            await stalled.receive()
        assert (await stalled.as_response()).status_code == 408
    assert not host.guard.resting("reads")
    monkeypatch.setattr("core.plugins.http.BODY_SECONDS", 10)
    whole: dict[str, Any] = {"form" if route == "form" else "json": {"name": "Hind"}}
    answer = await web.ask(None, "POST", path, **whole)
    assert await answer.get_json() == {"name": "Hind"}


async def test_what_a_plugin_means_to_say_is_told_and_what_breaks_is_not(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    web, owner = Web(host), principal(tenant.id, "owner", host)
    refused = await (await web.ask(owner, "POST", "/api/v1/p/good/refusal")).get_json()
    assert refused["detail"] == "Give a name."
    assert refused["errors"] == [{"loc": ["name"], "msg": "is needed"}]
    broken = await web.ask(owner, "GET", "/api/v1/p/good/failure")
    assert broken.status_code == 503
    assert "mistake" not in await broken.get_data(as_text=True)


async def test_panels_and_topics_are_for_tenants_that_have_the_plugin_and_roles_that_may(
        tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    owner, stranger = principal(tenant.id, "owner", host), principal(other_tenant.id, "owner", host)
    manifest = host.manifest(owner, "en")
    assert {kind: len(pieces) for kind, pieces in manifest.items()} == {
        "pages": 1, "panels": 2, "composer_actions": 1, "message_renderers": 1, "dashboard_cards": 1, "commands": 1,
        "plugins": 1, "provides": 1}
    assert manifest["pages"][0]["plugin"] == "good"
    assert not any(host.manifest(stranger, "en").values())
    viewer = host.manifest(principal(tenant.id, "viewer", host), "en")
    assert viewer["panels"]
    assert not viewer["commands"]
    assert host.allows(owner, "good.changes")
    assert not host.allows(owner, "good.other")
    assert not host.allows(stranger, "good.changes")


async def test_a_job_enqueued_before_the_plugin_went_off_does_nothing(
        db: Database, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
        start_host: StartHost) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    runner = Runner(db, Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard)))
    async with db.system_transaction() as connection:
        ids = [await enqueue(connection, one.id, "good", "prune", {}) for one in (tenant, other_tenant)]
    for job_id in ids:
        assert await runner.run(job_id)
    assert good.seen == [("job", tenant.id)]


async def test_cron_enqueues_for_tenants_that_have_the_plugin(
        db: Database, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
        start_host: StartHost) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    clock, now = Clock(db, list(jobs.crons(host.plugins, host.gate))), datetime.now(UTC)
    await clock.tick(now)
    await clock.tick(now + timedelta(minutes=2))
    assert [row["tenant_id"] for row in await db.system.fetch("select tenant_id from jobs")] == [tenant.id]


async def test_no_event_wakes_a_plugin_that_is_off_or_does_not_listen(
        db: Database, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
        start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "sleeps")
    host = await start_host("good", "sleeps")
    observers = Observers(db, host.plugins, host.contexts, host.hooks, host.guard, PairLocks(db.url))
    now = datetime.now(UTC)
    events = [Event(one, 1, 1, 1, type, None, {}, now) for one in (tenant.id, other_tenant.id)
              for type in ("message.received", "contact.saved")]
    assert [(offer.queue, offer.arguments) for offer in observers.offers(events)] == [
        ("good", {"tenant_id": str(tenant.id), "plugin": "good"})]


async def test_switching_on_and_off_is_told_once_and_takes_effect_at_the_next_look(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    host = await start_host("good")
    runner = Runner(db, Handlers(*enablement.handlers(host.plugins, host.contexts, host.hooks, host.guard)))
    settled = Enablement(db, host.plugins, host.gate)
    switches.on["atlas"] = {"good": {"keyword": "!"}}
    await _look(host, db, settled, runner)
    await _look(host, db, settled, runner)
    assert host.gate.settings(tenant.id, "good").keyword == "!"
    switches.on["atlas"] = {}
    await _look(host, db, settled, runner)
    assert good.seen == [("enabled", "!"), ("disabled", tenant.id)]


async def test_a_plugin_of_a_suspended_tenant_goes_on_where_it_was_when_the_tenant_is_back(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    host = await start_host("good")
    runner = Runner(db, Handlers(*enablement.handlers(host.plugins, host.contexts, host.hooks, host.guard)))
    settled = Enablement(db, host.plugins, host.gate)
    switches.switch_on("atlas", "good")
    await _look(host, db, settled, runner)
    await db.system.execute("update plugin_cursors set seq = 7")
    for status in ("suspended", "active"):
        await db.system.execute("update tenants set status = $1", status)
        await _look(host, db, settled, runner)
        assert host.gate.enabled(tenant.id, "good") == (status == "active")
    assert [kind for kind, _ in good.seen] == ["enabled"]
    assert await db.system.fetchval("select seq from plugin_cursors") == 7


async def test_settings_that_are_not_valid_switch_the_plugin_off_for_that_tenant(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.on["atlas"] = {"good": {"keywrod": "!"}}
    host = await start_host("good")
    assert not host.gate.enabled(tenant.id, "good")


async def test_a_plugin_speaks_on_its_own_channels_only(
        tenant: SeededTenant, switches: Switches, start_host: StartHost, broadcasts: Broadcasts) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    ctx = host.contexts(tenant.id, "good")
    await ctx.broadcast("changes", {"n": 1})
    assert broadcasts.told == [(tenant.id, "good.changes", {"n": 1})]
    with pytest.raises(LookupError, match="no channel"):
        await ctx.broadcast("inbox.notes", {})


async def _look(host: PluginHost, db: Database, settled: Enablement, runner: Runner) -> None:
    await host.gate.refresh(db)
    await settled.settle()
    waiting: list[UUID] = [row["id"] for row in await db.system.fetch("select id from jobs where state = 'queued'")]
    for job_id in waiting:
        await runner.run(job_id)
