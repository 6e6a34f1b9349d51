"""Many at once: each whole or not at all, each told, none of another tenant's or out of sight."""

import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.auth.api_keys import create_api_key
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import Thread, new_contact, new_thread
from tests.seed import SeededTenant


@pytest.fixture
async def program(with_key: Enter, tenant: SeededTenant) -> Caller:
    return await with_key(tenant, "owner")


async def threads(db: Database, tenant: SeededTenant, number: int) -> list[UUID]:
    return [(await new_thread(db, tenant, phone=f"2126700{n:05}", count=1)).conversation_id for n in range(number)]


async def put(caller: Caller, ids: list[Any], **changes: Any) -> Any:
    answer = await caller.ask("PUT", "/conversations", {"ids": [str(one) for one in ids], **changes})
    assert answer.status == 200, answer.json
    return answer.json["items"]


async def test_all_that_is_named_changes_in_all_of_them(
    program: Caller, db: Database, tenant: SeededTenant
) -> None:
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Sales') returning id", tenant.id)
    ids = await threads(db, tenant, 5)
    items = await put(program, ids, status="closed", assignee=str(tenant.agent_id), team=str(team))
    assert [item["id"] for item in items] == [str(one) for one in ids]
    for item in items:
        told = item["conversation"]
        assert (told["status"], told["assignee"]["id"], told["team"]["id"]) == (
            "closed", str(tenant.agent_id), str(team))  # fmt: skip
        assert item["problem"] is None
    kinds = await db.system.fetch(
        "select type as kind, count(*) as n from event_outbox where type like 'conversation.%' group by 1"
    )
    assert {row["kind"]: row["n"] for row in kinds} == {
        "conversation.assigned": 5, "conversation.closed": 5, "conversation.moved": 5}  # fmt: skip
    assert await db.system.fetchval("select count(*) from audit_log where chain = $1", tenant.id) >= 15


async def test_null_takes_away_and_what_is_not_named_stays(
    program: Caller, db: Database, tenant: SeededTenant
) -> None:
    ids = await threads(db, tenant, 2)
    await put(program, ids, assignee=str(tenant.agent_id))
    for item in await put(program, ids, status="snoozed"):
        assert item["conversation"]["assignee"]["id"] == str(tenant.agent_id)
    for item in await put(program, ids, assignee=None):
        assert (item["conversation"]["assignee"], item["conversation"]["status"]) == (None, "snoozed")


async def test_what_cannot_be_changed_holds_up_nothing_else(
    program: Caller, db: Database, tenant: SeededTenant, other_thread: Thread
) -> None:
    mine, absent = await threads(db, tenant, 2), uuid4()
    items = await put(program, [mine[0], other_thread.conversation_id, absent, mine[1]], status="closed")
    assert [item["problem"] and item["problem"]["status"] for item in items] == [None, 404, 404, None]
    theirs = await db.system.fetchval("select status from conversations where id = $1", other_thread.conversation_id)
    assert theirs == "open"
    wrong = await put(program, mine, status="open", assignee=str(uuid4()))
    assert [item["problem"]["status"] for item in wrong] == [422, 422]
    left = await db.system.fetch("select status from conversations where id = any($1)", mine)
    assert {row["status"] for row in left} == {"closed"}  # the whole change of each was undone


@pytest.mark.parametrize("body", [
    {"ids": []}, {"ids": [str(uuid4())]}, {"ids": [str(uuid4())], "status": None}, {"status": "closed"},
    {"ids": [str(uuid4()) for _ in range(201)], "status": "closed"}, {"ids": ["x"], "status": "closed"},
    {"ids": [str(uuid4())], "status": "open", "until": "2030-01-01T00:00:00Z"},
])  # fmt: skip
async def test_a_request_that_makes_no_sense_is_refused_whole(body: dict[str, Any], program: Caller) -> None:
    assert (await program.ask("PUT", "/conversations", body)).status == 422


async def test_who_sees_their_own_changes_their_own_and_may_give_them_away_whole(
    app: Application, db: Database, tenant: SeededTenant, enter: Enter
) -> None:
    await db.system.execute("insert into roles (tenant_id, key, name, sees) values ($1, 'agent', 'Agent', 'own')",
                            tenant.id)  # fmt: skip
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Sales') returning id", tenant.id)
    agent = await enter(tenant, "agent")
    me = (await agent.get("/me")).json["id"]
    mine, hidden = await threads(db, tenant, 2)
    await db.system.execute("update conversations set assignee_id = $1 where id = $2", UUID(me), mine)
    items = await put(agent, [mine, hidden], status="closed", team=str(team), assignee=str(tenant.owner_id))
    assert items[0]["conversation"]["assignee"]["id"] == str(tenant.owner_id)
    assert items[0]["conversation"]["team"]["id"] == str(team)
    assert items[1]["problem"]["status"] == 404
    assert (await agent.get(f"/conversations/{mine}")).status == 404


async def test_contacts_are_known_by_their_phones(program: Caller, db: Database, tenant: SeededTenant) -> None:
    known = await new_contact(db, tenant, "Salma", "212661000001")
    batch = {"contacts": [
        {"phone": "+212 661 00 00 01", "name": "Salma Idrissi"}, {"phone": "+33 6 12 34 56 78", "name": "Hugo"},
        {"phone": "not a phone", "name": "Nobody"}, {"phone": "0033612345678", "locale": "fr"},
    ]}  # fmt: skip
    answer = await program.ask("POST", "/contacts/batches", batch)
    items = answer.json["items"]
    assert [(item["created"], item["problem"] and item["problem"]["status"]) for item in items] == [
        (False, None), (True, None), (False, 422), (False, None)]  # fmt: skip
    assert items[0]["contact"]["id"] == str(known)
    assert (items[0]["contact"]["name"], items[3]["contact"]["name"]) == ("Salma Idrissi", "Hugo")
    assert items[3]["contact"]["locale"] == "fr"
    again = (await program.ask("POST", "/contacts/batches", batch)).json["items"]
    assert [item["created"] for item in again] == [False] * 4
    assert await db.system.fetchval("select count(*) from contacts") == 2


async def test_contacts_of_another_tenant_with_the_same_phone_are_others(
    program: Caller, db: Database, tenant: SeededTenant, other_thread: Thread
) -> None:
    batch = {"contacts": [{"phone": "+212661000099", "name": "Mine"}]}
    assert (await program.ask("POST", "/contacts/batches", batch)).json["items"][0]["created"] is True
    name = await db.system.fetchval("select name from contacts where id = $1", other_thread.contact_id)
    assert name == "Driss"


async def test_many_contacts_go_and_each_is_told_of(
    program: Caller, db: Database, tenant: SeededTenant, thread: Thread, other_thread: Thread
) -> None:
    other = await new_contact(db, tenant, "Nora", "212661000002")
    ids = [str(thread.contact_id), str(other_thread.contact_id), str(other)]
    items = (await program.ask("DELETE", "/contacts", {"ids": ids})).json["items"]
    assert [(item["id"], item["problem"] and item["problem"]["status"]) for item in items] == [
        (ids[0], None), (ids[1], 404), (ids[2], None)]  # fmt: skip
    assert await db.system.fetchval("select count(*) from contacts where tenant_id = $1", tenant.id) == 0
    assert await db.system.fetchval("select count(*) from contacts") == 1


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/conversations", {"ids": [str(uuid4())], "status": "closed"}),
    ("POST", "/contacts/batches", {"contacts": [{"phone": "+212661000001"}]}),
    ("DELETE", "/contacts", {"ids": [str(uuid4())]}),
])  # fmt: skip
async def test_viewers_change_nothing(
    method: str, path: str, body: dict[str, Any], db: Database, app: Application, tenant: SeededTenant
) -> None:
    key = await create_api_key(db, tenant.id, "a viewer", "viewer")
    assert (await Caller(app, {"Authorization": f"Bearer {key}"}).ask(method, path, body)).status == 403


async def test_the_largest_batches_fit_into_one_request(program: Caller, db: Database, tenant: SeededTenant) -> None:
    contacts = [{"phone": f"+2126600{n:05}", "name": f"Customer {n}", "locale": "fr"} for n in range(500)]
    began = time.perf_counter()
    assert (await program.ask("POST", "/contacts/batches", {"contacts": contacts})).status == 200
    assert await db.system.fetchval("select count(*) from contacts") == 500
    assert time.perf_counter() - began < 50  # the lease of an Idempotency-Key is 60 s
