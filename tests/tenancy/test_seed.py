from typing import Any

import pytest

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import Conflict, Invalid, NotFound
from core.tenancy import places
from core.tenancy.accounts import account_resources
from core.tenancy.seed import add_member, connect_account, create_api_key, create_meta_app, create_tenant, create_user
from core.tenancy.tenants import tenant_by_id, tenant_by_slug
from tests.seed import VAULT


async def test_a_tenant_is_made_ready_to_work(db: Database) -> None:
    tenant = await create_tenant(db, "dune-travel", "Dune Travel", locale="ar", hue=40)
    assert await tenant_by_slug(db, "dune-travel") == await tenant_by_id(db, tenant.id) == tenant
    user_id = await create_user(db, "owner@dune.test", "Salma", "a long password")
    await add_member(db, tenant.id, user_id, "owner")
    await add_member(db, tenant.id, user_id, "admin", name="Salma I.")
    row = await db.system.fetchrow("select role, name from memberships")
    assert row is not None
    assert (row["role"], row["name"]) == ("admin", "Salma I.")
    assert (await create_api_key(db, tenant.id, "demo")).startswith("wak_live_")
    app_id = await create_meta_app(db, VAULT, "meta", app_secrets=["s1", "s2"], verify_token="v")
    await connect_account(db, VAULT, tenant.id, phone_number_id="1", waba_id="2", display_phone_number="212520",
                          access_token="EAAG", meta_app_id=app_id)  # fmt: skip
    sealed = await db.system.fetchval("select access_token_sealed from accounts")
    secrets = await db.system.fetchval("select app_secrets_sealed from meta_apps")
    async with db.system.acquire() as connection:
        assert await VAULT.open(connection, sealed, places.access_token(tenant.id, "1")) == "EAAG"
        assert [await VAULT.open(connection, one, places.app_secret(None, "meta")) for one in secrets] == ["s1", "s2"]
    with tenant_scope(tenant.id):
        async with db.tenant() as connection:
            (account,) = await account_resources(connection)
    assert (account["phone_number_id"], account["status"]) == ("1", "connected")


async def test_a_number_belongs_to_one_tenant(db: Database) -> None:
    first, second = await create_tenant(db, "first", "First"), await create_tenant(db, "second", "Second")
    number: dict[str, Any] = {"phone_number_id": "1", "waba_id": "2", "display_phone_number": "212520"}
    await connect_account(db, VAULT, first.id, access_token="EAAG", **number)
    with pytest.raises(Conflict, match="already connected"):
        await connect_account(db, VAULT, second.id, access_token="EAAG", **number)


async def test_names_are_taken_once(db: Database) -> None:
    await create_tenant(db, "first", "First")
    with pytest.raises(Conflict, match="slug"):
        await create_tenant(db, "first", "Again")
    await create_user(db, "a@b.test", "A", "a long password")
    with pytest.raises(Conflict, match="account already"):
        await create_user(db, "A@B.test", "A", "a long password")


async def test_what_cannot_be_is_refused_with_its_cure(db: Database) -> None:
    with pytest.raises(Invalid, match="8 to 1024"):
        await create_user(db, "a@b.test", "A", "short")
    with pytest.raises(ValueError, match="app secret"):
        await create_meta_app(db, VAULT, "meta", app_secrets=[], verify_token="v")
    with pytest.raises(NotFound):
        await tenant_by_slug(db, "nobody")
