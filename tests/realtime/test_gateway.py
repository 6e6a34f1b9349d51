import asyncio
import time
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.auth.api_keys import create_api_key
from core.auth.permissions import ADMINISTER
from core.auth.principal import Principal
from core.auth.sessions import revoke_sessions_of
from core.db.pool import Connection, Database
from core.events import log
from core.realtime.audience import may_hear
from core.realtime.subscriber import GOING_AWAY, OVERFLOW, REVOKED
from core.tenancy.status import set_status
from tests.seed import SeededTenant

from .conftest import Server, Start


async def test_what_is_missed_is_replayed_then_live_follows_in_one_chain(server: Server, tenant: SeededTenant) -> None:
    for number in range(1, 4):
        await server.tell(tenant.id, number=number)
    cursor = await server.cursor(1)
    async with server.screen(await server.cookie(tenant), cursor) as screen:
        hello, *replayed = await screen.until_live()
        assert hello == {"t": "hello", "cursor": cursor}
        await server.tell(tenant.id, number=4, text="مرحبا")
        chain = [*replayed, await screen.frame()]
    assert [(frame["prev"], frame["seq"]) for frame in chain] == [(1, 2), (2, 3), (3, 4)]
    assert [frame["data"]["number"] for frame in chain] == [2, 3, 4]
    assert chain[-1]["data"]["text"] == "مرحبا"
    assert {"t", "seq", "prev", "id", "type", "at", "data"} == set(chain[-1])


async def test_without_a_cursor_it_starts_now(server: Server, tenant: SeededTenant) -> None:
    await server.tell(tenant.id)
    async with server.screen(await server.cookie(tenant)) as screen:
        assert await screen.until_live() == [{"t": "hello", "cursor": await server.cursor(1)}]
        await server.tell(tenant.id)
        assert (await screen.frame())["prev"] == 1


@pytest.mark.parametrize(
    ("cursor", "reason"),
    [("00000000-0000-0000-0000-000000000000.1", "restored"), ("ahead", "ahead"), ("nonsense", "read"),
     ("deleted", "load afresh"), ("all forgotten", "load afresh")],
)  # fmt: skip
async def test_a_cursor_that_cannot_be_continued_is_reset(
    cursor: str, reason: str, server: Server, db: Database, tenant: SeededTenant
) -> None:
    for _ in range(3):
        await server.tell(tenant.id)
    if cursor == "ahead":
        cursor = await server.cursor(4)
    if last := {"deleted": 2, "all forgotten": 3}.get(cursor):
        cursor = await server.cursor(1)
        await db.system.execute("delete from event_log where seq <= $1", last)
    async with server.screen(await server.cookie(tenant), cursor) as screen:
        (reset,) = await screen.until_live()
        assert (reset["t"], reset["cursor"]) == ("reset", await server.cursor(3))
        assert reason in reset["reason"]
        await server.tell(tenant.id)
        frame = await screen.frame()
        assert (frame["prev"], frame["seq"]) == (3, 4)


async def test_nothing_is_lost_or_doubled_between_replay_and_live(server: Server, tenant: SeededTenant) -> None:
    """Events are numbered all the while that forty screens connect."""
    cookie, cursor = await server.cookie(tenant), await server.cursor(0)
    last = 120

    async def write() -> None:
        for number in range(last):
            await server.tell(tenant.id, number=number)

    async def watch(delay: float) -> list[int]:
        await asyncio.sleep(delay)  # spread over the writing; no event tells when to connect
        async with server.screen(cookie, cursor) as screen:
            seen: list[int] = []
            while not seen or seen[-1] < last:
                frame = await screen.frame(30)
                if frame["t"] == "event":
                    assert frame["prev"] == (seen[-1] if seen else 0)
                    seen.append(frame["seq"])
            return seen

    _, *seen = await asyncio.gather(write(), *(watch(number * 0.02) for number in range(40)))
    assert all(numbers == list(range(1, last + 1)) for numbers in seen)


async def test_the_first_event_of_all_while_a_screen_connects_is_no_reason_to_begin_anew(
    server: Server, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = log.head

    async def told_before(connection: Connection, tenant_id: UUID) -> int:
        monkeypatch.undo()
        await server.tell(tenant_id, number=1)
        return await head(connection, tenant_id)

    cookie, cursor = await server.cookie(tenant), await server.cursor(0)
    monkeypatch.setattr(log, "head", told_before)
    async with server.screen(cookie, cursor) as screen:
        hello, *replayed = await screen.until_live()
    assert hello == {"t": "hello", "cursor": cursor}
    assert [(frame["prev"], frame["seq"]) for frame in replayed] == [(0, 1)]


async def test_a_hole_on_the_way_here_is_filled_from_the_log(server: Server, tenant: SeededTenant) -> None:
    async with server.screen(await server.cookie(tenant)) as screen:
        await screen.until_live()
        (subscriber,) = server.process.gateway.hub.subscribers()
        offer = subscriber.offer
        swallowed = asyncio.Event()
        subscriber.offer = lambda items: swallowed.set()  # type: ignore[method-assign]
        await server.tell(tenant.id, number=1)
        await asyncio.wait_for(swallowed.wait(), 10)
        subscriber.offer = offer  # type: ignore[method-assign]
        await server.tell(tenant.id, number=2)
        assert [(frame["prev"], frame["seq"]) for frame in await screen.frames(2)] == [(0, 1), (1, 2)]


async def test_tenants_do_not_see_each_other(
    server: Server, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    async with (
        server.screen(await server.cookie(tenant)) as own,
        server.screen(await server.cookie(other_tenant)) as other,
    ):
        await own.until_live()
        await other.until_live()
        await server.tell(tenant.id, whose="own")
        await server.tell(other_tenant.id, whose="other")
        assert (await own.frame())["data"] == {"whose": "own"}
        assert (await other.frame())["data"] == {"whose": "other"}


async def test_what_a_role_may_not_see_is_skipped_and_the_chain_holds(server: Server, tenant: SeededTenant) -> None:
    async with server.screen(await server.cookie(tenant, "viewer"), await server.cursor(0)) as screen:
        await screen.until_live()
        for kind in ("message.received", "webhook.unhandled", "something.unlisted", "contact.saved"):
            await server.tell(tenant.id, kind)
        frames = await screen.frames(2)
    assert [(frame["type"], frame["prev"], frame["seq"]) for frame in frames] == [
        ("message.received", 0, 1), ("contact.saved", 1, 4)
    ]  # fmt: skip


async def test_a_program_follows_with_its_key_and_needs_no_origin(
    server: Server, db: Database, tenant: SeededTenant
) -> None:
    key = await create_api_key(db, tenant.id, "n8n", "viewer")
    async with server.dial({"Authorization": f"Bearer {key}"}) as connection:
        assert "hello" in str(await connection.recv())


@pytest.mark.parametrize("origin", [None, "http://evil.test", "null", "https://127.0.0.1"])
async def test_another_sites_page_cannot_open_a_socket(
    origin: str | None, server: Server, tenant: SeededTenant
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await server.dial({"Cookie": await server.cookie(tenant)}, origin=origin)
    assert refused.value.response.status_code == 403


async def test_strangers_cannot_open_a_socket(server: Server) -> None:
    for headers in ({}, {"Cookie": "comptoir_session=x"}, {"Authorization": "Bearer wak_live_x"}):
        with pytest.raises(InvalidStatus) as refused:
            await server.dial(headers, origin=server.origin)
        assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    "change",
    ["update sessions set revoked_at = now()", "update memberships set role = 'viewer'",
     "update users set disabled_at = now()", "delete from memberships"],
)  # fmt: skip
async def test_a_socket_does_not_outlive_its_session(
    change: str, server: Server, db: Database, tenant: SeededTenant
) -> None:
    async with server.screen(await server.cookie(tenant, "owner")) as screen:
        await screen.until_live()
        await db.system.execute(change)
        began = time.monotonic()
        assert await screen.closed_with() == REVOKED
        assert time.monotonic() - began < 5


async def test_other_sockets_stay_open(start: Start, db: Database, tenant: SeededTenant) -> None:
    server = await start(revalidate_seconds=3600)
    async with server.screen(await server.cookie(tenant)) as screen, server.screen(await server.cookie(tenant)) as gone:
        await screen.until_live()
        await gone.until_live()
        user_id = await db.system.fetchval("select user_id from sessions order by id desc limit 1")
        await revoke_sessions_of(db.system, user_id)
        await server.process.gateway.revalidation.check()
        assert await gone.closed_with() == REVOKED
        await server.tell(tenant.id)
        assert (await screen.frame())["t"] == "event"


async def test_a_revoked_key_closes_its_socket(start: Start, db: Database, tenant: SeededTenant) -> None:
    server = await start(revalidate_seconds=0.1)
    key = await create_api_key(db, tenant.id, "n8n", "viewer")
    async with server.dial({"Authorization": f"Bearer {key}"}) as connection:
        await db.system.execute("update api_keys set revoked_at = now()")
        await asyncio.wait_for(connection.wait_closed(), 5)
        assert connection.close_code == REVOKED


async def test_sockets_of_a_suspended_tenant_close_within_five_seconds_and_no_others(
    start: Start, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    server = await start()
    key = await create_api_key(db, tenant.id, "n8n", "viewer")
    async with (
        server.screen(await server.cookie(other_tenant)) as neighbour,
        server.screen(await server.cookie(tenant)) as screen,
        server.dial({"Authorization": f"Bearer {key}"}) as program,
    ):
        await neighbour.until_live()
        await screen.until_live()
        await set_status(db, tenant.id, "suspended")
        async with asyncio.timeout(5):
            assert await screen.closed_with() == REVOKED
            await program.wait_closed()
        assert program.close_code == REVOKED
        await server.tell(other_tenant.id)
        assert (await neighbour.frame())["t"] == "event"


async def test_a_reader_too_slow_is_sent_away_and_returns_by_cursor(start: Start, tenant: SeededTenant) -> None:
    server = await start(queue_size=5)
    cookie = await server.cookie(tenant)
    async with server.screen(cookie) as screen:
        await screen.until_live()
        (subscriber,) = server.process.gateway.hub.subscribers()
        subscriber.offer(["{}"] * 6)
        assert await screen.closed_with() == OVERFLOW
    for _ in range(7):
        await server.tell(tenant.id)
    async with server.screen(cookie, await server.cursor(0)) as screen:
        assert len(await screen.until_live()) == 8


async def test_topics_reach_those_who_asked_and_may(
    start: Start, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    server = await start(revalidate_seconds=3600)
    hub = server.process.gateway.hub
    async with server.screen(await server.cookie(tenant)) as screen:
        await screen.until_live()
        await screen.say(t="subscribe", topic="inbox.secret")
        assert (await screen.frame())["t"] == "error"
        await screen.say(t="subscribe", topic="inbox.presence")
        await screen.say(t="subscribe", topic="inbox.%")
        assert (await screen.frame())["topic"] == "inbox.%"
        hub.say(other_tenant.id, "inbox.presence", {"who": "a stranger"})
        hub.say(tenant.id, "inbox.presence", {"who": "Amine"})
        assert await screen.frame() == {"t": "topic", "topic": "inbox.presence", "data": {"who": "Amine"}}
        server.plugins.off = True
        await server.process.gateway.revalidation.check()
        hub.say(tenant.id, "inbox.presence", {"who": "nobody hears"})
        await server.tell(tenant.id)
        assert (await screen.frame())["t"] == "event"


async def test_it_pings(start: Start, tenant: SeededTenant) -> None:
    server = await start(ping_seconds=0.05)
    async with server.screen(await server.cookie(tenant)) as screen:
        await screen.until_live()
        assert await screen.frame() == {"t": "ping"}
        await screen.say(t="pong")
        assert await screen.frame() == {"t": "ping"}


@pytest.mark.parametrize("raw", ["{", "[]", b"\x00", '"x"'])
async def test_frames_that_cannot_be_read_end_the_socket(
    raw: str | bytes, server: Server, tenant: SeededTenant
) -> None:
    async with server.screen(await server.cookie(tenant)) as screen:
        await screen.until_live()
        await screen.connection.send(raw)
        assert await screen.closed_with() == 1007


async def test_a_stopping_server_sends_its_screens_elsewhere(server: Server, tenant: SeededTenant) -> None:
    async with server.screen(await server.cookie(tenant)) as screen:
        await screen.until_live()
        server.process.close_sockets()
        with pytest.raises(ConnectionClosed):
            await screen.frame()
        assert await screen.closed_with() == GOING_AWAY


async def test_an_event_is_on_the_screen_within_a_breath(server: Server, tenant: SeededTenant) -> None:
    async with server.screen(await server.cookie(tenant)) as screen:
        await screen.until_live()
        waits = []
        for _ in range(20):
            began = time.perf_counter()
            await server.tell(tenant.id)
            await screen.frame()
            waits.append(time.perf_counter() - began)
    assert sorted(waits)[10] < 0.25  # a poll would take a second


def test_an_event_nobody_listed_is_shown_to_nobody() -> None:
    owner = Principal(uuid4(), uuid4(), "owner", "", ADMINISTER, "session", uuid4())
    assert may_hear(owner, "webhook.unhandled")
    assert may_hear(owner, "tag.saved")
    assert not may_hear(owner, "billing.failed")
    assert not may_hear(owner, "")
