"""API keys as a tenant gives them out: no key holds more than its giver, by any road."""

from typing import Any

import asyncpg
import pytest

from core.auth.permissions import Permissions, Role
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.http.application import Application
from tests.http.callers import Answer, Caller
from tests.http.conftest import Enter
from tests.seed import SeededTenant

Json = dict[str, Any]
AGENT: Json = {"name": "n8n", "role": "agent"}


@pytest.fixture
async def admin(enter: Enter, tenant: SeededTenant) -> Caller:
    return await enter(tenant, "admin")


def program(app: Application, answer: Answer) -> Caller:
    assert answer.status == 201, answer.json
    return Caller(app, {"Authorization": f"Bearer {answer.json['key']}"})


async def custom(db: Database, tenant: SeededTenant, key: str, *permissions: str, sees: str = "all") -> None:
    await db.system.execute(
        "insert into roles (tenant_id, key, name, permissions, sees) values ($1, $2, initcap($2), $3, $4)",
        tenant.id, key, list(permissions), sees,
    )  # fmt: skip


async def become(db: Database, caller: Caller, role: str) -> None:
    """Change the role of whoever this is."""
    await db.system.execute("update memberships set role = $2 where user_id = $1", (await caller.get("/me")).json["id"],
                            role)  # fmt: skip


async def test_a_key_is_shown_once_and_listed_by_how_it_begins(
    admin: Caller, app: Application, db: Database
) -> None:
    made = await admin.ask("POST", "/api-keys", {**AGENT, "expires_in_days": 30})
    key = made.json.pop("key")
    assert key.startswith(made.json["prefix"] + "_")
    assert made.json["created_by"]["name"] == "Admin"
    assert (await Caller(app, {"Authorization": f"Bearer {key}"}).get("/me")).json["role"] == "agent"
    listed = (await admin.get("/api-keys")).json
    assert listed["items"][0] | {"last_used_at": None} == made.json
    assert listed["items"][0]["last_used_at"] is not None
    assert key[18:] not in str(listed)
    rows = await db.system.fetch("select t::text from api_keys t union all select a::text from audit_log a")
    assert key[18:50] not in str(rows)


async def test_keys_are_listed_newest_first_and_in_pages(admin: Caller) -> None:
    for number in range(5):
        await admin.ask("POST", "/api-keys", {**AGENT, "name": f"key {number}"})
    seen, cursor = [], ""
    while True:
        page = (await admin.get(f"/api-keys?limit=2{cursor}")).json
        seen += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"key {number}" for number in (4, 3, 2, 1, 0)]


async def test_scopes_narrow_what_the_role_may(admin: Caller, app: Application) -> None:
    made = await admin.ask("POST", "/api-keys", {**AGENT, "scopes": ["contacts.read"]})
    reader = program(app, made)
    assert (await reader.get("/me")).json["permissions"] == ["contacts.read"]
    assert (await reader.get("/contacts")).status == 200
    assert (await reader.get("/conversations")).status == 403
    assert (await reader.ask("POST", "/contacts", {"name": "Salma"})).status == 403


@pytest.mark.parametrize(
    "wish",
    [{"role": "nobody"}, {"role": ""}, {"scopes": []}, {"scopes": ["members.manage"]}, {"scopes": ["everything"]},
     {"scopes": ["platform.manage"]}, {"scopes": ["contacts.read", "tenant.delete"]}, {"expires_in_days": 0},
     {"expires_in_days": -1}, {"expires_in_days": 100_000}, {"name": ""}, {"name": "x" * 201}, {"key": "wak_live_mine"},
     {"tenant_id": "00000000-0000-0000-0000-000000000000"}],
    ids=str,
)  # fmt: skip
async def test_a_wish_that_makes_no_sense_is_refused(wish: Json, admin: Caller, db: Database) -> None:
    assert (await admin.ask("POST", "/api-keys", {**AGENT, **wish})).status == 422
    assert await db.system.fetchval("select count(*) from api_keys") == 0


@pytest.mark.parametrize("role", ["supervisor", "agent", "viewer"])
async def test_keys_are_for_those_who_manage_them(role: Role, enter: Enter, tenant: SeededTenant) -> None:
    caller = await enter(tenant, role)
    assert (await caller.get("/api-keys")).status == 403
    assert (await caller.ask("POST", "/api-keys", {"name": "x", "role": "viewer"})).status == 403
    assert (await caller.ask("DELETE", "/api-keys/00000000-0000-0000-0000-000000000000")).status == 403


async def test_an_admin_makes_no_owners_key_and_an_owner_does(
    admin: Caller, enter: Enter, tenant: SeededTenant, app: Application
) -> None:
    for scopes in (None, ["tenant.delete"], ["contacts.read"]):
        refused = await admin.ask("POST", "/api-keys", {"name": "x", "role": "owner", "scopes": scopes})
        assert refused.status == 403, scopes
    owner = await enter(tenant, "owner")
    made = program(app, await owner.ask("POST", "/api-keys", {"name": "x", "role": "owner"}))
    assert "tenant.delete" in (await made.get("/me")).json["permissions"]


async def test_who_holds_little_gives_little(
    admin: Caller, db: Database, tenant: SeededTenant, app: Application
) -> None:
    await custom(db, tenant, "keeper", "keys.manage", "contacts.read")
    await become(db, admin, "keeper")
    for wish in (AGENT, {"name": "x", "role": "admin"}, {**AGENT, "scopes": ["contacts.read", "messages.send"]}):
        refused = await admin.ask("POST", "/api-keys", wish)
        assert (refused.status, "more than you" in refused.json["detail"]) == (403, True)
    narrow = await admin.ask("POST", "/api-keys", {**AGENT, "scopes": ["contacts.read"]})
    assert (await program(app, narrow).get("/me")).json["permissions"] == ["contacts.read"]
    own = await admin.ask("POST", "/api-keys", {"name": "x", "role": "keeper"})
    assert (await program(app, own).get("/me")).json["permissions"] == ["contacts.read", "keys.manage"]


async def test_who_sees_few_conversations_makes_no_key_that_sees_all(
    admin: Caller, db: Database, tenant: SeededTenant
) -> None:
    await custom(db, tenant, "keeper", "keys.manage", "conversations.read", sees="own")
    await become(db, admin, "keeper")
    wish = {**AGENT, "scopes": ["conversations.read"]}
    assert (await admin.ask("POST", "/api-keys", wish)).status == 403
    assert (await admin.ask("POST", "/api-keys", {"name": "x", "role": "keeper"})).status == 201


async def test_a_narrow_key_makes_no_wider_one(admin: Caller, app: Application) -> None:
    made = await admin.ask("POST", "/api-keys", {"name": "x", "role": "admin", "scopes": ["keys.manage"]})
    narrow = program(app, made)
    for wish in (AGENT, {"name": "y", "role": "admin"}, {"name": "y", "role": "admin", "scopes": ["members.manage"]},
                 {"name": "y", "role": "owner", "scopes": ["keys.manage"]}):  # fmt: skip
        assert (await narrow.ask("POST", "/api-keys", wish)).status == 403, wish
    same = await narrow.ask("POST", "/api-keys", {"name": "y", "role": "admin", "scopes": ["keys.manage"]})
    assert (same.status, same.json["created_by"]) == (201, None)


async def test_a_key_does_not_outlive_itself_in_another(admin: Caller, app: Application) -> None:
    made = await admin.ask("POST", "/api-keys", {"name": "x", "role": "admin", "expires_in_days": 1})
    short = program(app, made)
    for days in (None, 365):
        longer = await short.ask("POST", "/api-keys", {**AGENT, "expires_in_days": days})
        assert longer.json["expires_at"] == made.json["expires_at"]


async def test_a_platform_admins_key_is_none(admin: Caller, db: Database, app: Application) -> None:
    await db.system.execute("update users set platform_admin = true")
    assert "platform.manage" in (await admin.get("/me")).json["permissions"]
    made = program(app, await admin.ask("POST", "/api-keys", {"name": "x", "role": "admin"}))
    assert "platform.manage" not in (await made.get("/me")).json["permissions"]


async def test_a_scope_does_not_bring_back_what_the_role_has_lost(
    admin: Caller, db: Database, tenant: SeededTenant, app: Application
) -> None:
    await custom(db, tenant, "reader", "contacts.read", "contacts.write")
    wish = {"name": "x", "role": "reader", "scopes": ["contacts.read", "contacts.write"]}
    reader = program(app, await admin.ask("POST", "/api-keys", wish))
    await db.system.execute("update roles set permissions = '{contacts.read}'")
    assert (await reader.get("/me")).json["permissions"] == ["contacts.read"]


async def test_a_revoked_key_ends_at_once_and_stays_listed(admin: Caller, app: Application, db: Database) -> None:
    made = await admin.ask("POST", "/api-keys", AGENT)
    ended = program(app, made)
    assert (await ended.get("/me")).status == 200
    for _ in range(2):
        assert (await admin.ask("DELETE", f"/api-keys/{made.json['id']}")).status == 204
    assert (await ended.get("/me")).status == 401
    assert (await admin.get("/api-keys")).json["items"][0]["revoked_at"] is not None
    rows = await db.system.fetch("select action, subject_id from audit_log where subject_kind = 'api_key' order by n")
    assert [(row["action"], row["subject_id"]) for row in rows] == [
        ("api_key.created", made.json["id"]), ("api_key.revoked", made.json["id"])
    ]  # fmt: skip


async def test_another_tenants_keys_are_as_if_absent(
    admin: Caller, enter: Enter, other_tenant: SeededTenant, app: Application
) -> None:
    stranger = await enter(other_tenant, "owner")
    made = await admin.ask("POST", "/api-keys", AGENT)
    assert (await stranger.get("/api-keys")).json["items"] == []
    assert (await stranger.ask("DELETE", f"/api-keys/{made.json['id']}")).status == 404
    assert (await program(app, made).get("/me")).status == 200


async def test_the_tenants_own_database_role_makes_no_keys(db: Database, tenant: SeededTenant) -> None:
    """What plugins run with cannot give itself a way in, however it is led astray."""
    with tenant_scope(tenant.id), pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tenant() as connection:
            await connection.execute(
                "insert into api_keys (tenant_id, prefix, secret_hash, name) values ($1, 'x', '', 'x')", tenant.id
            )


def test_every_scope_there_is_can_be_given_by_an_owner() -> None:
    permissions = Permissions(["notes.write"])
    assert permissions.of("owner") >= permissions.grantable
