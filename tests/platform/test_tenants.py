"""The operator's tenants."""

from typing import Any
from uuid import uuid4

import pytest

from core.db.pool import Database
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.platform.conftest import Operator
from tests.seed import SeededTenant


async def test_tenants_are_listed_by_name_with_what_they_use(
    operator: Operator, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread
) -> None:
    caller = await operator(tenant)
    await db.system.execute(
        "insert into attachments (tenant_id, message_id, kind, state, size) "
        "select tenant_id, id, 'image', s.state, 100 from (select * from messages limit 1) m, "
        "unnest(array['stored', 'failed']) s (state)")
    first = await caller.get("/platform/tenants?limit=1")
    second = await caller.get(f"/platform/tenants?limit=1&cursor={first.json['next']}")
    assert [first.json["items"][0]["slug"], second.json["items"][0]["slug"], second.json["next"]] == [
        "atlas", "zagora", None]  # fmt: skip
    atlas = first.json["items"][0]
    messages = await db.system.fetchval("select count(*) from messages where at > now() - interval '30 days'")
    assert messages > 0
    assert (atlas["members"], atlas["accounts"], atlas["messages_30d"], atlas["storage_bytes"]) == (3, 1, messages, 100)
    assert atlas["last_message_at"] is not None
    assert second.json["items"][0]["messages_30d"] == 0
    assert (await caller.get(f"/platform/tenants/{tenant.id}")).json == atlas


async def test_tenants_are_found_by_a_part_of_their_name_and_by_status(
    operator: Operator, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    await db.system.execute("update tenants set status = 'suspended' where id = $1", other_tenant.id)

    async def found(query: str) -> list[str]:
        return [one["slug"] for one in (await caller.get(f"/platform/tenants?{query}")).json["items"]]

    assert await found("q=TLA") == ["atlas"]
    assert await found("status=suspended") == ["zagora"]
    assert await found("q=%25") == []
    assert (await caller.get("/platform/tenants?status=gone")).status == 422


async def test_only_whoever_runs_the_installation_looks_at_it(
    enter: Enter, with_key: Enter, anonymous: Any, tenant: SeededTenant
) -> None:
    owner, key = await enter(tenant, "owner"), await with_key(tenant, "owner")
    paths = ["/platform/tenants", f"/platform/tenants/{tenant.id}", "/platform/people", "/platform/health",
             "/platform/plugins"]  # fmt: skip
    for path in paths:
        assert [(await who.get(path)).status for who in (owner, key, anonymous)] == [403, 403, 401]
    body = {"status": "suspended"}
    assert (await owner.ask("PUT", f"/platform/tenants/{tenant.id}/status", body)).status == 403


async def test_a_tenant_is_made_and_its_owner_invited(operator: Operator, db: Database, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    body = {"name": "Dune Travel", "owner_email": "Salma@dune.test", "locale": "ar"}
    made = await caller.ask("POST", "/platform/tenants", body)
    assert (made.status, made.json["slug"], made.json["locale"], made.json["members"]) == (201, "dune-travel", "ar", 0)
    [invitation] = await db.system.fetch("select tenant_id, email, role from invitations")
    assert (str(invitation["tenant_id"]), invitation["email"], invitation["role"]) == (
        made.json["id"], "salma@dune.test", "owner")  # fmt: skip
    assert await db.system.fetchval("select count(*) from jobs where name = 'send_mail'") == 1
    again = await caller.ask("POST", "/platform/tenants", {**body, "slug": "dune-travel"})
    assert again.status == 409
    assert await db.system.fetchval("select count(*) from invitations") == 1
    other = await caller.ask("POST", "/platform/tenants", body)
    assert other.json["slug"] == "dune-travel-2"


async def test_the_installations_log_tells_of_a_tenant_by_its_id_alone(
    operator: Operator, db: Database, tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    made = (await caller.ask("POST", "/platform/tenants", {"name": "Dune", "owner_email": "s@dune.test"})).json
    await caller.ask("PUT", f"/platform/tenants/{made['id']}/status", {"status": "suspended", "reason": "Dune unpaid"})
    await caller.ask("PUT", f"/platform/tenants/{made['id']}/status", {"status": "active"})
    rows = await db.system.fetch("select action, subject_id, t::text as row from audit_log t where tenant_id is null")
    assert [(row["action"], row["subject_id"]) for row in rows] == [
        (f"tenant.{verb}", made["id"]) for verb in ("created", "suspended", "resumed")]  # fmt: skip
    assert not any("une" in row["row"] for row in rows)
    own = await db.system.fetch("select action from audit_log where tenant_id = $1::text::uuid order by n", made["id"])
    assert [row["action"] for row in own] == [
        "tenant.created", "member.invited", "tenant.suspended", "tenant.resumed"]  # fmt: skip


async def test_a_tenant_is_changed_as_by_its_own_administrators(
    operator: Operator, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    answer = await caller.ask("PATCH", f"/platform/tenants/{other_tenant.id}", {"name": "Zagora II", "hue": 5})
    assert (answer.status, answer.json["name"], answer.json["hue"]) == (200, "Zagora II", 5)
    assert (await caller.ask("PATCH", f"/platform/tenants/{uuid4()}", {"name": "x"})).status == 404
    [entry] = await db.system.fetch("select tenant_id, actor_kind from audit_log where action = 'tenant.updated'")
    assert (entry["tenant_id"], entry["actor_kind"]) == (other_tenant.id, "member")
    assert await db.system.fetchval("select name from tenants where id = $1", tenant.id) == "Atlas"


@pytest.mark.parametrize("status", ["closing", "gone", None])
async def test_a_status_is_active_or_suspended(operator: Operator, tenant: SeededTenant, status: str | None) -> None:
    caller = await operator(tenant)
    answer = await caller.ask("PUT", f"/platform/tenants/{tenant.id}/status", {"status": status})
    assert answer.status == 422
