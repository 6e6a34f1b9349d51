import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.db.pool import Database
from core.plugins.breakers import FAILURES, Breaker
from core.plugins.enablement import Enablement
from core.plugins.host import PluginHost
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.plugins.samples import broken, good
from tests.seed import SeededTenant


@pytest.fixture
async def locks(db: Database) -> AsyncIterator[PairLocks]:
    made = PairLocks(db.url)
    yield made
    await made.close()


def _observers(db: Database, host: PluginHost, locks: PairLocks) -> Observers:
    return Observers(db, host.plugins, host.contexts, host.hooks, host.guard, locks, pauses=(0, 0))


async def _write(db: Database, tenant: SeededTenant, *bodies: str) -> None:
    """Received messages in the log."""
    await _write_events(db, tenant, *(("message.received", _received(body)) for body in bodies))


async def _write_events(db: Database, tenant: SeededTenant, *events: tuple[str, dict[str, Any]]) -> None:
    """As the sequencer would number them."""
    async with db.system_transaction() as connection:
        for type, payload in events:
            seq = await connection.fetchval(
                """insert into event_heads values ($1, 1) on conflict (tenant_id)
                   do update set seq = event_heads.seq + 1 returning seq""", tenant.id)
            await connection.execute(
                """insert into event_log (tenant_id, seq, id, type, payload, created_at)
                   values ($1, $2, $2, $3, $4, now())""", tenant.id, seq, type, payload)


def _received(body: str) -> dict[str, Any]:
    return {
        "message": {"id": str(uuid4()), "conversation_id": str(uuid4()), "direction": "inbound", "type": "text",
                    "body": body, "at": "2026-11-23T09:00:00+00:00", "status": "received"},
        "conversation": {"contact": {"id": str(uuid4())}},
    }


async def _cursor(db: Database, tenant_id: UUID, plugin: str) -> int | None:
    seq: int | None = await db.system.fetchval(
        "select seq from plugin_cursors where tenant_id = $1 and plugin = $2", tenant_id, plugin)
    return seq


async def test_events_come_in_order_from_the_moment_of_enabling(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, locks: PairLocks) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    await _write(db, tenant, "before")
    await Enablement(db, host.plugins, host.gate).settle()
    await _write(db, tenant, "one", "two", "three")
    observers = _observers(db, host, locks)
    await observers.catch_up(tenant.id, "good")
    await observers.catch_up(tenant.id, "good")
    assert good.seen == [("received", (2, "one")), ("received", (3, "two")), ("received", (4, "three"))]
    assert await _cursor(db, tenant.id, "good") == 4


async def test_many_workers_at_once_deliver_each_event_once(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    await Enablement(db, host.plugins, host.gate).settle()
    bodies = [f"message {number}" for number in range(150)]
    await _write(db, tenant, *bodies)
    workers = [PairLocks(db.url) for _ in range(3)]
    await asyncio.gather(*(_observers(db, host, one).catch_up(tenant.id, "good") for one in workers for _ in range(2)))
    assert [body for _, (_, body) in good.seen] == bodies
    for one in workers:
        await one.close()


async def test_an_event_that_keeps_failing_is_set_aside_and_the_neighbour_never_notices(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, locks: PairLocks) -> None:
    switches.switch_on("atlas", "good", "raises_in_observer")
    host = await start_host("good", "raises_in_observer")
    await Enablement(db, host.plugins, host.gate).settle()
    await _write(db, tenant, "fine", "poison", "fine again")
    observers = _observers(db, host, locks)
    await observers.catch_up(tenant.id, "raises_in_observer")
    await observers.catch_up(tenant.id, "good")
    failure = await db.system.fetchrow("select plugin, hook, seq, traceback from plugin_failures")
    assert failure is not None
    assert (failure["plugin"], failure["hook"], failure["seq"]) == ("raises_in_observer", "on_message_received", 2)
    assert "cannot digest this" in failure["traceback"]
    assert await _cursor(db, tenant.id, "raises_in_observer") == 3
    assert len(good.seen) == 3


async def test_a_resting_plugin_loses_no_event(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, locks: PairLocks) -> None:
    switches.switch_on("atlas", "raises_in_observer")
    host = await start_host("raises_in_observer")
    await Enablement(db, host.plugins, host.gate).settle()
    await _write(db, tenant, "poison", "poison", "fine")
    await _observers(db, host, locks).catch_up(tenant.id, "raises_in_observer")
    assert host.guard.resting("raises_in_observer")
    assert await _cursor(db, tenant.id, "raises_in_observer") == 1
    assert await db.system.fetchval("select count(*) from plugin_failures") == 1


async def test_an_event_that_fails_at_each_probe_is_set_aside_at_the_third_attempt(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, locks: PairLocks) -> None:
    switches.switch_on("atlas", "raises_in_observer")
    host = await start_host("raises_in_observer")
    await Enablement(db, host.plugins, host.gate).settle()
    await _write(db, tenant, *["poison"] * 3, "fine")
    observers = _observers(db, host, locks)
    breaker = host.guard.breakers.setdefault(("raises_in_observer", "observers"), Breaker())
    attempts = 0
    while await _cursor(db, tenant.id, "raises_in_observer") != 4:
        await observers.catch_up(tenant.id, "raises_in_observer")
        attempts += 1
        assert attempts < 9, "each rest is followed by one more attempt, for ever"
        if host.guard.resting("raises_in_observer"):
            breaker.until = host.guard.now()  # the rest is over
    failures = await db.system.fetch("select seq from plugin_failures order by seq")
    assert [row["seq"] for row in failures] == [1, 2, 3]
    assert not host.guard.resting("raises_in_observer"), "the fine one was the probe that opened the door"


async def test_a_hook_whose_event_was_set_aside_does_not_keep_the_next_hook_from_it(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, locks: PairLocks) -> None:
    switches.switch_on("atlas", "raises_in_one_of_two")
    host = await start_host("raises_in_one_of_two")
    await Enablement(db, host.plugins, host.gate).settle()
    observers = _observers(db, host, locks)
    breaker = host.guard.breakers.setdefault(("raises_in_one_of_two", "observers"), Breaker())
    breaker.failures = FAILURES - 1  # the first failure lets it rest
    account = {"id": str(uuid4()), "phone_number_id": "106540352242922"}
    news = {"account": account, "changed": [], "field": "account_alerts", "value": {}}
    await _write_events(db, tenant, ("account.updated", news))
    for _ in range(6):
        await observers.catch_up(tenant.id, "raises_in_one_of_two")
        if host.guard.resting("raises_in_one_of_two"):
            breaker.until = host.guard.now()  # the rest is over
    assert await _cursor(db, tenant.id, "raises_in_one_of_two") == 1
    assert [row["hook"] for row in await db.system.fetch("select hook from plugin_failures")] == ["on_account_updated"]
    assert broken.raises_in_one_of_two.heard == 1
