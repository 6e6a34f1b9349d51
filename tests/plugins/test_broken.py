"""A plugin may be broken in any way: its neighbours and the kernel do their work, and the operator sees who and why."""

import asyncio
import gc
import time
from typing import Any
from uuid import uuid4

import pytest
from comptoir_sdk import Draft

from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import Rejected
from core.jobs.queue import enqueue
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins import jobs, loader
from core.plugins.host import PluginHost
from core.plugins.orm import close_models, open_models
from core.plugins.tables import migrated_apps, note_failures, tell_failures
from plugins.contacts.models import Attribute
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches, load_samples
from tests.plugins.samples import broken, good
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant

HERE = "tests/plugins/samples/"


async def _incident(host: PluginHost, db: Database, plugin: str) -> dict[str, Any]:
    await host.record.settle(db)
    rows = await db.system.fetch("select * from plugin_incidents where plugin = $1", plugin)
    assert len(rows) == 1, [dict(row) for row in rows]
    return dict(rows[0])


async def _neighbour_works(host: PluginHost, tenant: SeededTenant) -> None:
    """Its routes, filters, jobs and pieces."""
    answer = await Web(host).ask(principal(tenant.id, "owner", host), "GET", "/api/v1/p/good/greeting")
    assert answer.status_code == 200
    assert not host.guard.resting("good")
    assert host.manifest(principal(tenant.id, "owner", host), "en")["panels"]


@pytest.mark.parametrize(("name", "why", "file"), [
    ("raises_at_import", "SystemExit: this package needs a licence file", "raises_at_import.py"),
    ("raises_at_register", "RuntimeError: no routes today", "broken.py"),
])
async def test_one_that_cannot_start_is_told_with_its_traceback(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, name: str, why: str,
        file: str) -> None:
    switches.switch_on("atlas", "good", name)
    host = await start_host("good", name)
    await _neighbour_works(host, tenant)
    told = await _incident(host, db, name)
    assert (told["kind"], told["call"], told["told"]) == ("load", "broken", why)
    assert HERE + file in told["traceback"]


@pytest.mark.parametrize(("name", "why"), [
    ("bad_rule", "the rule of its route '/<nosuch:thing>' cannot be served"),
    ("bad_cron", "is no cron schedule"), ("bad_shape", "object"), ("bad_assets", "no"), ("bad_settings", ""),
])
async def test_one_that_registers_what_cannot_be_used_is_out_before_anybody_trips_over_it(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, name: str, why: str) -> None:
    switches.switch_on("atlas", "good", name)
    host = await start_host("good", name)
    await _neighbour_works(host, tenant)
    assert [one.name for one in host.plugins.loaded()] == ["good"]
    told = await _incident(host, db, name)
    assert (told["kind"], told["call"]) == ("load", "broken")
    assert why in told["told"]


async def test_one_that_hangs_while_it_registers_does_not_hold_up_the_start(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "LOAD_SECONDS", 1.0)
    switches.switch_on("atlas", "good")
    host = await start_host("good", "hangs_at_register")
    await _neighbour_works(host, tenant)
    told = await _incident(host, db, "hangs_at_register")
    assert "it was not ready within 1 s" in told["told"]
    assert HERE + "broken.py" in told["traceback"]


async def test_one_whose_models_point_at_nothing_leaves_its_neighbours_their_tables(
        database_url: str, db: Database, tenant: SeededTenant) -> None:
    plugins = load_samples("contacts", "lost")
    assert (await migrate(database_url, migrated_apps(load_samples("contacts")))).failed == {}
    await open_models(database_url, plugins, statement_seconds=2)
    try:
        assert {one.name: one.state for one in plugins} == {"contacts": "loaded", "lost": "broken"}
        with tenant_scope(tenant.id):
            assert await Attribute.all() == []
    finally:
        await close_models()


async def test_one_whose_migration_fails_is_told_with_its_traceback(database_url: str, db: Database) -> None:
    plugins = load_samples("contacts", "torn")
    report = await migrate(database_url, migrated_apps(plugins))
    await tell_failures(database_url, plugins, report)
    note_failures(plugins, report)
    told = await db.system.fetchrow("select kind, told, traceback from plugin_incidents where plugin = 'torn'")
    assert told is not None
    assert told["kind"] == "migration"
    assert "Traceback" in told["traceback"]
    assert [one.name for one in plugins.loaded()] == ["contacts"]


async def test_one_that_raises_is_told_once_with_how_often_and_its_own_line(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "raises_in_filter")
    host = await start_host("good", "raises_in_filter")
    for _attempt in range(3):
        with pytest.raises(Rejected, match="raises_in_filter"):
            await host.hooks.filter_outbound(tenant.id, _draft())
    await _neighbour_works(host, tenant)
    told = await _incident(host, db, "raises_in_filter")
    assert (told["kind"], told["call"], told["count"]) == ("raised", "filter_outbound", 3)
    assert told["told"] == "RuntimeError: consent list is unreadable"
    assert HERE + "broken.py:" in told["place"]
    assert 'raise RuntimeError("consent list is unreadable")' in told["traceback"]


async def test_one_that_sleeps_is_left_and_where_it_slept_is_told(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "sleeps_everywhere")
    host = await start_host("good", "sleeps_everywhere")
    runner = Runner(db, Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard)))
    async with db.system_transaction() as connection:
        slow = await enqueue(connection, tenant.id, "sleeps_everywhere", "slow", {}, max_attempts=1)
        quick = await enqueue(connection, tenant.id, "good", "prune", {})
    await asyncio.gather(runner.run(slow), runner.run(quick))
    assert good.seen == [("job", tenant.id)]
    states = {row["id"]: (row["state"], row["last_error"]) for row in await db.system.fetch("select * from jobs")}
    assert states[quick][0] == "done"
    assert states[slow][0] == "failed"
    assert "no answer within 1 s" in states[slow][1]
    told = await _incident(host, db, "sleeps_everywhere")
    assert (told["kind"], told["call"]) == ("late", "job slow")
    assert "await asyncio.Event().wait()" in told["traceback"]


async def test_one_that_catches_its_own_cancellation_keeps_nobody_waiting(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "stubborn")
    host = await start_host("stubborn")
    began = time.monotonic()
    with pytest.raises(Rejected, match="stubborn"):
        await host.hooks.filter_outbound(tenant.id, _draft())
    assert time.monotonic() - began < 5
    assert (await _incident(host, db, "stubborn"))["kind"] == "late"


async def test_tasks_that_one_leaves_running_are_stopped_and_named(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "leaks")
    host = await start_host("good", "leaks")
    answer = await Web(host).ask(principal(tenant.id, "owner", host), "POST", "/api/v1/p/leaks/start")
    assert answer.status_code == 200, "what it answered is good"
    await asyncio.wait(broken.leaks.tasks)
    assert [task.cancelled() for task in broken.leaks.tasks] == [True]
    told = await _incident(host, db, "leaks")
    assert (told["kind"], told["call"]) == ("leaked", "/start")
    assert "_poll_for_ever" in told["told"]
    assert HERE + "broken.py:" in told["place"]


async def test_a_statement_of_one_that_takes_too_long_is_ended_by_the_database(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "slow_sql")
    host = await start_host("good", "slow_sql")
    answer = await Web(host).ask(principal(tenant.id, "owner", host), "GET", "/api/v1/p/slow_sql/report")
    assert answer.status_code == 503
    assert "statement timeout" in (await _incident(host, db, "slow_sql"))["told"]
    assert await db.system.fetchval(
        "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and state <> 'idle'"
        " and pid <> pg_backend_pid() and datname = current_database()") == 0


async def test_what_one_has_eaten_is_given_back_at_once(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "eats")
    host = await start_host("good", "eats")
    gc.disable()
    try:
        answer = await Web(host).ask(principal(tenant.id, "owner", host), "GET", "/api/v1/p/eats/much")
        assert answer.status_code == 503
        assert [meal() for meal in broken.eats.eaten] == [None]
    finally:
        gc.enable()
    assert (await _incident(host, db, "eats"))["kind"] == "memory"


@pytest.mark.parametrize(("way", "told"), [("exit", "it raised SystemExit"), ("cancel", "it cancelled itself"),
                                           ("exit_in_a_task", "it raised SystemExit")])
async def test_one_that_wants_to_end_the_process_ends_its_own_call(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, way: str, told: str) -> None:
    switches.switch_on("atlas", "good", "leaves")
    host = await start_host("good", "leaves")
    answer = await Web(host).ask(principal(tenant.id, "owner", host), "GET", f"/api/v1/p/leaves/{way}")
    assert answer.status_code == 503
    await _neighbour_works(host, tenant)
    incident = await _incident(host, db, "leaves")
    assert told in incident["told"]
    assert way == "cancel" or HERE + "broken.py:" in incident["place"]


def _draft() -> Draft:
    return Draft(uuid4(), uuid4(), "text", "salam")
