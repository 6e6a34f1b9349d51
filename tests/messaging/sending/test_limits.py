"""The buckets that keep us below Meta's limits, shared through a real Valkey or kept alone."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from core.db.pool import Database
from core.embedded.scratch import scratch_valkey
from core.messaging.lanes import Fleet, Inflow, LocalLimits, Turn, ValkeyLimits, Want
from core.messaging.lanes.allowance import PAIR, Bucket, of_number, per_second
from core.messaging.lanes.limits import HORIZON
from tests.messaging.sending.conftest import Desk

EASY = Bucket(0.00001, 1000)
SLOW = Bucket(10.0, 8)


class Time:
    """A worker's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
async def valkey(valkey_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(valkey_url, socket_timeout=1, socket_connect_timeout=1)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def nowhere() -> AsyncIterator[Redis]:
    client = Redis.from_url("redis://127.0.0.1:1", socket_timeout=0.2, socket_connect_timeout=0.2)
    yield client
    await client.aclose()


def _number() -> str:
    return uuid4().hex


def _wants(number: str, count: int, allowed: Bucket = SLOW, pair: str | None = None) -> list[Want]:
    return [Want(number, allowed, f"{number}:{pair or uuid4()}") for _ in range(count)]


def _granted(turns: Any) -> int:
    return sum(not turn.wait for turn in turns)


async def _fleet(db: Database, size: int, time: Time) -> list[Fleet]:
    fleets = [Fleet(db, time) for _ in range(size)]
    for _ in range(2):
        for fleet in fleets:
            await fleet.beat()
    return fleets


async def test_two_workers_share_one_numbers_burst(db: Database, valkey: Redis) -> None:
    number = _number()
    workers = [ValkeyLimits(valkey, fleet) for fleet in await _fleet(db, 2, Time())]
    for worker in workers:
        await worker.take([])
    turns = await asyncio.gather(*(w.take(_wants(number, 10)) for w in workers))
    assert sum(_granted(told) for told in turns) == 8


async def test_a_turn_may_lie_a_moment_ahead_and_they_come_one_by_one(db: Database, valkey: Redis) -> None:
    limits = ValkeyLimits(valkey, Fleet(db))
    turns = await limits.take(_wants(_number(), 10, Bucket(0.1, 1)))
    assert [round(turn.after, 1) for turn in turns[:3]] == [0.0, 0.1, 0.2]
    assert all(HORIZON / 2 - 0.1 < turn.wait <= HORIZON for turn in turns[3:])
    local = LocalLimits(Bucket(0.1, 1))
    alone = await local.take(_wants("n", 10, Bucket(0.1, 1)))
    assert [turn.after for turn in alone][:3] == pytest.approx([0.0, 0.1, 0.2], abs=0.01)


async def test_a_pair_gets_its_burst_and_only_that_pair_waits(db: Database, valkey: Redis) -> None:
    number = _number()
    turns = await ValkeyLimits(valkey, Fleet(db)).take(
        [*_wants(number, 45, EASY, "a"), *_wants(number, 1, EASY, "b")])
    assert [turn.wait for turn in turns[:44]] == [0] * 44
    assert 0 < turns[44].wait <= 6
    assert turns[44].pair
    assert turns[45].wait == 0


async def test_what_valkey_forgot_of_a_pair_is_known_from_the_attempts(db: Database, valkey: Redis) -> None:
    number = _number()
    lately = tuple(float(n) for n in range(44))  # one a second: 44 tokens taken, 43 s of them paid back
    for limits in (ValkeyLimits(valkey, Fleet(db)), LocalLimits()):
        [tired] = await limits.take([Want(number, EASY, f"{number}:a", lately)])
        assert (tired.pair, tired.wait) == (False, 0)
        [again] = await limits.take([Want(number, EASY, f"{number}:b", tuple(0.1 for _ in range(44)))])
        assert again.pair
        assert again.wait == pytest.approx(6, abs=0.2)


async def test_what_did_not_leave_is_given_back(db: Database, valkey: Redis) -> None:
    for limits in (ValkeyLimits(valkey, Fleet(db)), LocalLimits()):
        wants = _wants(_number(), 8, SLOW, "a")
        turns = await limits.take(wants)
        assert _granted(turns) == 8
        await limits.give_back(list(zip(wants, turns, strict=True))[:3])
        assert _granted(await limits.take(wants)) == 3


async def test_what_customers_write_counts_and_holds_up_for_a_second_at_most(db: Database, valkey: Redis) -> None:
    allowed = Bucket(0.1, 1)
    for limits in (ValkeyLimits(valkey, Fleet(db)), LocalLimits()):
        few, many = _number(), _number()
        await limits.spend(few, allowed, 2)
        await limits.spend(many, allowed, 10_000)
        [after_few] = await limits.take(_wants(few, 1, allowed))
        assert after_few.wait == 0
        assert 0 <= after_few.after <= 0.2
        [after_many] = await limits.take(_wants(many, 1, allowed))
        assert 0 < after_many.wait <= 1


async def test_a_worker_without_valkey_waits_until_it_is_not_counted_and_then_takes_less_than_its_share(
    db: Database, nowhere: Redis
) -> None:
    time, number, allowed = Time(), _number(), Bucket(0.1, 4)
    limits = [ValkeyLimits(nowhere, fleet, clock=time) for fleet in await _fleet(db, 2, time)]
    for _ in range(39):
        assert [_granted(await one.take(_wants(number, 5, allowed))) for one in limits] == [0, 0]
        time.pass_(0.1)
    sent = 0
    for _ in range(200):
        sent += sum([_granted(await one.take(_wants(number, 5, allowed))) for one in limits])
        time.pass_(0.1)
    assert 200 * 0.6 < sent <= 200 * 0.8


async def test_a_worker_that_lost_count_of_the_others_sends_nothing_alone(db: Database, nowhere: Redis) -> None:
    time = Time()
    [fleet] = await _fleet(db, 1, time)
    limits = ValkeyLimits(nowhere, fleet, clock=time)
    await limits.take([])
    time.pass_(5)
    assert _granted(await limits.take(_wants(_number(), 1))) == 1  # it has counted again
    fleet._beaten_at = time() - 4
    assert not fleet.fresh


async def test_valkey_gives_only_the_share_of_those_it_hears_of(db: Database, valkey: Redis) -> None:
    time, number = Time(), _number()
    one, other = [ValkeyLimits(valkey, fleet, clock=time) for fleet in await _fleet(db, 2, time)]
    alone = await one.take(_wants(number, 10, Bucket(0.05, 1)))
    assert [round(turn.after, 1) for turn in alone if not turn.wait] == [0.0, 0.1, 0.2]
    await other.take([])
    both = await one.take(_wants(_number(), 10, Bucket(0.05, 1)))
    assert [round(turn.after, 2) for turn in both if not turn.wait] == [0.0, 0.05, 0.1, 0.15, 0.2, 0.25]


async def test_valkey_killed_and_wiped_and_back_never_lets_two_workers_pass_the_allowance(db: Database) -> None:
    """Each step is a tenth of a second of the workers' clock, and the allowance one message in each."""
    time, number = Time(), _number()
    fleets = await _fleet(db, 2, time)
    with scratch_valkey() as server:
        client = Redis.from_url(server.url, socket_timeout=1, socket_connect_timeout=1)
        limits = [ValkeyLimits(client, fleet, clock=time) for fleet in fleets]
        for one in limits:
            await one.take([])
        assert _granted(await limits[0].take(_wants(number, 1))) == 1
    lonely = []
    for _ in range(100):
        lonely.append(sum([_granted(await one.take(_wants(number, 3, Bucket(0.1, 4)))) for one in limits]))
        time.pass_(0.1)
    await client.aclose()
    assert sum(lonely[:40]) == 0
    assert 0 < sum(lonely[40:]) <= 60
    assert all(sum(lonely[n : n + 10]) <= 10 for n in range(90))


def test_an_allowance_is_metas_figure_for_the_level_and_we_stay_below_it() -> None:
    assert [per_second(level) for level in ("STANDARD", None, "HIGH", "COEXISTENCE")] == [80, 80, 1000, 20]
    for level in ("STANDARD", "HIGH", "COEXISTENCE"):
        bucket = of_number(level)
        assert 0.9 * per_second(level) <= 1 / bucket.interval
        assert 1 / bucket.interval + bucket.burst <= per_second(level)
    assert PAIR.burst < 45


async def test_within_a_second_no_more_leave_than_meta_allows_however_late_they_arrive(
    db: Database, valkey: Redis
) -> None:
    allowed = Bucket(0.00001, 1000, in_a_second=10)
    for limits in (ValkeyLimits(valkey, Fleet(db)), LocalLimits()):
        wants = _wants(_number(), 15, allowed)
        turns = await limits.take(wants)
        assert _granted(turns) == 10
        assert _granted(await limits.take(wants)) == 0
        given = list(zip(wants, turns, strict=True))[:10]
        await limits.give_back(given[:3])
        limits.answered(*given[3], None)  # it never left
        for want, turn in given[4:]:
            limits.answered(want, turn, 0.01)
        answered_at = asyncio.get_running_loop().time()
        assert _granted(await limits.take(wants)) == 4
        assert _granted(await limits.take(wants)) == 0
        async with asyncio.timeout(5):
            while not (more := _granted(await limits.take(wants))):  # noqa: ASYNC110 - time is what passes
                await asyncio.sleep(0.02)
        assert (more, asyncio.get_running_loop().time() - answered_at > 0.97) == (6, True)


async def test_what_valkey_did_not_answer_in_time_takes_no_places_once_it_is_back(db: Database, valkey: Redis) -> None:
    time, number, allowed = Time(), _number(), Bucket(0.00001, 1000, in_a_second=10)
    limits = ValkeyLimits(valkey, Fleet(db), clock=time)
    wants = _wants(number, 6, allowed)
    turns = await limits.take(wants)
    assert _granted(turns) == 6
    for want, turn in list(zip(wants, turns, strict=True))[:3]:
        limits.answered(want, turn, None)
    take = limits._take

    async def heard_and_not_answered(**asked: Any) -> None:
        await take(**asked)
        raise TimeoutError

    limits._take = heard_and_not_answered
    assert _granted(await limits.take(_wants(number, 6, allowed))) == 0
    for want, turn in list(zip(wants, turns, strict=True))[3:]:
        limits.answered(want, turn, None)
    for _ in range(3):
        time.pass_(2.1)
        for want, turn in zip(one := _wants(number, 1, SLOW), await limits.take(one), strict=True):
            if turn.ticket:  # a little alone
                limits.answered(want, turn, None)
    waiting = len(limits._answered)
    limits._take = take
    time.pass_(2.1)
    assert _granted(await limits.take(_wants(number, 12, allowed))) == 10
    assert waiting == 12  # however long it was away


async def test_what_left_without_valkey_still_counts_when_an_empty_one_is_back(db: Database, valkey: Redis) -> None:
    time, number, allowed = Time(), _number(), Bucket(0.00001, 1000, in_a_second=10)
    limits = ValkeyLimits(valkey, Fleet(db), clock=time)
    take = limits._take

    async def away(**asked: Any) -> None:
        raise ConnectionError

    limits._take = away
    assert _granted(await limits.take(_wants(number, 6, allowed))) == 0
    time.pass_(4.1)
    wants = _wants(number, 6, allowed)
    alone = await limits.take(wants)
    assert _granted(alone) == 6
    limits._take = take
    time.pass_(2.1)
    assert _granted(await limits.take(_wants(number, 9, allowed))) == 0
    assert _granted(await limits.take(_wants(_number(), 9, allowed))) == 9
    for want, turn in zip(wants, alone, strict=True):
        limits.answered(want, turn, 0.05)
    time.pass_(0.9)
    assert _granted(await limits.take(_wants(number, 9, allowed))) == 0
    time.pass_(0.2)
    assert _granted(await limits.take(_wants(number, 12, allowed))) == 10


def test_a_stall_on_the_way_never_brings_more_into_any_second_and_costs_little_of_the_allowance() -> None:
    """Simulated: two minutes of jitter, with stalls of up to a second, at each of Meta's levels; connections are opened
    at first."""
    for level in ("STANDARD", "COEXISTENCE"):
        chance, time, allowed = Random(5), Time(), of_number(level)
        limits = LocalLimits(clock=time)
        on_the_way: list[tuple[float, float, Want, Turn]] = []  # answered, left
        arrived, stalled_until, began = [], 0.0, time.now
        while time.now < began + 120:
            for answer in [one for one in on_the_way if one[0] <= time.now]:
                on_the_way.remove(answer)
                limits.answered(answer[2], answer[3], answer[0] - answer[1])
            if chance.random() < 0.0005:
                stalled_until = time.now + chance.random()
            wants = _wants("n", 4, allowed)
            for want, turn in zip(wants, limits.take_now(wants), strict=True):
                if not turn.wait:
                    left = time.now + turn.after
                    opening = 0.1 if time.now < began + 0.5 else 0.0
                    at = max(left + opening, stalled_until) + 0.05 + chance.random() * 0.03
                    arrived.append(at)
                    on_the_way.append((at + 0.05 + chance.random() * 0.03, left, want, turn))
            time.pass_(0.01)
        arrived.sort()
        most = per_second(level)
        assert all(later - earlier >= 1 for earlier, later in zip(arrived, arrived[most:], strict=False))
        assert len(arrived) / 120 >= 0.9 * most


async def test_local_tokens_come_back_with_time() -> None:
    now = 100.0
    limits = LocalLimits(Bucket(1.0, 2), Bucket(0.001, 100), clock=lambda: now)
    wants = _wants("n", 3, pair="p")
    assert [turn.wait for turn in await limits.take(wants)] == [0, 0, 1 - HORIZON / 2]
    now += 1
    assert _granted(await limits.take(wants)) == 1


async def test_messages_leave_when_valkey_is_away(desk: Desk, nowhere: Redis) -> None:
    sent, time = await desk.submit(await desk.conversation()), Time()
    desk.limits = ValkeyLimits(nowhere, Fleet(desk.db, time), clock=time)
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "queued"
    time.pass_(4)
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "accepted"


async def test_what_intake_heard_is_spent_at_the_numbers_own_level(desk: Desk) -> None:
    limits, level = LocalLimits(), of_number("COEXISTENCE")
    await desk.db.system.execute("update accounts set throughput_level = 'COEXISTENCE'")
    inflow = Inflow(desk.db, limits)
    inflow.heard({desk.tenant.phone_number_id: 4, "somebody else's": 9})
    await inflow.tell()
    [turn] = await limits.take(_wants(desk.tenant.phone_number_id, 1, level))
    assert turn.after == pytest.approx(4 * level.interval, abs=0.05)
