"""Deleting an organisation by the API."""

from typing import Any

from core.app import WebProcess
from core.db.pool import Database
from tests.http.callers import PASSWORD, Caller, new_member
from tests.http.conftest import Enter
from tests.platform.conftest import Operator, operator
from tests.seed import SeededTenant

__all__ = ["operator"]

SURE: dict[str, Any] = {"slug": "atlas", "password": PASSWORD}


async def was_exported(db: Database, tenant: SeededTenant) -> None:
    await db.system.execute("insert into exports (tenant_id, state, finished_at, expires_at) "
                            "values ($1, 'ready', now(), now() + interval '7 days')", tenant.id)  # fmt: skip


async def test_an_owner_who_is_sure_deletes_it_and_everybody_is_out(
    enter: Enter, with_key: Enter, process: WebProcess, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    owner, agent, key = await enter(tenant, "owner"), await enter(tenant, "agent"), await with_key(tenant, "owner")
    neighbour = await enter(other_tenant, "owner")
    _, email = await new_member(db, tenant.id, "agent")
    first = await owner.ask("DELETE", "/tenant", SURE)
    assert (first.status, first.json["type"]) == (409, "/problems/export-first")
    await was_exported(db, tenant)
    for wrong in ({"slug": "zagora"}, {"password": "wrong"}):
        refused = await owner.ask("DELETE", "/tenant", {**SURE, **wrong})
        assert (refused.status, refused.json["errors"][0]["loc"]) == (422, list(wrong))
    assert await db.system.fetchval("select status from tenants where id = $1", tenant.id) == "active"
    assert (await owner.ask("DELETE", "/tenant", SURE)).status == 202
    assert [(await who.get("/me")).status for who in (owner, agent, key, neighbour)] == [401, 401, 401, 200]
    assert (await Caller(process.app).log_in(email)).status == 403
    assert await db.system.fetchval("select status from tenants where id = $1", tenant.id) == "closing"
    assert await db.system.fetchval("select count(*) from jobs where name = 'erase_tenant'") == 1


async def test_nobody_below_an_owner_and_no_program_deletes_it(
    enter: Enter, with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    await was_exported(db, tenant)
    for who in (await enter(tenant, "admin"), await enter(tenant, "viewer"), await with_key(tenant, "owner")):
        assert (await who.ask("DELETE", "/tenant", SURE)).status == 403
    assert await db.system.fetchval("select status from tenants where id = $1", tenant.id) == "active"


async def test_an_operator_deletes_a_tenant_but_not_their_own(
    operator: Operator, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    path = f"/platform/tenants/{other_tenant.id}"
    first = await caller.ask("DELETE", path, {"slug": "zagora"})
    assert (first.status, first.json["type"]) == (409, "/problems/export-first")
    assert (await caller.ask("DELETE", path, {"slug": "atlas", "without_export": True})).status == 422
    own = {"slug": "atlas", "without_export": True}
    assert (await caller.ask("DELETE", f"/platform/tenants/{tenant.id}", own)).status == 409
    done = await caller.ask("DELETE", path, {"slug": "zagora", "without_export": True})
    assert (done.status, done.json["status"]) == (202, "closing")
    back = await caller.ask("PUT", f"{path}/status", {"status": "active"})
    assert back.status == 409


async def test_an_operator_asks_for_an_export(
    operator: Operator, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    asked = await caller.ask("POST", f"/platform/tenants/{other_tenant.id}/exports")
    assert (asked.status, asked.json["state"]) == (202, "waiting")
    assert await db.system.fetchval("select tenant_id from exports") == other_tenant.id
