"""The buckets that keep us below Meta's limits, shared through a real Valkey or kept alone."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from core.messaging.lanes.limits import Bucket, LocalLimits, ValkeyLimits
from tests.messaging.sending.conftest import Desk


@pytest.fixture
async def valkey(valkey_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(valkey_url, socket_timeout=1, socket_connect_timeout=1)
    yield client
    await client.aclose()


@pytest.fixture
async def nowhere() -> AsyncIterator[Redis]:
    client = Redis.from_url("redis://127.0.0.1:1", socket_timeout=0.2, socket_connect_timeout=0.2)
    yield client
    await client.aclose()


def _number() -> str:
    return uuid4().hex


async def test_two_workers_share_one_numbers_burst(valkey: Redis) -> None:
    number = _number()
    workers = [ValkeyLimits(valkey, Bucket(10.0, 8), Bucket(6.0, 45)) for _ in range(2)]
    turns = await asyncio.gather(*(w.take([(number, f"{number}:{uuid4()}") for _ in range(10)]) for w in workers))
    granted = [turn for told in turns for turn in told if not turn.wait]
    assert len(granted) == 8


async def test_the_wait_is_the_time_until_the_next_token(valkey: Redis) -> None:
    number = _number()
    limits = ValkeyLimits(valkey, Bucket(10.0, 1), Bucket(6.0, 45))
    [first, second] = await limits.take([(number, f"{number}:a"), (number, f"{number}:b")])
    assert first.wait == 0
    assert 9 < second.wait <= 10
    assert not second.pair


async def test_a_pair_gets_its_burst_of_45_and_only_that_pair_waits(valkey: Redis) -> None:
    number = _number()
    limits = ValkeyLimits(valkey, Bucket(0.00001, 1000))
    turns = await limits.take([(number, f"{number}:a")] * 46 + [(number, f"{number}:b")])
    assert [turn.wait for turn in turns[:45]] == [0] * 45
    assert 0 < turns[45].wait <= 6
    assert turns[45].pair
    assert turns[46].wait == 0


async def test_a_pause_of_one_worker_holds_for_the_others(valkey: Redis) -> None:
    number, other = _number(), _number()
    await ValkeyLimits(valkey).pause(number, 30)
    [paused, free] = await ValkeyLimits(valkey).take([(number, f"{number}:a"), (other, f"{other}:a")])
    assert 29 < paused.wait <= 30
    assert not paused.pair
    assert free.wait == 0


async def test_without_valkey_the_limits_are_lower_and_still_there(nowhere: Redis) -> None:
    number = _number()
    turns = await ValkeyLimits(nowhere).take([(number, f"{number}:{n}") for n in range(20)])
    assert 1 <= sum(not turn.wait for turn in turns) <= 5


async def test_a_pause_holds_without_valkey(nowhere: Redis) -> None:
    limits, number = ValkeyLimits(nowhere), _number()
    await limits.pause(number, 30)
    [turn] = await limits.take([(number, f"{number}:a")])
    assert turn.wait > 29


async def test_local_tokens_come_back_with_time() -> None:
    now = 100.0
    limits = LocalLimits(Bucket(1.0, 2), Bucket(0.001, 100), clock=lambda: now)
    assert [turn.wait for turn in await limits.take([("n", "p")] * 3)] == [0, 0, 1]
    now += 1
    assert [turn.wait for turn in await limits.take([("n", "p")] * 2)] == [0, 1]


async def test_messages_leave_when_valkey_is_away(desk: Desk, nowhere: Redis) -> None:
    sent = await desk.submit(await desk.conversation())
    desk.limits = ValkeyLimits(nowhere)
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "accepted"
