"""A plugin that keeps failing rests, in every process at once, and one call decides whether it is well again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from comptoir_sdk import Invalid

from core.db.pool import Database
from core.plugins.guard import Guard, PluginFailed, Resting
from core.plugins.record import Record


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def _fine() -> str:
    return "done"


async def _broken() -> None:
    raise RuntimeError("it does not work")


async def _refusing() -> None:
    raise Invalid("Give a name.")


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def _fail(guard: Guard, times: int, call: str = "on_message_received") -> None:
    for _ in range(times):
        with pytest.raises(PluginFailed):
            await guard.call("acme", call, 5, _broken)


async def test_after_five_failures_it_rests_and_after_the_rest_one_call_tries_it(clock: Clock) -> None:
    guard = Guard(clock)
    await _fail(guard, 5)
    with pytest.raises(Resting) as resting:
        await guard.call("acme", "on_message_received", 5, _fine)
    assert resting.value.seconds == 60
    clock.now += 61
    assert await guard.call("acme", "on_message_received", 5, _fine) == "done"
    await _fail(guard, 4)
    assert not guard.resting("acme"), "it began anew"


@pytest.mark.parametrize("failing", ["offered classify", "provide_contact_facts", "provide_suggestions"])
async def test_what_others_ask_of_it_does_not_keep_it_from_telling_or_erasing_a_person(
        clock: Clock, failing: str) -> None:
    guard = Guard(clock)
    await _fail(guard, 5, failing)
    for call in ("provide_personal_data", "erase_personal_data"):
        assert await guard.call("acme", call, 5, _fine) == "done"


async def test_while_the_probe_runs_nobody_else_is_let_through(clock: Clock) -> None:
    guard = Guard(clock)
    await _fail(guard, 5)
    clock.now += 61

    async def probing() -> None:
        with pytest.raises(Resting):
            await guard.call("acme", "on_message_received", 5, _fine)

    await guard.call("acme", "on_message_received", 5, probing)
    assert await guard.call("acme", "on_message_received", 5, _fine) == "done"


async def test_a_probe_that_fails_doubles_the_rest_up_to_a_quarter_of_an_hour(clock: Clock) -> None:
    guard = Guard(clock)
    await _fail(guard, 5)
    rests = []
    for _ in range(5):
        clock.now += guard.quarantined()["acme"] + 1
        await _fail(guard, 1)
        rests.append(guard.quarantined()["acme"])
    assert rests == [120, 240, 480, 900, 900]


async def test_each_door_rests_alone(clock: Clock) -> None:
    guard = Guard(clock)
    await _fail(guard, 5)
    assert guard.resting("acme", "observers")
    for call in ("filter_outbound", "job prune", "/orders", "provide_contact_facts"):
        assert await guard.call("acme", call, 5, _fine) == "done"


def _shared(clock: Clock, tenants: int) -> tuple[Guard, list[UUID]]:
    return Guard(clock, tenants_with=lambda plugin: tenants), [uuid4() for _ in range(tenants)]


async def _fail_for(guard: Guard, tenant: UUID, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(PluginFailed):
            await guard.call("acme", "/orders", 5, _broken, tenant)


async def test_what_fails_for_one_tenant_rests_for_that_tenant_alone(clock: Clock) -> None:
    guard, (one, other) = _shared(clock, 2)
    await _fail_for(guard, one, 5)
    with pytest.raises(Resting):
        await guard.call("acme", "/orders", 5, _fine, one)
    assert await guard.call("acme", "/orders", 5, _fine, other) == "done"
    assert guard.rests_for(one, "acme", "routes")
    assert not guard.rests_for(other, "acme", "routes")
    assert not guard.resting("acme")
    clock.now += 61
    await _fail_for(guard, one)
    clock.now += 61
    with pytest.raises(Resting):
        await guard.call("acme", "/orders", 5, _fine, one)
    clock.now += 60
    assert await guard.call("acme", "/orders", 5, _fine, one) == "done"
    await _fail_for(guard, one, 4)
    assert not guard.rests_for(one, "acme", "routes"), "it began anew"


async def test_one_tenants_failures_do_not_add_up_to_everybodys_rest(clock: Clock) -> None:
    guard, (one, other) = _shared(clock, 2)
    for _ in range(9):
        await _fail_for(guard, one, 4)
        await guard.call("acme", "/orders", 5, _fine, one)
        await _fail_for(guard, other, 4)
        await guard.call("acme", "/orders", 5, _fine, other)
    assert not guard.resting("acme")


@pytest.mark.parametrize(("tenants", "failures"), [(1, [5]), (2, [4, 1]), (3, [1, 3, 1]), (40, [1, 1, 1, 1, 1])])
async def test_what_fails_for_every_tenant_rests_for_everybody_after_five_failures(
        clock: Clock, tenants: int, failures: list[int]) -> None:
    guard, them = _shared(clock, tenants)
    for tenant, times in zip(them, failures, strict=False):
        assert not guard.resting("acme")
        await _fail_for(guard, tenant, times)
    assert guard.resting("acme", "routes")
    for tenant in them:
        with pytest.raises(Resting):
            await guard.call("acme", "/orders", 5, _fine, tenant)
    clock.now += 61
    for tenant in them:
        assert await guard.call("acme", "/orders", 5, _fine, tenant) == "done"


async def test_a_tenant_at_rest_is_not_the_one_who_tries_it_for_everybody(clock: Clock) -> None:
    guard, (one, other, third) = _shared(clock, 3)
    await _fail_for(guard, one, 5)
    clock.now += 30
    await _fail_for(guard, other, 2)
    await _fail_for(guard, third)
    assert guard.resting("acme")
    clock.now += 61
    assert await guard.call("acme", "/orders", 5, _fine, other) == "done"
    assert await guard.call("acme", "/orders", 5, _fine, one) == "done"


async def test_a_word_for_the_caller_is_no_failure(clock: Clock) -> None:
    guard = Guard(clock)
    for _ in range(9):
        with pytest.raises(Invalid):
            await guard.call("acme", "/orders", 5, _refusing)
    assert not guard.resting("acme")


async def test_every_process_knows_of_a_rest_and_of_its_end(db: Database, clock: Clock) -> None:
    web, worker = Guard(clock), Guard(clock)
    records = [Record(web, "web"), Record(worker, "worker")]
    await _fail(worker, 5)
    for record in reversed(records):
        await record.settle(db)
    assert web.resting("acme", "observers")
    assert 58 < web.quarantined()["acme"] <= 60
    assert await db.system.fetchval("select why from plugin_breakers") == "on_message_received: RuntimeError"
    clock.now += 61
    await worker.call("acme", "on_message_received", 5, _fine)
    for record in reversed(records):
        await record.settle(db)
    assert not web.resting("acme")
    assert await web.call("acme", "on_message_received", 5, _fine) == "done"
    assert await db.system.fetchval("select rests_until from plugin_breakers") is None


async def test_a_door_first_used_while_things_are_written_down_stops_nothing(db: Database, clock: Clock) -> None:
    guard = Guard(clock)
    await _fail(guard, 5)
    async with _held_up(db, guard) as (settling, _):
        assert await guard.call("other", "/orders", 5, _fine) == "done"
    await settling
    assert await db.system.fetchval("select why from plugin_breakers") == "on_message_received: RuntimeError"


async def test_a_rest_that_could_not_be_written_is_written_the_next_time(db: Database, clock: Clock) -> None:
    guard = Guard(clock)
    await _fail(guard, 5)
    async with _held_up(db, guard) as (settling, pid):
        await db.system.execute("select pg_terminate_backend($1)", pid)
        with pytest.raises(asyncpg.PostgresError):
            await settling
    assert await db.system.fetchval("select count(*) from plugin_breakers") == 0
    await Record(guard, "web").settle(db)
    assert await db.system.fetchval("select rests from plugin_breakers") == 1


@contextlib.asynccontextmanager
async def _held_up(db: Database, guard: Guard) -> AsyncIterator[tuple[asyncio.Task[None], int]]:
    """A record that waits for the table of breakers, and the database process it waits in."""
    async with db.system_transaction() as connection, asyncio.timeout(20):
        await connection.execute("lock table plugin_breakers in share row exclusive mode")
        settling = asyncio.create_task(Record(guard, "web").settle(db))
        while not (pid := await connection.fetchval(_WAITING)):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)
        yield settling, pid


_WAITING = "select pid from pg_locks where relation = 'plugin_breakers'::regclass and not granted"


async def test_the_record_outlives_a_mistake_of_its_own(
        db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = asyncio.Event()

    class Mistaken(Record):
        tries = 0

        async def settle(self, db: Database) -> None:
            self.tries += 1
            if self.tries == 1:
                raise RuntimeError("nobody thought of this")
            settled.set()

    monkeypatch.setattr("core.plugins.record._SECONDS", 0.01)
    running = asyncio.create_task(Mistaken(Guard(clock), "web").run(db))
    async with asyncio.timeout(10):
        await asyncio.wait({running, asyncio.ensure_future(settled.wait())}, return_when="FIRST_COMPLETED")
    assert settled.is_set()
    assert not running.done()
    running.cancel()


async def test_time_is_added_up_by_day_and_call(db: Database, clock: Clock) -> None:
    guard = Guard(clock)

    async def slow() -> None:
        clock.now += 0.25

    for _ in range(4):
        await guard.call("acme", "job prune", 5, slow)
    await _fail(guard, 1, "job prune")
    await Record(guard, "worker").settle(db)
    await guard.call("acme", "job prune", 5, slow)
    await Record(guard, "worker").settle(db)
    spent = await db.system.fetchrow("select call, calls, failures, seconds, longest from plugin_spending")
    assert tuple(spent or ()) == ("job prune", 6, 1, 1.25, 0.25)
