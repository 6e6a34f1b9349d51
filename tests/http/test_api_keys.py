import pytest

from core.auth.api_keys import create_api_key, holder_of, revoke_api_key
from core.auth.permissions import Permissions
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.seed import SeededTenant


async def test_a_key_speaks_for_its_tenant(with_key: Enter, tenant: SeededTenant) -> None:
    me = (await (await with_key(tenant, "admin")).get("/me")).json
    assert (me["id"], me["email"], me["name"], me["auth"]) == (None, None, "a program", "api_key")
    assert me["tenant"]["id"] == str(tenant.id)


async def test_a_key_says_its_language(app: Application, db: Database, tenant: SeededTenant) -> None:
    key = await create_api_key(db, tenant.id, "n8n", "admin")
    for asked, word in (("ar;q=0.9, de", "وكيل خدمة"), ("de, en", "Agent")):
        caller = Caller(app, {"Authorization": f"Bearer {key}", "Accept-Language": asked})
        told = (await caller.get("/members")).json["items"]
        assert [one["role_name"] for one in told if one["role"] == "agent"] == [word]


async def test_a_key_looks_as_promised_and_only_its_hash_is_kept(db: Database, tenant: SeededTenant) -> None:
    key = await create_api_key(db, tenant.id, "n8n", "agent")
    assert len(key) == len("wak_live_") + 8 + 1 + 32 + 6
    row = await db.system.fetchrow("select prefix, secret_hash::text || name || role as rest from api_keys")
    assert row is not None
    assert key[9:17] == row["prefix"]
    assert key[18:50] not in row["rest"]


async def test_a_mistyped_key_is_recognised_without_the_database(
    db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await create_api_key(db, tenant.id, "n8n")
    wrong = key[:-8] + ("a" if key[-8] != "a" else "b") + key[-7:]
    monkeypatch.delattr(db, "system")
    for mistyped in (wrong, key[:-1], key + "x", "wak_live_", "", "é" * 56, key.upper()):
        assert await holder_of(db, Permissions(), mistyped) is None


@pytest.mark.parametrize(
    ("change", "status"),
    [("update api_keys set revoked_at = now()", 401), ("update api_keys set expires_at = now()", 401),
     ("update api_keys set secret_hash = '\\x00'", 401), ("delete from api_keys", 401),
     ("update tenants set status = 'suspended'", 403), ("update tenants set status = 'closing'", 403)],
)  # fmt: skip
async def test_a_key_that_has_ended_is_refused(
    change: str, status: int, with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "admin")
    assert (await program.get("/me")).status == 200
    await db.system.execute(change)
    refused = await program.get("/me")
    assert refused.status == status
    assert "wak_live_" not in refused.json["detail"]


async def test_revoking_is_for_ones_own_tenants_keys(
    with_key: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "admin")
    key_id = await db.system.fetchval("select id from api_keys")
    await revoke_api_key(db.system, other_tenant.id, key_id)
    assert (await program.get("/me")).status == 200
    await revoke_api_key(db.system, tenant.id, key_id)
    assert (await program.get("/me")).status == 401


async def test_with_a_bad_key_the_cookie_is_not_even_read(
    app: Application, enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    agent = await enter(tenant, "agent")
    assert (await agent.get("/me", Authorization="Bearer wak_live_nonsense")).status == 401


async def test_a_key_needs_no_csrf_token_and_no_origin(with_key: Enter, tenant: SeededTenant) -> None:
    program = await with_key(tenant, "admin")
    assert (await program.ask("POST", "/contacts", {"name": "Salma"})).status == 201


async def test_its_last_use_is_noted_once_a_minute(with_key: Enter, db: Database, tenant: SeededTenant) -> None:
    program = await with_key(tenant, "admin")
    await program.get("/me")
    first = await db.system.fetchval("select last_used_at from api_keys")
    await program.get("/me")
    assert first is not None
    assert await db.system.fetchval("select last_used_at from api_keys") == first
    await db.system.execute("update api_keys set last_used_at = now() - interval '61 seconds'")
    await program.get("/me")
    assert await db.system.fetchval("select last_used_at from api_keys") > first


async def test_a_key_cannot_log_out(with_key: Enter, tenant: SeededTenant, anonymous: Caller) -> None:
    assert (await (await with_key(tenant, "admin")).ask("DELETE", "/session")).status == 422
