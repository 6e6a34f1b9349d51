"""A suspended tenant: nobody enters, nothing is sent, what customers write is stored."""

import json
from uuid import uuid4

from core.app import WebProcess
from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.intake import Intake
from tests.http.callers import Caller, new_member
from tests.http.conftest import Enter
from tests.platform.conftest import Operator
from tests.seed import SeededTenant


async def set_status(caller: Caller, tenant: SeededTenant, status: str) -> int:
    return (await caller.ask("PUT", f"/platform/tenants/{tenant.id}/status", {"status": status})).status


async def test_sessions_and_keys_of_a_suspended_tenant_open_nothing_until_it_is_resumed(
    operator: Operator, enter: Enter, with_key: Enter, process: WebProcess, db: Database, tenant: SeededTenant,
    other_tenant: SeededTenant,
) -> None:  # fmt: skip
    caller = await operator(other_tenant)
    member, key = await enter(tenant, "admin"), await with_key(tenant, "admin")
    neighbour = await enter(other_tenant, "admin")
    _, email = await new_member(db, tenant.id, "agent")
    assert await set_status(caller, tenant, "suspended") == 200
    refused = await key.get("/conversations")
    assert (refused.status, refused.json["type"]) == (403, "/problems/suspended")
    assert (await member.get("/conversations")).status == 401
    back = await Caller(process.app).log_in(email)
    assert (back.status, back.json["type"]) == (403, "/problems/suspended")
    assert (await Caller(process.app).log_in(email, "a wrong password")).status == 401
    assert (await neighbour.get("/conversations")).status == 200
    assert await set_status(caller, tenant, "active") == 200
    assert (await key.get("/conversations")).status == 200
    assert (await member.get("/conversations")).status == 401
    assert (await Caller(process.app).log_in(email)).status == 200


async def test_nobody_suspends_the_tenant_they_are_in(operator: Operator, tenant: SeededTenant) -> None:
    assert await set_status(await operator(tenant), tenant, "suspended") == 409


async def test_somebody_of_two_tenants_enters_the_other_one(
    operator: Operator, process: WebProcess, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    user_id, email = await new_member(db, tenant.id, "agent")
    await db.system.execute("insert into memberships (tenant_id, user_id, name, role) values ($1, $2, 'A', 'agent')",
                            other_tenant.id, user_id)  # fmt: skip
    await set_status(await operator(other_tenant), tenant, "suspended")
    visitor = Caller(process.app)
    assert (await visitor.log_in(email)).json["me"]["tenant"]["slug"] == "zagora"


async def test_what_customers_write_to_a_suspended_tenant_is_stored(
    operator: Operator, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await set_status(await operator(other_tenant), tenant, "suspended")
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": tenant.phone_number_id},
             "contacts": [{"wa_id": "212600000001", "profile": {"name": "Zineb"}}],
             "messages": [{"from": "212600000001", "id": f"wamid.{uuid4().hex}", "timestamp": "1790000000",
                           "type": "text", "text": {"body": "still here?"}}]}  # fmt: skip
    body = {"object": "whatsapp_business_account", "entry": [{"id": tenant.waba_id, "changes": [
        {"field": "messages", "value": value}]}]}  # fmt: skip
    await db.system.execute(
        "with j as (insert into journal (app_slug, headers, body) values ($1, '{}', $2) returning id) "
        "insert into journal_pending (id) select id from j", tenant.app_slug, json.dumps(body).encode())  # fmt: skip
    wake = Wake(db.url)
    intake = Intake(db, wake)
    await intake.drain()
    await intake.close()
    await wake.close()
    assert await db.system.fetchval("select body from messages where tenant_id = $1", tenant.id) == "still here?"
