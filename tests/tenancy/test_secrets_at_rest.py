"""What a thief of the database gets: nothing that opens anything."""

from uuid import uuid4

import asyncpg
import pytest

from core.auth.api_keys import create_api_key
from core.auth.sessions import open_session
from core.auth.users import create_user
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.egress import Egress
from core.mail import Mail
from core.messaging.accounts import Account, GraphClients, find_account
from core.messaging.app_keys import AppKeys
from core.secrets import SealBroken, Vault
from core.tenancy.accounts import connect_account, create_meta_app
from tests.seed import SECRET_KEY, SeededTenant

_TABLES = """
select c.oid::regclass::text as name from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname not like 'tortoise%'
"""


async def everything(db: Database) -> str:
    """Every row of every table, as text."""
    names = [row["name"] for row in await db.system.fetch(_TABLES)]
    assert {"accounts", "meta_apps", "data_keys", "jobs", "sessions", "api_keys", "users"} <= set(names)
    rows = [await db.system.fetch(f"select t::text as row from {name} t") for name in names]
    return "\n".join(row["row"] for table in rows for row in table)


async def test_no_secret_can_be_read_in_the_database(db: Database, vault: Vault, tenant: SeededTenant) -> None:
    token, app_secret, verify_token, link, password = (uuid4().hex for _ in range(5))
    app_id = await create_meta_app(db, vault, "own", app_secrets=[app_secret], verify_token=verify_token,
                                   tenant_id=tenant.id)  # fmt: skip
    await connect_account(db, vault, tenant.id, phone_number_id="1", waba_id="2", display_phone_number="212",
                          access_token=token, meta_app_id=app_id)  # fmt: skip
    user_id = await create_user(db, "salma@atlas.test", "Salma", password)
    session = await open_session(db.system, user_id, tenant.id, user_agent=None, ip=None)
    key = await create_api_key(db, tenant.id, "a program")
    async with db.system_transaction() as connection:
        await Mail(vault).queue(connection, tenant.id, to="salma@atlas.test", template="invitation", locale="fr",
                                values={"token": link, "tenant": "Atlas", "inviter": "Amine"})  # fmt: skip
        data_key = await vault.raw_key(connection, tenant.id, "seal")
    secrets = [token, app_secret, verify_token, link, password, session, key, key.split("_")[-1], data_key.hex(),
               SECRET_KEY, tenant.access_token, tenant.app_secret, tenant.verify_token]  # fmt: skip
    found = await everything(db)
    assert "salma@atlas.test" in found
    assert [secret for secret in secrets if secret in found] == []


async def account(db: Database, tenant: SeededTenant) -> Account:
    found = await find_account(db, tenant.id, tenant.account_id)
    assert found is not None
    return found


async def test_a_token_copied_to_another_tenants_row_does_not_open(
    db: Database, vault: Vault, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    clients = GraphClients(Egress(), vault)
    clients.of(await account(db, tenant))
    await db.system.execute("update accounts set access_token_sealed = (select access_token_sealed from accounts a "
                            "where a.tenant_id = $1) where tenant_id = $2", tenant.id, other_tenant.id)  # fmt: skip
    with pytest.raises(SealBroken):
        clients.of(await account(db, other_tenant))


async def test_a_token_copied_to_another_number_of_the_tenant_does_not_open(
    db: Database, vault: Vault, tenant: SeededTenant
) -> None:
    second = await connect_account(db, vault, tenant.id, phone_number_id="1", waba_id="2", display_phone_number="212",
                                   access_token="EAAG")  # fmt: skip
    await db.system.execute("update accounts set access_token_sealed = (select access_token_sealed from accounts a "
                            "where a.id = $1) where id = $2", tenant.account_id, second)  # fmt: skip
    found = await find_account(db, tenant.id, second)
    assert found is not None
    with pytest.raises(SealBroken):
        GraphClients(Egress(), vault).of(found)


async def test_another_tenants_data_key_in_place_of_ones_own_does_not_open(
    db: Database, vault: Vault, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await db.system.execute("update data_keys set wrapped = (select wrapped from data_keys k where k.tenant_id = $1) "
                            "where tenant_id = $2", other_tenant.id, tenant.id)  # fmt: skip
    with pytest.raises(SealBroken):
        GraphClients(Egress(), vault).of(await account(db, tenant))


async def test_an_app_secret_in_the_field_of_the_verify_token_does_not_open(
    db: Database, vault: Vault, database_url: str, tenant: SeededTenant
) -> None:
    await db.system.execute("update meta_apps set verify_token_sealed = app_secrets_sealed[1], "
                            "app_secrets_sealed = array[verify_token_sealed]")  # fmt: skip
    keys = AppKeys(database_url, vault)
    found = await keys.find(tenant.app_slug)
    await keys.stop()
    assert found is not None
    assert (found.secrets, found.verify_token) == ((), "")


async def test_a_shredded_key_makes_its_tenants_secrets_unreadable_and_no_others(
    db: Database, vault: Vault, database_url: str, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    clients = GraphClients(Egress(), vault)
    for one in (tenant, other_tenant):
        await create_meta_app(db, vault, f"own-{one.slug}", app_secrets=["s"], verify_token="t", tenant_id=one.id)
        clients.of(await account(db, one))
    await db.system.execute("delete from data_keys where tenant_id = $1", tenant.id)
    with pytest.raises(SealBroken, match="gone"):
        clients.of(await account(db, tenant))
    clients.of(await account(db, other_tenant))
    keys = AppKeys(database_url, vault)
    shredded, kept = await keys.find(f"own-{tenant.slug}"), keys.get(f"own-{other_tenant.slug}")
    await keys.stop()
    assert shredded is not None
    assert kept is not None
    assert (shredded.secrets, kept.secrets) == ((), ("s",))


async def test_a_closing_tenant_gets_no_new_key(db: Database, vault: Vault, tenant: SeededTenant) -> None:
    await db.system.execute("update tenants set status = 'closing' where id = $1", tenant.id)
    await db.system.execute("delete from data_keys where tenant_id = $1", tenant.id)
    async with db.system.acquire() as connection:
        with pytest.raises(SealBroken, match="closing"):
            await vault.wrapped_key(connection, tenant.id)


async def test_the_tenants_role_makes_the_key_that_seals_and_no_other(
    db: Database, vault: Vault, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await db.system.execute("delete from data_keys")
    with tenant_scope(tenant.id):
        async with db.tenant_transaction() as connection:
            await vault.wrapped_key(connection, tenant.id)
        for elsewhere, purpose in [(tenant.id, "sign"), (other_tenant.id, "seal"), (None, "seal")]:
            with pytest.raises((asyncpg.InsufficientPrivilegeError, SealBroken)):
                async with db.tenant_transaction() as connection:
                    await vault.wrapped_key(connection, elsewhere, purpose)
