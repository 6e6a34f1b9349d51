"""The same promises with Valkey, with a Valkey that is away, and without."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from core.errors import TooMany
from core.limits.buckets import Bucket, LocalBuckets, ValkeyBuckets
from core.limits.limiter import Limiter, Who, counting, network_of
from core.limits.table import TABLE, Rule, changed

SLOW = {"row": (Rule("person", 5, 3600), Rule("tenant", 8, 3600)), "login": TABLE["login"]}


@pytest.fixture(params=["valkey", "away", "none"])
async def limiter(request: pytest.FixtureRequest, valkey_url: str) -> AsyncIterator[Limiter]:
    valkey = Redis.from_url(valkey_url if request.param == "valkey" else "redis://127.0.0.1:1/0")
    yield Limiter(None if request.param == "none" else valkey, SLOW)
    await valkey.aclose()


def somebody(tenant: str) -> Who:
    return Who(address="192.0.2.1", person=uuid4().hex, tenant=tenant)


async def refusals(limiter: Limiter, who: Who, times: int) -> int:
    refused = 0
    for _ in range(times):
        try:
            await limiter.count("row", who)
        except TooMany:
            refused += 1
    return refused


async def test_the_quota_is_given_at_once_and_then_no_more(limiter: Limiter) -> None:
    assert await refusals(limiter, somebody(uuid4().hex), 9) == 4


async def test_colleagues_have_their_own_quota_and_share_their_tenants(limiter: Limiter) -> None:
    tenant = uuid4().hex
    assert await refusals(limiter, somebody(tenant), 5) == 0
    assert await refusals(limiter, somebody(tenant), 5) == 2
    assert await refusals(limiter, somebody(uuid4().hex), 5) == 0


async def test_parallel_requests_get_no_more_than_the_quota(limiter: Limiter) -> None:
    who = somebody(uuid4().hex)
    told = await asyncio.gather(*(limiter.count("row", who) for _ in range(30)), return_exceptions=True)
    assert sum(answer is None for answer in told) == 5
    assert all(isinstance(answer, TooMany) for answer in told if answer is not None)


async def test_a_refusal_says_when_to_come_again(limiter: Limiter) -> None:
    who = somebody(uuid4().hex)
    await refusals(limiter, who, 5)
    with pytest.raises(TooMany) as refused:
        await limiter.count("row", who)
    assert 600 < refused.value.extra["retry_after"] <= 720


async def test_a_refused_request_is_counted_nowhere(limiter: Limiter) -> None:
    tenant = uuid4().hex
    await refusals(limiter, somebody(tenant), 5)
    greedy = somebody(tenant)
    await refusals(limiter, greedy, 50)
    with pytest.raises(TooMany) as refused:
        await limiter.count("row", greedy)
    assert refused.value.extra["retry_after"] <= 720


async def test_one_request_counts_once_however_often_it_is_asked_about(limiter: Limiter) -> None:
    who = somebody(uuid4().hex)
    with counting() as counted:
        for _ in range(20):
            await limiter.count("row", who)
    assert {one.rule.by: one.remaining for one in counted.standings.values()} == {"person": 4, "tenant": 7}


async def test_addresses_of_mail_are_not_written_down(valkey_url: str) -> None:
    valkey = Redis.from_url(valkey_url)
    await Limiter(valkey).count("login", Who(address="203.0.113.77", email="salma@atlas.test"))
    names = b" ".join([key async for key in valkey.scan_iter("comptoir:limit:*")])
    assert names
    assert b"salma" not in names
    assert b"203.0.113.77" not in names
    await valkey.aclose()


@pytest.mark.parametrize("times", [1, 7, 40])
async def test_valkey_and_the_process_count_alike(times: int, valkey_url: str) -> None:
    valkey = Redis.from_url(valkey_url)
    rule = Rule("person", 10, 3600)
    shared, local, bucket = ValkeyBuckets(valkey), LocalBuckets(), Bucket(f"test:{uuid4()}", rule)
    for _ in range(times):
        there, here = (await shared.take([bucket]))[0], local.take([bucket])[0]
        assert there.wait == pytest.approx(here.wait, abs=5)
        assert there.full_in == pytest.approx(here.full_in, abs=5)
    await shared.give_back([(bucket, 1)])
    local.give_back(bucket, 1)
    assert (await shared.take([bucket]))[0].wait == local.take([bucket])[0].wait == 0
    assert 0 < await valkey.pttl(bucket.key) <= 3_600_001
    await valkey.aclose()


def test_the_quota_comes_back_evenly(clock: "Clock") -> None:
    buckets, bucket = LocalBuckets(clock), Bucket("one", Rule("address", 5, 300))
    assert [buckets.take([bucket])[0].wait for _ in range(6)] == [0, 0, 0, 0, 0, 60]
    clock.now += 61
    assert [buckets.take([bucket])[0].wait == 0 for _ in range(2)] == [True, False]
    clock.now += 300
    assert [buckets.take([bucket])[0].wait == 0 for _ in range(6)] == [True] * 5 + [False]


def test_memory_stays_bounded_under_a_flood_of_addresses(clock: "Clock") -> None:
    buckets, rule = LocalBuckets(clock), Rule("address", 5, 300)
    for number in range(120_000):
        buckets.take([Bucket(str(number), rule)])
    assert len(buckets._full_at) <= 50_000


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(("address", "network"), [
    ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"), ("2001:db8:1:3::1", "2001:db8:1:3::/64"), ("unix", "unix"),
])  # fmt: skip
def test_of_ipv6_the_network_is_counted(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_operator_changes_figures_and_lifts_limits() -> None:
    table = changed({"login": {"address": (500, 60), "email": None}})
    assert table["login"] == (Rule("address+email", 5, 300), Rule("address", 500, 60))
    assert table["read"] == TABLE["read"]


@pytest.mark.parametrize("changes", [{"logins": {"address": (1, 1)}}, {"login": {"tenant": (1, 1)}}])
def test_a_limit_that_does_not_exist_cannot_be_changed(changes: dict[str, dict[str, tuple[int, int]]]) -> None:
    with pytest.raises(LookupError, match="login"):
        changed(changes)  # type: ignore[arg-type]


def test_strict_rows_are_strict() -> None:
    per_hour: Callable[[str, str], float] = lambda row, by: next(  # noqa: E731
        rule.quota * 3600 / rule.seconds for rule in TABLE[row] if rule.by == by)
    assert per_hour("login", "address+email") <= 60
    assert per_hour("reset", "email") <= 10
    assert per_hour("registration", "address") <= 10
    assert all(rule.quota / rule.seconds >= 100 for rule in TABLE["read"])
