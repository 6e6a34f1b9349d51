"""The operator's people."""

from uuid import uuid4

from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller, new_member
from tests.platform.conftest import Operator
from tests.seed import SeededTenant


async def the_id(db: Database, email_part: str) -> str:
    return str(await db.system.fetchval("select id from users where email like $1", f"%{email_part}%"))


async def test_people_of_every_tenant_are_listed_by_address(
    operator: Operator, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    first = await caller.get("/platform/people?limit=2")
    assert [one["email"] for one in first.json["items"]] == ["agent@atlas.test", "agent@zagora.test"]
    rest = await caller.get(f"/platform/people?limit=100&cursor={first.json['next']}")
    assert len(rest.json["items"]) == 3
    [found] = (await caller.get("/platform/people?q=OWNER@ZAG")).json["items"]
    assert [(one["slug"], one["role"]) for one in found["tenants"]] == [("zagora", "owner")]
    assert (found["disabled"], found["platform_admin"], found["second_factor"]) == (False, False, False)


async def test_a_disabled_person_is_out_at_once_and_stays_out(
    operator: Operator, app: Application, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    caller = await operator(tenant)
    user_id, email = await new_member(db, other_tenant.id, "agent")
    visitor = Caller(app)
    assert (await visitor.log_in(email)).status == 200
    answer = await caller.ask("PATCH", f"/platform/people/{user_id}", {"disabled": True})
    assert (answer.status, answer.json["disabled"]) == (200, True)
    assert (await visitor.get("/me")).status == 401
    assert (await visitor.log_in(email)).status == 401
    await caller.ask("PATCH", f"/platform/people/{user_id}", {"disabled": False})
    assert (await visitor.log_in(email)).status == 200
    rows = await db.system.fetch("select subject_id, changes from audit_log where action = 'person.updated' order by n")
    assert [(row["subject_id"], row["changes"]) for row in rows] == [
        (str(user_id), {"disabled": [False, True]}), (str(user_id), {"disabled": [True, False]})]  # fmt: skip


async def test_somebody_always_runs_the_installation(operator: Operator, db: Database, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    own = (await caller.get("/me")).json["id"]
    assert (await caller.ask("PATCH", f"/platform/people/{own}", {"disabled": True})).status == 409
    assert (await caller.ask("PATCH", f"/platform/people/{own}", {"platform_admin": False})).status == 409
    second = await the_id(db, "owner@atlas")
    assert (await caller.ask("PATCH", f"/platform/people/{second}", {"platform_admin": True})).status == 200
    assert (await caller.ask("PATCH", f"/platform/people/{own}", {"platform_admin": False})).status == 200
    assert (await caller.get("/platform/people")).status == 403


async def test_nobody_unknown_is_changed(operator: Operator, tenant: SeededTenant) -> None:
    caller = await operator(tenant)
    assert (await caller.ask("PATCH", f"/platform/people/{uuid4()}", {"disabled": True})).status == 404
