"""Who sees which conversation, at every door: one table of doors, tried with every kind of conversation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from core.db.pool import Database
from core.db.scope import Sees, Viewer, tenant_scope, viewer_scope
from tests.http.callers import Answer, Caller
from tests.seed import SeededTenant

from .conftest import KINDS, SEEN, Floor, LogIn, Talk, new_floor, new_talk


@dataclass(frozen=True)
class Door:
    """`path` is filled with the ids of a talk. `opened` is the answer to who sees it; to others there is only 404."""

    method: str
    path: str
    body: Any = None
    opened: int = 200


_NOTES = "/api/v1/p/inbox/conversations/{id}/notes"
_DRAFT = "/api/v1/p/inbox/conversations/{id}/draft"
DOORS = (
    Door("GET", "/conversations/{id}"),
    Door("GET", "/conversations/{id}/messages"),
    Door("GET", "/conversations/{id}/acts"),
    Door("GET", "/conversations/{id}/files"),
    Door("GET", "/messages/{message}"),
    Door("GET", "/attachments/{attachment}"),
    Door("GET", "/attachments/{attachment}/link"),
    Door("GET", _NOTES),
    Door("GET", "/api/v1/p/inbox/fragments/notes_panel?conversation={id}"),
    Door("POST", _NOTES, {"body": "called"}, 201),
    Door("DELETE", "/api/v1/p/inbox/notes/{note}", None, 204),
    Door("PUT", _DRAFT, {"body": "Dear"}),
    Door("DELETE", _DRAFT),
    Door("GET", "/conversations/{id}/templates"),
    Door("PUT", "/conversations/{id}/read", {}),
    Door("POST", "/conversations/{id}/messages", {"body": "Bonjour"}, 202),
    Door("POST", "/conversations/{id}/messages", {"body": "Quote", "reply_to": "{message}"}, 202),
    Door("POST", "/messages/{failed}/retry", {}, 202),
    Door("PUT", "/conversations/{id}/status", {"status": "closed"}),
    Door("PUT", "/conversations/{id}/tags", {"tags": []}),
    Door("PUT", "/conversations/{id}/priority", {"priority": "high"}),
    Door("PUT", "/conversations/{id}/team", {"team": "{team}"}),
    Door("PUT", "/conversations/{id}/assignment", {"assignee": "me"}),
)
LISTS: dict[str, Callable[[Floor], frozenset[str]]] = {
    "": lambda _: frozenset(KINDS),
    "?limit=2": lambda _: frozenset(KINDS),
    "?status=open": lambda _: frozenset(KINDS),
    "?status=closed": lambda _: frozenset(),
    "?assignee=me": lambda _: frozenset({"mine", "mine_elsewhere"}),
    "?assignee=none": lambda _: frozenset({"of_my_team", "of_another_team", "nobodys"}),
    "?assignee={colleague}": lambda _: frozenset({"colleagues_in_my_team", "colleagues"}),
    "?team={mine}": lambda _: frozenset({"of_my_team", "colleagues_in_my_team"}),
    "?team={other}": lambda _: frozenset({"mine_elsewhere", "of_another_team"}),
    "?team=none": lambda _: frozenset({"mine", "colleagues", "nobodys"}),
    "?q=salma": lambda _: frozenset(KINDS),
    "?q=21266100": lambda _: frozenset(KINDS),
    "?q=nobody": lambda _: frozenset(),
}


def _filled(value: Any, talk: Talk, note: UUID, team: UUID) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, talk, note, team) for name, one in value.items()}
    return value.format(id=talk.id, message=talk.thread.message_ids[0], attachment=talk.thread.attachment_id,
                        failed=talk.failed_id, note=note, team=team) if isinstance(value, str) else value  # fmt: skip


async def _note(db: Database, tenant: SeededTenant, talk: Talk, author: UUID | None = None) -> UUID:
    note: UUID = await db.system.fetchval(
        "insert into inbox_note (id, tenant_id, conversation_id, body, author_id, author_name, created_at) "
        "values (uuidv7(), $1, $2, 'kept', $3, 'Hind', now()) returning id",
        tenant.id, talk.id, author,
    )  # fmt: skip
    return note


async def _knock(caller: Caller, door: Door, talk: Talk, note: UUID, team: UUID) -> Answer:
    body = _filled(door.body, talk, note, team)
    return await caller.ask(door.method, _filled(door.path, talk, note, team), body)


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_every_door_opens_to_those_who_see_and_to_nobody_else(
    sees: Sees, db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, sees)
    caller = await log_in(floor)
    for kind, talk in floor.talks.items():
        before = await _everything(db, talk)
        for door in DOORS:
            note = await _note(db, tenant, talk, floor.me)
            team = await db.system.fetchval("select coalesce(team_id, $2) from conversations where id = $1", talk.id,
                                            floor.my_team)  # fmt: skip
            answer = await _knock(caller, door, talk, note, team)
            expected = door.opened if kind in SEEN[sees] else 404
            assert answer.status == expected, (kind, door, answer.raw)
            await db.system.execute("delete from inbox_note where id = $1", note)
        if kind not in SEEN[sees]:
            assert await _everything(db, talk) == before


async def _everything(db: Database, talk: Talk) -> list[Any]:
    conversation = await db.system.fetchrow("select * from conversations where id = $1", talk.id)
    messages = await db.system.fetch("select * from messages where conversation_id = $1 order by id", talk.id)
    notes = await db.system.fetch("select * from inbox_note where conversation_id = $1", talk.id)
    drafts = await db.system.fetch("select * from inbox_draft where conversation_id = $1", talk.id)
    return [conversation, messages, notes, drafts]


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_every_list_shows_what_is_seen_and_nothing_else(
    sees: Sees, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, sees)
    await new_talk(db, other_tenant, 99, None, None)
    caller = await log_in(floor)
    kinds = {str(talk.id): kind for kind, talk in floor.talks.items()}
    for query, matching in LISTS.items():
        path = query.format(colleague=floor.colleague, mine=floor.my_team, other=floor.other_team)
        listed = await _all_pages(caller, f"/conversations{path}")
        expected = SEEN[sees] & matching(floor)
        assert {kinds[item["id"]] for item in listed} == expected, query
        assert len(listed) == len(expected), query
        assert [item["last_message_at"] for item in listed] == sorted(
            (item["last_message_at"] for item in listed), reverse=True)


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_a_contacts_files_are_those_of_the_conversations_one_sees(
    sees: Sees, db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, sees)
    caller = await log_in(floor)
    for kind, talk in floor.talks.items():
        listed = await _all_pages(caller, f"/contacts/{talk.thread.contact_id}/files")
        assert [item["id"] for item in listed] == (
            [str(one) for one in reversed(talk.thread.message_ids)] if kind in SEEN[sees] else []), kind


async def test_meta_is_not_asked_for_the_templates_of_a_conversation_that_one_does_not_see(
    db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, "team")
    caller = await log_in(floor)
    for kind in frozenset(KINDS) - SEEN["team"]:
        answer = await caller.ask("POST", f"/conversations/{floor.talks[kind].id}/template-readings")
        assert answer.status == 404, (kind, answer.raw)


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_drafts_are_ones_own_and_out_of_sight_with_their_conversation(
    sees: Sees, db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    """Begun while it was in sight; given back, it goes on where it was left."""
    floor = await new_floor(db, tenant, sees)
    for number, (kind, talk) in enumerate(floor.talks.items()):
        for member in (floor.me, floor.colleague):
            await db.system.execute(
                "insert into inbox_draft (id, tenant_id, conversation_id, member_id, body, files, version) "
                "values (uuidv7(), $1, $2, $3, $4, '[]', $5)",
                tenant.id, talk.id, member, kind if member == floor.me else "a colleague's", number + 1,
            )  # fmt: skip
    caller = await log_in(floor)
    path = "/api/v1/p/inbox/drafts?limit=2"
    assert sorted(one["body"] for one in await _all_pages(caller, path)) == sorted(SEEN[sees])
    await db.system.execute("update conversations set assignee_id = $2 where id = $1", floor.talks["nobodys"].id,
                            floor.me)  # fmt: skip
    assert {one["body"] for one in await _all_pages(caller, path)} == SEEN[sees] | {"nobodys"}


async def _all_pages(caller: Caller, path: str) -> list[Any]:
    found, cursor = [], ""
    while True:
        answer = await caller.get(path + (f"{'&' if '?' in path else '?'}cursor={cursor}" if cursor else ""))
        assert answer.status == 200, answer.raw
        found += answer.json["items"]
        cursor = answer.json["next"]
        if cursor is None:
            return found


async def test_a_search_that_finds_very_many_contacts_still_finds_ones_own(
    db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    """The first five hundred of that name are colleagues' customers."""
    floor = await new_floor(db, tenant, "own")
    await db.system.execute(
        "insert into contacts (tenant_id, name) select $1, 'Salma ' || lpad(n::text, 4, ' ') "
        "from generate_series(1, 600) n", tenant.id,
    )  # fmt: skip
    caller = await log_in(floor)
    found = (await caller.get("/conversations?q=salma")).json["items"]
    assert {item["id"] for item in found} == {str(floor.talks[kind].id) for kind in SEEN["own"]}


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_the_other_tenant_stays_invisible_whatever_one_sees(
    sees: Sees, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, sees)
    theirs = await new_talk(db, other_tenant, 99, None, None)
    caller, note = await log_in(floor), await _note(db, other_tenant, theirs)
    before = await _everything(db, theirs)
    for door in DOORS:
        assert (await _knock(caller, door, theirs, note, floor.my_team)).status == 404, door
    assert await _everything(db, theirs) == before


@pytest.mark.parametrize("sees", ["team", "own"])
async def test_the_bootstrap_names_no_conversation(
    sees: Sees, db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, sees)
    told = (await (await log_in(floor)).get("/bootstrap")).raw.decode()
    assert not any(str(talk.id) in told for talk in floor.talks.values())


@pytest.mark.parametrize("sees", ["all", "team", "own"])
@pytest.mark.usefixtures("app")
async def test_every_table_that_hangs_on_a_conversation_is_behind_the_wall(
    sees: Sees, db: Database, tenant: SeededTenant
) -> None:
    floor = await new_floor(db, tenant, sees)
    for talk in floor.talks.values():
        await _note(db, tenant, talk)
        await db.system.execute(
            "insert into send_attempts (tenant_id, message_id, conversation_id, account_id, state, lease_until) "
            "values ($1, $2, $3, $4, 'refused', now())", tenant.id, talk.failed_id, talk.id, tenant.account_id,
        )  # fmt: skip
    hanging = await db.system.fetch(
        "select distinct conrelid::regclass::text as name from pg_constraint where contype = 'f' "
        "and confrelid in ('conversations'::regclass, 'messages'::regclass)"
    )
    assert {row["name"] for row in hanging} == {
        "messages", "attachments", "send_attempts", "inbox_note", "message_receipts", "message_corrections",
        "groups", "group_participants", "conversation_tags", "message_words", "name_words", "inbox_mention",
        "inbox_follow",
        "inbox_notice", "inbox_draft", "inbox_assignment", "inbox_timer", "inbox_mute"}
    walled = await db.system.fetch("select tablename from pg_policies where policyname like 'visibility%'")
    assert {row["name"] for row in hanging} <= {row["tablename"] for row in walled}
    each = len(SEEN[sees])
    with tenant_scope(tenant.id), viewer_scope(Viewer(floor.me, sees)):
        async with db.tenant() as connection:
            for name, rows in (("conversations", 1), ("messages", 4), ("attachments", 1), ("send_attempts", 1),
                               ("inbox_note", 1), ("conversation_resources", 1), ("message_resources", 4)):  # fmt: skip
                assert await connection.fetchval(f"select count(*) from {name}") == rows * each, name


async def test_without_a_viewer_the_kernels_own_work_sees_the_whole_tenant(db: Database, tenant: SeededTenant) -> None:
    await new_floor(db, tenant, "own")
    with tenant_scope(tenant.id):
        async with db.tenant() as connection:
            assert await connection.fetchval("select count(*) from conversations") == len(KINDS)


async def test_a_key_in_a_limited_role_sees_no_conversation(db: Database, tenant: SeededTenant) -> None:
    await new_floor(db, tenant, "own")
    for sees in ("team", "own"):
        with tenant_scope(tenant.id), viewer_scope(Viewer(None, sees)):
            async with db.tenant() as connection:
                assert await connection.fetchval("select count(*) from conversations") == 0
