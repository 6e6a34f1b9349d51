"""A plugin that keeps failing rests, in every process at once, and one call decides whether it is well again."""

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
