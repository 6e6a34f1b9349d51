"""Members: seen by all, changed by those who may, and leaving without a trace of access."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.db.pool import Database
from core.messaging import unassign
from tests.http.conftest import Enter
from tests.http.ledger import new_thread
from tests.people.crew import EnterAs
from tests.seed import SeededTenant


async def _id(caller: Any) -> str:
    return str((await caller.get("/me")).json["id"])


async def test_colleagues_are_listed_by_name_and_their_addresses_to_managers_alone(
    db: Database, enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    admin, agent = await enter(tenant, "admin"), await enter(tenant, "agent")
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Sales') returning id", tenant.id)
    await db.system.execute("insert into team_members values ($1, $2, $3)", tenant.id, team, tenant.agent_id)
    listed = (await admin.get("/members")).json["items"]
    assert [one["name"] for one in listed] == ["Admin", "Agent", "Agent", "Owner"]
    seen = next(one for one in listed if one["id"] == str(tenant.agent_id))
    assert (seen["email"], seen["role"], seen["role_name"]) == ("agent@atlas.test", "agent", "Agent")
    assert seen["teams"] == [{"id": str(team), "name": "Sales"}]
    assert (seen["second_factor"], seen["last_seen_at"], seen["version"]) == (False, None, 1)
    assert next(one for one in listed if one["name"] == "Admin")["last_seen_at"] is not None
    shown = (await agent.get(f"/members/{tenant.agent_id}")).json
    assert shown == {**seen, "email": None, "second_factor": None, "last_seen_at": None}
    assert (await agent.get("/members?lang=fr")).json["items"][3]["role_name"] == "Propriétaire"


async def test_a_long_list_comes_in_pages(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    admin = await enter(tenant, "admin")
    first = (await admin.get("/members?limit=2")).json
    second = (await admin.get(f"/members?limit=2&cursor={first['next']}")).json
    assert [one["name"] for one in first["items"] + second["items"]] == ["Admin", "Agent", "Owner"]
    assert second["next"] is None


async def test_a_role_is_changed_told_and_recorded(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    changed = await boss.ask("PATCH", f"/members/{tenant.agent_id}", {"role": "supervisor", "name": "Salma"})
    assert (changed.status, changed.json["role"], changed.json["name"]) == (200, "supervisor", "Salma")
    assert changed.json["version"] == 2
    told = await db.system.fetchval("select payload from event_outbox where type = 'member.saved'")
    assert told == {"member": {"id": str(tenant.agent_id), "name": "Salma", "role": "supervisor"}}
    entry = await db.system.fetchrow("select subject_id, changes from audit_log where action = 'member.updated'")
    assert entry is not None
    assert dict(entry) == {"subject_id": str(tenant.agent_id),
                           "changes": {"role": ["agent", "supervisor"], "name": [None, None]}}  # fmt: skip
    same = await boss.ask("PATCH", f"/members/{tenant.agent_id}", {"role": "supervisor"})
    assert same.json == changed.json
    assert (await boss.ask("PATCH", f"/members/{tenant.agent_id}", {"role": "king"})).status == 422
    assert (await boss.ask("PATCH", f"/members/{uuid4()}", {"role": "agent"})).status == 404


async def test_several_change_together_or_not_at_all(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    viewer = await _id(await enter(tenant, "viewer"))
    pair = [{"id": str(tenant.agent_id), "role": "viewer"}, {"id": viewer, "role": "agent"}]
    changed = await boss.ask("PUT", "/members", {"members": pair})
    roles = {one["id"]: one["role"] for one in changed.json["items"]}
    assert roles == {str(tenant.agent_id): "viewer", viewer: "agent"}
    for last, status in (({"id": str(uuid4()), "role": "agent"}, 404), ({"id": viewer, "role": "king"}, 422),
                         (pair[0], 422)):  # fmt: skip
        refused = await boss.ask("PUT", "/members", {"members": [{"id": str(tenant.agent_id), "role": "agent"}, last]})
        assert refused.status == status
    assert await db.system.fetchval("select role from memberships where user_id = $1", tenant.agent_id) == "viewer"


async def test_the_last_owner_stays(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    me = await _id(boss)
    assert (await boss.ask("DELETE", f"/members/{tenant.owner_id}")).status == 204
    for method, path, body in (
        ("PATCH", f"/members/{me}", {"role": "admin"}), ("DELETE", f"/members/{me}", None),
        ("PUT", "/members", {"members": [{"id": me, "role": "viewer"}]}),
    ):  # fmt: skip
        refused = await boss.ask(method, path, body)
        assert (refused.status, refused.json["type"]) == (409, "/problems/last-owner")


async def test_an_owner_who_cannot_log_in_does_not_count(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    await db.system.execute("update users set disabled_at = now() where id = $1", tenant.owner_id)
    assert (await boss.ask("DELETE", f"/members/{await _id(boss)}")).status == 409


async def test_two_owners_who_unmake_each_other_at_once_leave_one(
    db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    one, other = await enter(tenant, "owner"), await enter(tenant, "owner")
    assert (await one.ask("DELETE", f"/members/{tenant.owner_id}")).status == 204
    answers = await asyncio.gather(
        one.ask("PATCH", f"/members/{await _id(other)}", {"role": "admin"}),
        other.ask("PATCH", f"/members/{await _id(one)}", {"role": "admin"}),
    )
    assert sorted(answer.status for answer in answers)[0] == 200
    assert await db.system.fetchval("select count(*) from memberships where role = 'owner'") == 1


async def test_who_is_removed_is_out_at_once_and_their_conversations_are_nobodys(
    db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    boss, agent = await enter(tenant, "owner"), await enter(tenant, "agent")
    gone, thread = await _id(agent), await new_thread(db, tenant)
    other = await new_thread(db, tenant, name="Driss", phone="212661000002")
    taken = await agent.ask("PUT", f"/conversations/{thread.conversation_id}/assignment", {"assignee": "me"})
    assert taken.status == 200
    assert (await boss.ask("DELETE", f"/members/{gone}")).status == 204
    assert (await agent.get("/me")).status == 401
    assert (await boss.get(f"/members/{gone}")).status == 404
    assert (await boss.get(f"/conversations/{thread.conversation_id}")).json["assignee"] is None
    told = await db.system.fetch("select conversation_id, payload from event_outbox "
                                 "where type = 'conversation.assigned' order by id")  # fmt: skip
    assert [row["conversation_id"] for row in told] == [thread.conversation_id] * 2
    assert told[1]["payload"]["previous"] == gone
    assert told[1]["payload"]["conversation"]["assignee"] is None
    assert await db.system.fetchval("select payload from event_outbox where type = 'member.removed'") == {"id": gone}
    entry = await db.system.fetchval("select changes from audit_log where action = 'member.removed'")
    assert entry == {"role": ["agent", None], "conversations": [1, 0]}
    assert await db.system.fetchval("select version from conversations where id = $1", other.conversation_id) == 1


async def test_of_many_conversations_a_few_at_a_time_are_nobodys_and_each_is_told(
    db: Database, enter: Enter, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unassign, "BATCH", 2)
    boss, agent = await enter(tenant, "owner"), await enter(tenant, "agent")
    gone = await _id(agent)
    theirs = [(await new_thread(db, tenant, name="Driss", phone=f"21266100000{number}")).conversation_id
              for number in range(5)]  # fmt: skip
    await db.system.execute("update conversations set assignee_id = $1", UUID(gone))
    await db.system.execute("update conversations set status = 'closed' where id <> $1", theirs[0])
    assert (await boss.ask("DELETE", f"/members/{gone}")).status == 204
    assert await db.system.fetchval("select count(*) from conversations where assignee_id is not null") == 0
    assert await db.system.fetchval("select count(distinct xmin::text) from conversations") == 3
    told = await db.system.fetch("select conversation_id from event_outbox where type = 'conversation.assigned'")
    assert sorted(row["conversation_id"] for row in told) == sorted(theirs)
    entry = await db.system.fetchval("select changes from audit_log where action = 'member.removed'")
    assert entry["conversations"] == [5, 0]


async def test_who_is_removed_while_somebody_writes_waits_in_the_order_of_all(
    db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    boss, agent = await enter(tenant, "owner"), await enter(tenant, "agent")
    gone = await _id(agent)
    first, second = sorted([(await new_thread(db, tenant, name="Driss", phone=f"21266100000{number}")).conversation_id
                            for number in range(2)])  # fmt: skip
    for one in (second, first):  # and so they lie
        await db.system.execute("update conversations set assignee_id = $1 where id = $2", UUID(gone), one)
    async with asyncio.timeout(20), db.system_transaction() as connection:
        await connection.execute("select from conversations where id = $1 for update", first)
        removing = asyncio.create_task(boss.ask("DELETE", f"/members/{gone}"))
        while not await db.system.fetchval(_WAITING):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)
        await connection.execute("select from conversations where id = $1 for update", second)
    assert (await removing).status == 204


_WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def test_who_leaves_one_tenant_stays_in_the_other(
    db: Database, enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    boss, agent = await enter(tenant, "owner"), await enter(tenant, "agent")
    gone = await _id(agent)
    await db.system.execute("insert into memberships (tenant_id, user_id, name, role) values ($1, $2, 'A', 'agent')",
                            other_tenant.id, gone)  # fmt: skip
    assert (await boss.ask("DELETE", f"/members/{gone}")).status == 204
    assert (await agent.get("/me")).status == 401
    assert await db.system.fetchval("select count(*) from memberships where user_id = $1", gone) == 1


async def test_an_admin_manages_admins_and_no_owner(enter: Enter, tenant: SeededTenant, enter_as: EnterAs) -> None:
    admin, other = await enter(tenant, "admin"), await enter(tenant, "admin")
    assert (await admin.ask("PATCH", f"/members/{await _id(other)}", {"role": "agent"})).status == 200
    assert (await admin.ask("PATCH", f"/members/{tenant.owner_id}", {"role": "agent"})).status == 403
    assert (await admin.ask("DELETE", f"/members/{tenant.owner_id}")).status == 403
    assert (await admin.ask("PATCH", f"/members/{tenant.agent_id}", {"role": "owner"})).status == 403
