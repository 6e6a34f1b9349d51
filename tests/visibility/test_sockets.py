"""What screens of limited sight hear: live and replayed, what leaves their sight, and rights that change meanwhile."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from core.auth.sessions import open_session
from core.db.pool import Database
from core.db.scope import Sees, tenant_scope
from core.events import outbox
from core.messaging.conversations import assign, set_status, set_team
from core.realtime.subscriber import REVOKED
from tests.http.ledger import new_message
from tests.realtime.conftest import Frame, Screen, Server, Start
from tests.seed import SeededTenant

from .conftest import SEEN, Floor, new_floor

EVENTS = ("message.received", "message.status", "conversation.updated")


@pytest.fixture
async def server(start: Start) -> Server:
    return await start()


async def _happen(server: Server, tenant_id: UUID, kind: str, conversation_id: UUID | None, **data: Any) -> None:
    with tenant_scope(tenant_id):
        async with server.db.tenant_transaction() as connection:
            await outbox.append(connection, tenant_id, kind, data, conversation_id)
    await server.sequencer.drain()


async def _until_last(screen: Screen) -> list[Frame]:
    """The events up to a contact's that everybody hears."""
    found: list[Frame] = []
    while (frame := await screen.frame())["type"] != "contact.saved":
        found.append(frame)
    return [*found, frame]


async def _everywhere(server: Server, floor: Floor) -> None:
    for kind in EVENTS:
        for talk in floor.talks.values():
            await _happen(server, floor.tenant.id, kind, talk.id, of=str(talk.id))
    await _happen(server, floor.tenant.id, "message.received", None, of="no conversation at all")
    await _happen(server, floor.tenant.id, "webhook.unhandled", None, of="Meta")
    await _happen(server, floor.tenant.id, "contact.saved", None, of="last")


async def _cookie(server: Server, floor: Floor) -> str:
    return await server.cookie_of(await open_session(server.db.system, floor.me, floor.tenant.id))


def _expected(floor: Floor, sees: Sees) -> list[str]:
    seen = [str(talk.id) for kind, talk in floor.talks.items() if kind in SEEN[sees]]
    return [*seen * len(EVENTS), *(["no conversation at all"] if sees == "all" else []), "last"]


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_live_and_replayed_events_are_those_of_what_is_seen(
    sees: Sees, server: Server, db: Database, tenant: SeededTenant
) -> None:
    floor = await new_floor(db, tenant, sees)
    cookie = await _cookie(server, floor)
    async with server.screen(cookie, await server.cursor(0)) as screen:
        await screen.until_live()
        await _everywhere(server, floor)
        live = await _until_last(screen)
    async with server.screen(cookie, await server.cursor(0)) as screen:
        _, *replayed = await screen.until_live()
    for frames in (live, replayed):
        assert [frame["data"]["of"] for frame in frames] == _expected(floor, sees)
        assert [frame["prev"] for frame in frames] == [0, *(frame["seq"] for frame in frames[:-1])]


Give = Callable[[Database, Floor], Awaitable[Any]]


async def _to_colleague(db: Database, floor: Floor) -> None:
    await assign(db, floor.talks["mine"].id, floor.colleague)


async def _to_nobody(db: Database, floor: Floor) -> None:
    await assign(db, floor.talks["mine"].id, None)


async def _to_other_team(db: Database, floor: Floor) -> None:
    await set_team(db, floor.talks["of_my_team"].id, floor.other_team)


async def _to_colleague_of_my_team(db: Database, floor: Floor) -> None:
    await assign(db, floor.talks["of_my_team"].id, floor.colleague)


async def _between_others(db: Database, floor: Floor) -> None:
    await assign(db, floor.talks["colleagues"].id, None)


HEARD: list[tuple[Sees, Give, str | None]] = [
    ("all", _to_colleague, "conversation.assigned"),
    ("team", _to_colleague, "conversation.hidden"),
    ("own", _to_colleague, "conversation.hidden"),
    ("own", _to_nobody, "conversation.hidden"),
    ("team", _to_other_team, "conversation.hidden"),
    ("own", _to_other_team, None),
    ("team", _to_colleague_of_my_team, "conversation.assigned"),
    ("team", _between_others, None),
    ("own", _between_others, None),
    ("own", _to_colleague_of_my_team, None),
]


@pytest.mark.parametrize(("sees", "give", "heard"), HEARD)
async def test_what_leaves_ones_sight_is_told_once_and_by_its_id_alone(
    sees: Sees, give: Give, heard: str | None, server: Server, db: Database, tenant: SeededTenant
) -> None:
    floor = await new_floor(db, tenant, sees)
    cookie = await _cookie(server, floor)
    async with server.screen(cookie) as screen:
        await screen.until_live()
        with tenant_scope(tenant.id):
            await give(db, floor)
        await _everywhere(server, floor)
        live = await _until_last(screen)
    async with server.screen(cookie, await server.cursor(0)) as screen:
        _, *replayed = await screen.until_live()
    for frames in (live, replayed):
        told = [frame for frame in frames if frame["type"] in (
            "conversation.assigned", "conversation.moved", "conversation.hidden")]  # fmt: skip
        assert [frame["type"] for frame in told] == ([heard] if heard else [])
        if heard == "conversation.hidden":
            gone = told[0]["data"]
            assert set(gone) == {"id", "version"}
            assert not any(frame["data"].get("of") == gone["id"] for frame in frames)


async def test_what_is_given_to_me_comes_whole(server: Server, db: Database, tenant: SeededTenant) -> None:
    floor = await new_floor(db, tenant, "own")
    async with server.screen(await _cookie(server, floor)) as screen:
        await screen.until_live()
        with tenant_scope(tenant.id):
            await assign(db, floor.talks["nobodys"].id, floor.me)
            await set_status(db, floor.talks["nobodys"].id, "closed")
        await server.sequencer.drain()
        assigned, closed = await screen.frames(2)
    assert assigned["data"]["conversation"]["id"] == str(floor.talks["nobodys"].id)
    assert (assigned["type"], closed["type"]) == ("conversation.assigned", "conversation.closed")


async def test_words_on_a_topic_about_a_conversation_reach_those_who_see_it(
    server: Server, db: Database, tenant: SeededTenant
) -> None:
    floor = await new_floor(db, tenant, "own")
    async with server.screen(await _cookie(server, floor)) as screen:
        await screen.until_live()
        await screen.say(t="subscribe", topic="inbox.presence")
        (subscriber,) = server.process.gateway.hub.subscribers()
        while not subscriber.topics:
            await _happen(server, tenant.id, "contact.saved", None, of="a moment")
            await screen.frame()
        for data in ({"conversation": str(floor.talks["nobodys"].id), "n": 1}, {"n": 2}, {"conversation": "nonsense"},
                     {"conversation": str(floor.talks["mine"].id), "n": 3}):  # fmt: skip
            server.process.gateway.hub.say(tenant.id, "inbox.presence", data)
        heard = [(await screen.frame())["data"] for _ in range(3)]
    assert [data.get("n") for data in heard] == [2, None, 3]


CHANGES = (
    "update roles set permissions = permissions || '{audit.read}' where key = 'floor'",
    "update roles set sees = 'own' where key = 'floor'",
    "update memberships set role = 'viewer' where role = 'floor'",
    "delete from team_members where team_id = (select id from teams where name = 'Mine')",
    "delete from memberships where role = 'floor'",
)


@pytest.mark.parametrize("change", CHANGES)
async def test_an_open_screen_ends_within_five_seconds_of_a_change_of_its_rights(
    change: str, server: Server, db: Database, tenant: SeededTenant
) -> None:
    floor = await new_floor(db, tenant, "team")
    async with server.screen(await _cookie(server, floor)) as screen:
        await screen.until_live()
        began = time.monotonic()
        await db.system.execute(change)
        assert await screen.closed_with() == REVOKED
    assert time.monotonic() - began < 5


async def test_a_new_member_of_the_team_or_another_name_ends_nobodys_screen(
    start: Start, db: Database, tenant: SeededTenant
) -> None:
    server = await start(revalidate_seconds=3600)
    floor = await new_floor(db, tenant, "team")
    async with server.screen(await _cookie(server, floor)) as screen:
        await screen.until_live()
        await db.system.execute("insert into team_members values ($1, $2, $3)", tenant.id, floor.my_team,
                                floor.colleague)  # fmt: skip
        await db.system.execute("update memberships set name = 'Another' where user_id = $1", floor.me)
        await server.process.gateway.revalidation.check()
        await _happen(server, tenant.id, "contact.saved", None, of="last")
        assert (await screen.frame())["type"] == "contact.saved"


async def test_many_events_come_in_order_and_whole_to_limited_sight(
    server: Server, db: Database, tenant: SeededTenant
) -> None:
    """More batches than questions are asked: none is lost between them."""
    floor = await new_floor(db, tenant, "own")
    mine, other = floor.talks["mine"], floor.talks["nobodys"]
    await new_message(db, tenant, mine.id, mine.thread.contact_id, await db.system.fetchval("select now()"))
    async with server.screen(await _cookie(server, floor)) as screen:
        await screen.until_live()
        for number in range(30):
            for talk in (mine, other):
                await _happen(server, tenant.id, "message.received", talk.id, number=number, of=str(talk.id))
        frames = await screen.frames(30)
    assert [frame["data"]["number"] for frame in frames] == list(range(30))
    assert {frame["data"]["of"] for frame in frames} == {str(mine.id)}
