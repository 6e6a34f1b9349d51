"""The audit log through the API: whoever may read it, of their own tenant, whole."""

import csv
import io
import json
from typing import cast

import asyncpg

from core import audit
from core.audit import Actor, acting
from core.db.pool import Database
from core.db.scope import Sees, tenant_scope
from core.http.application import Application
from tests.http.conftest import Enter
from tests.http.ledger import new_thread
from tests.people.crew import in_roles
from tests.seed import SeededTenant


async def write(db: Database, tenant: SeededTenant, action: str, **changes: object) -> None:
    with tenant_scope(tenant.id), acting(Actor("member", str(tenant.owner_id), "196.200.131.7", "a-request")):
        async with db.tenant_transaction() as connection:
            await audit.record(connection, action, "member", tenant.agent_id, changes)


async def test_entries_come_newest_first_with_todays_names(db: Database, tenant: SeededTenant, enter: Enter) -> None:
    for number in range(5):
        await write(db, tenant, "member.updated", role=[None, number])
    admin = await enter(tenant, "admin")
    first = (await admin.get("/audit?limit=3&action=member.updated")).json
    rest = (await admin.get(f"/audit?limit=3&action=member.updated&cursor={first['next']}")).json
    found = first["items"] + rest["items"]
    assert [entry["changes"]["role"][1] for entry in found] == [4, 3, 2, 1, 0]
    assert rest["next"] is None
    assert found[0]["actor"]["id"] == str(tenant.owner_id)
    assert found[0]["actor"]["name"]
    assert found[0]["subject"]["name"]
    assert (found[0]["ip"], found[0]["request_id"]) == ("196.200.131.7", "a-request")


async def test_each_filter_narrows(db: Database, tenant: SeededTenant, enter: Enter) -> None:
    await write(db, tenant, "member.updated")
    await write(db, tenant, "team.created")
    admin = await enter(tenant, "admin")

    async def actions(query: str) -> list[str]:
        return [entry["action"] for entry in (await admin.get(f"/audit?{query}")).json["items"]]

    assert await actions("action=team") == ["team.created"]
    assert await actions("action=team.created") == ["team.created"]
    assert await actions(f"actor={tenant.agent_id}") == []
    assert set(await actions(f"subject_kind=member&subject_id={tenant.agent_id}")) == {"member.updated", "team.created"}
    assert await actions("until=2020-01-01T00:00:00Z") == []
    assert len(await actions("since=2020-01-01T00:00:00Z")) >= 2
    assert {"member.updated", "team.created"} <= set((await admin.get("/audit/actions")).json["items"])


async def test_rubbish_in_the_query_is_said_to_be_rubbish(tenant: SeededTenant, enter: Enter) -> None:
    admin = await enter(tenant, "admin")
    for query in ("cursor=x", "cursor=99999999999999999999", "since=yesterday", "limit=0", "action=", "colour=red"):
        assert (await admin.get(f"/audit?{query}")).status == 422, query


async def test_the_other_tenants_log_is_out_of_reach(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant, enter: Enter
) -> None:
    await write(db, other_tenant, "secret.deed")
    admin = await enter(tenant, "owner")
    assert "secret.deed" not in (await admin.get("/audit/actions")).json["items"]
    for path in ("/audit", "/audit/file?format=csv", "/audit/file?format=jsonl"):
        assert b"secret.deed" not in (await admin.get(path)).raw


async def test_agents_may_not_read_it(tenant: SeededTenant, enter: Enter) -> None:
    agent = await enter(tenant, "agent")
    for path in ("/audit", "/audit/actions", "/audit/verification", "/audit/file"):
        assert (await agent.get(path)).status == 403, path


async def test_a_file_has_every_entry_and_no_formula(db: Database, tenant: SeededTenant, enter: Enter) -> None:
    for number in range(600):
        await write(db, tenant, "member.updated", n=[None, number])
    async with db.system_transaction() as connection:
        await connection.execute("update memberships set name = '=HYPERLINK(1)' where user_id = $1", tenant.owner_id)
    admin = await enter(tenant, "admin")
    taken = (await admin.get("/audit/file?format=jsonl&action=member.updated")).raw
    lines = [json.loads(line) for line in taken.splitlines()]
    assert [entry["changes"]["n"][1] for entry in lines] == list(reversed(range(600)))
    rows = list(csv.DictReader(io.StringIO((await admin.get("/audit/file?action=member.updated")).raw.decode())))
    assert len(rows) == 600
    assert {row["actor_name"] for row in rows} == {"'=HYPERLINK(1)"}
    exports = (await admin.get("/audit?action=audit.exported")).json["items"]
    assert [entry["changes"]["format"][1] for entry in exports] == ["csv", "jsonl"]


async def test_a_file_names_no_conversation_that_its_reader_does_not_see(
    db: Database, app: Application, tenant: SeededTenant
) -> None:
    """They are customers' names: whoever sees less is told them no more in a file than in the list."""
    thread = await new_thread(db, tenant)
    name = await db.system.fetchval("select display_name from contacts where id = $1", thread.contact_id)
    with tenant_scope(tenant.id):
        async with db.tenant_transaction() as connection:
            await audit.record(connection, "conversation.closed", "conversation", thread.conversation_id)
    enter_as = in_roles(app, db)
    for key, sees, told in (("chief", "all", True), ("clerk", "own", False)):
        reader = await enter_as(tenant, key, ["audit.read"], cast(Sees, sees))
        for path in ("/audit?", "/audit/file?format=csv&", "/audit/file?format=jsonl&"):
            found = (await reader.get(f"{path}action=conversation.closed")).raw.decode()
            assert str(thread.conversation_id) in found
            assert (name in found) is told, path


async def test_verification_names_the_entry_that_was_changed(db: Database, tenant: SeededTenant, enter: Enter) -> None:
    for _ in range(3):
        await write(db, tenant, "member.updated")
    admin = await enter(tenant, "admin")
    before = (await admin.get("/audit/verification")).json
    assert before["ok"] is True
    assert before["entries"] >= 3
    superuser = await asyncpg.connect(db.url)
    await superuser.execute("update audit_log set action = 'x.y' where chain = $1 and n = 2", tenant.id)
    await superuser.close()
    after = (await admin.get("/audit/verification")).json
    assert (after["ok"], [fault["n"] for fault in after["faults"]]) == (False, [2])
