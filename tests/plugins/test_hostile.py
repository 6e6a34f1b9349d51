"""A plugin may take too much or give what nobody can use: neighbours and kernel go on, the operator is told."""

import asyncio
from importlib.metadata import EntryPoint
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from comptoir_sdk import Contact, Draft, Fact, Plugin

from core.db.pool import Database
from core.errors import Rejected
from core.jobs.queue import enqueue
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins import jobs, loader, streams
from core.plugins.guard import PluginFailed
from core.plugins.hooks import Told
from core.plugins.host import PluginHost
from core.plugins.loader import GROUP, load
from tests.plugins.conftest import StartHost
from tests.plugins.installation import POINTS, Switches
from tests.plugins.samples import good, hostile
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant

HOSTILE = "tests/plugins/samples/hostile.py:"


async def _incident(host: PluginHost, db: Database, plugin: str) -> dict[str, Any]:
    await host.record.settle(db)
    rows = await db.system.fetch("select * from plugin_incidents where plugin = $1", plugin)
    assert len(rows) == 1, [dict(row) for row in rows]
    return dict(rows[0])


async def _neighbour_works(host: PluginHost, tenant: SeededTenant) -> None:
    """Its routes, filters, jobs and pieces."""
    owner = principal(tenant.id, "owner", host)
    assert (await Web(host).ask(owner, "GET", "/api/v1/p/good/greeting")).status_code == 200
    assert await host.hooks.contact_facts(tenant.id, _contact()) == ([Told("good", [Fact("Orders", "3")])], [])
    assert not host.guard.resting("good")
    assert host.manifest(owner, "en")["panels"]


@pytest.mark.parametrize(("name", "why"), [
    ("million", "register_routes returned more than 500"), ("endless", "register_jobs returned more than 500"),
    ("twice", "it registers the route GET /x twice"),
    ("twice_in_other_words", "it registers the route GET /x/<> twice"),
    ("impostor", "it calls itself 'good', its entry point 'impostor'"),
    ("escapes", "leads out of the plugin's own address"), ("bad_default", "RuntimeError: there is no such file"),
])
async def test_one_that_registers_too_much_or_what_is_anothers_is_out(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, name: str, why: str) -> None:
    switches.switch_on("atlas", "good", name)
    host = await start_host("good", name)
    await _neighbour_works(host, tenant)
    assert [one.name for one in host.plugins.loaded()] == ["good"]
    told = await _incident(host, db, name)
    assert (told["kind"], told["call"]) == ("load", "broken")
    assert why in told["told"]


async def test_one_that_hangs_while_it_is_imported_does_not_hold_up_the_start(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "LOAD_SECONDS", 1.0)
    switches.switch_on("atlas", "good")
    host = await start_host("good", "hangs_at_import")
    await _neighbour_works(host, tenant)
    told = await _incident(host, db, "hangs_at_import")
    assert "it was not ready within 1 s" in told["told"]
    assert "samples/hangs_at_import.py" in told["traceback"]


def test_a_name_that_two_packages_offer_is_nobodys() -> None:
    mine = next(point for point in POINTS if point.name == "good")
    theirs = EntryPoint("good", "tests.plugins.samples.hostile:impostor", GROUP)
    [one] = load(["good"], [mine, theirs, mine])
    assert one.state == "broken"
    assert "several installed packages offer it" in one.why
    assert "tests.plugins.samples.hostile:impostor" in one.why


@pytest.mark.parametrize(("given", "why"), [
    ({"requires": ("not a requirement!",)}, "requires has 'not a requirement!'"), ({"requires": None}, "TypeError"),
    ({"version": "tomorrow"}, "version = 'tomorrow' is no version"), ({"permissions": None}, "TypeError"),
    ({"models": ("no.such.module",)}, "it has models and names no migrations module"),
])
def test_a_manifest_that_makes_no_sense_keeps_nobody_else_out(
        given: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(Plugin):
        name = "odd"
        extra: ClassVar[Any] = None

    odd = type("Odd", (Odd,), given)()
    monkeypatch.setattr(hostile, "odd", odd, raising=False)
    plugins = load(["good", "odd"], [*POINTS, EntryPoint("odd", "tests.plugins.samples.hostile:odd", GROUP)])
    assert {one.name: one.state for one in plugins} == {"good": "loaded", "odd": "broken"}
    [why_not] = [one.why for one in plugins if one.name == "odd"]
    assert why in why_not


_NO_LIST = ["salam", 7, {"a": 1}, [1], [None], [Fact(1, object())], object()]  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", _NO_LIST, ids=lambda answer: repr(answer)[:20].partition(" at ")[0])
async def test_facts_that_are_none_are_missing_and_the_plugins_mistake(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, answer: Any,
        monkeypatch: pytest.MonkeyPatch) -> None:
    host = await _mistyped(switches, start_host, answer, monkeypatch)
    told = [Told("good", [Fact("Orders", "3")])]
    assert await host.hooks.contact_facts(tenant.id, _contact()) == (told, ["mistyped"])
    incident = await _incident(host, db, "mistyped")
    assert "provide_contact_facts is to return list[Fact], and returned" in incident["told"]
    assert HOSTILE in incident["place"]


async def test_every_filter_and_provider_is_held_to_what_it_promises(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost,
        monkeypatch: pytest.MonkeyPatch) -> None:
    host = await _mistyped(switches, start_host, object(), monkeypatch)
    with pytest.raises(Rejected, match="mistyped"):
        await host.hooks.filter_outbound(tenant.id, Draft(uuid4(), uuid4(), "text", "salam"))
    contact = _contact()
    assert (await host.hooks.contact_facts(tenant.id, contact))[1] == ["mistyped"]
    for asked in (host.hooks.personal_data, host.hooks.erase_personal_data):
        with pytest.raises(PluginFailed):
            await asked(tenant.id, contact)
    await host.record.settle(db)
    told = await db.system.fetch("select call, told from plugin_incidents where plugin = 'mistyped' order by call")
    assert [row["told"].removeprefix("core.plugins.answers.WrongAnswer: ") for row in told] == [
        "erase_personal_data is to return int, and returned object",
        "filter_outbound is to return Draft or Reject or None, and returned object",
        "provide_contact_facts is to return list[Fact], and returned object",
        "provide_personal_data is to return dict[str, Any], and returned object"]


async def test_what_one_exports_of_a_person_can_be_written(
        tenant: SeededTenant, switches: Switches, start_host: StartHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host = await _mistyped(switches, start_host, {"notes": {("a", "b"): 1}}, monkeypatch)
    with pytest.raises(PluginFailed) as failed:
        await host.hooks.personal_data(tenant.id, _contact())
    assert "no JSON" in str(failed.value.__cause__)


@pytest.mark.parametrize("kind", [*hostile.Unserialisable.answers])
async def test_an_answer_that_cannot_be_sent_is_the_plugins_mistake(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, kind: str) -> None:
    switches.switch_on("atlas", "good", "unserialisable")
    host = await start_host("good", "unserialisable")
    owner = principal(tenant.id, "owner", host)
    answer = await Web(host).ask(owner, "GET", f"/api/v1/p/unserialisable/{kind}")
    assert answer.status_code == 503
    await _neighbour_works(host, tenant)
    told = await _incident(host, db, "unserialisable")
    assert (told["kind"], told["call"]) == ("raised", "/<kind>")
    assert HOSTILE in told["place"]


async def test_what_one_tenants_requests_trip_over_is_not_taken_from_the_others(
        tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches, start_host: StartHost,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hostile.Unserialisable.answers, "fine", lambda: {"it": "works"})
    for slug in ("atlas", "zagora"):
        switches.switch_on(slug, "unserialisable")
    host = await start_host("unserialisable")
    web, path = Web(host), "/api/v1/p/unserialisable"
    tripping, neighbour = (principal(one.id, "owner", host) for one in (tenant, other_tenant))
    for _ in range(7):
        assert (await web.ask(tripping, "GET", f"{path}/set")).status_code == 503
    assert (await web.ask(tripping, "GET", f"{path}/fine")).status_code == 503, "it rests for whoever trips it"
    assert (await web.ask(neighbour, "GET", f"{path}/fine")).status_code == 200


async def test_one_that_answers_for_ever_is_cut_and_told(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAM_SECONDS", 0.5)
    switches.switch_on("atlas", "good", "streams")
    host = await start_host("good", "streams")
    for number, way in enumerate(("drip", "hush"), 1):
        await Web(host).ask(principal(tenant.id, "owner", host), "GET", f"/api/v1/p/streams/{way}")
        assert hostile.streams.stopped == number
        await host.record.settle(db)
    await _neighbour_works(host, tenant)
    told = await db.system.fetch("select kind, told, place, call from plugin_incidents order by call")
    assert [(row["kind"], row["call"]) for row in told] == [("late", "/drip"), ("late", "/hush")]
    assert all("had not ended after 0.5 s" in row["told"] and HOSTILE in row["place"] for row in told)


async def test_one_that_fails_while_it_streams_is_told_with_its_line(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "streams")
    host = await start_host("good", "streams")
    with pytest.raises(PluginFailed):
        await Web(host).ask(principal(tenant.id, "owner", host), "GET", "/api/v1/p/streams/tear")
    await _neighbour_works(host, tenant)
    told = await _incident(host, db, "streams")
    assert told["told"] == "RuntimeError: the other half is lost"
    assert HOSTILE in told["place"]


async def test_a_job_that_needs_more_memory_than_there_is_fails_at_once_and_alone(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "eats_in_a_job")
    host = await start_host("good", "eats_in_a_job")
    runner = Runner(db, Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard)))
    async with db.system_transaction() as connection:
        hungry = await enqueue(connection, tenant.id, "eats_in_a_job", "eat", {}, max_attempts=4)
        after = await enqueue(connection, tenant.id, "good", "prune", {})
    await asyncio.gather(runner.run(hungry), runner.run(after))
    states = {row["id"]: (row["state"], row["attempts"]) for row in await db.system.fetch("select * from jobs")}
    assert states == {hungry: ("failed", 1), after: ("done", 1)}
    assert good.seen == [("job", tenant.id)]
    told = await _incident(host, db, "eats_in_a_job")
    assert (told["kind"], told["call"]) == ("memory", "job eat")
    assert HOSTILE in told["place"]


async def _mistyped(switches: Switches, start_host: StartHost, answer: Any,
                    monkeypatch: pytest.MonkeyPatch) -> PluginHost:
    monkeypatch.setattr(hostile.mistyped, "answer", answer)
    switches.switch_on("atlas", "good", "mistyped")
    return await start_host("good", "mistyped")


def _contact() -> Contact:
    return Contact(uuid4(), "Zineb", None)
