"""The database isolates tenants, whatever the code above it does."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from core.db.pool import Connection, Database
from core.db.scope import tenant_scope
from tests.seed import SeededTenant


async def _conversation(db: Database, tenant: SeededTenant) -> tuple[UUID, UUID]:
    async with db.system_transaction() as connection:
        contact: UUID = await connection.fetchval(
            "insert into contacts (tenant_id, phone) values ($1, '212600') returning id", tenant.id
        )
        conversation: UUID = await connection.fetchval(
            "insert into conversations (tenant_id, account_id, contact_id) values ($1, $2, $3) returning id",
            tenant.id, tenant.account_id, contact,
        )
    return contact, conversation


async def test_without_a_tenant_there_are_no_rows(db: Database, tenant: SeededTenant) -> None:
    await _conversation(db, tenant)
    async with db.app.acquire() as connection:
        assert await connection.fetchval("select count(*) from conversations") == 0
        assert await connection.fetchval("select count(*) from conversation_resources") == 0


async def test_each_tenant_sees_its_own_rows_only(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await _conversation(db, tenant)
    for scope, expected in ((tenant.id, 1), (other_tenant.id, 0)):
        with tenant_scope(scope):
            async with db.tenant() as connection:
                assert await connection.fetchval("select count(*) from conversation_resources") == expected


async def test_a_row_cannot_be_written_for_another_tenant(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    with tenant_scope(other_tenant.id):
        async with db.tenant() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(
                    "insert into event_outbox (tenant_id, type, payload) values ($1, 'x', '{}')", tenant.id
                )


async def test_a_row_cannot_point_at_another_tenants_row(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    contact, _ = await _conversation(db, tenant)
    async with db.system.acquire() as connection:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute(
                "insert into conversations (tenant_id, account_id, contact_id) values ($1, $2, $3)",
                other_tenant.id, other_tenant.account_id, contact,
            )


async def test_changing_another_tenants_row_touches_nothing(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    _, conversation = await _conversation(db, tenant)
    with tenant_scope(other_tenant.id):
        async with db.tenant() as connection:
            changed = await connection.execute("update conversations set status = 'closed' where id = $1", conversation)
    assert changed == "UPDATE 0"


@pytest.mark.parametrize("table", [
    "users", "sessions", "journal", "journal_pending", "cron_ticks", "password_resets", "recovery_codes", "passkeys",
    "login_challenges", "token_families", "refresh_tokens",
])
async def test_the_tenants_role_cannot_read_what_belongs_to_no_tenant(db: Database, table: str) -> None:
    async with db.app.acquire() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"select * from {table}")


async def test_every_table_with_a_tenant_forces_row_level_security(db: Database) -> None:
    async with db.system.acquire() as connection:
        loose = await _unprotected(connection)
    logins = {"sessions", "token_families", "login_challenges"}
    assert loose == logins, "logins are the system role's alone, every other tenant table must be protected"


async def _unprotected(connection: Connection) -> set[str]:
    rows = await connection.fetch(
        """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
           where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
             and not (c.relrowsecurity and c.relforcerowsecurity
                      and exists (select 1 from pg_policy p where p.polrelid = c.oid))"""
    )
    return {row["relname"] for row in rows}


async def test_the_tenants_role_owns_nothing_and_does_not_bypass(db: Database) -> None:
    async with db.system.acquire() as connection:
        role = await connection.fetchrow(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'comptoir_app'"
        )
        owned = await connection.fetchval(
            "select count(*) from pg_class where relowner = 'comptoir_app'::regrole"
        )
    assert role is not None
    assert not any(role.values())
    assert owned == 0


async def test_interleaved_tasks_never_see_each_others_tenant(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    async def slug_of(expected: SeededTenant) -> bool:
        with tenant_scope(expected.id):
            async with db.tenant() as connection:
                return bool(await connection.fetchval("select slug from tenants") == expected.slug)

    seen = await asyncio.gather(*(slug_of((tenant, other_tenant)[i % 2]) for i in range(400)))
    assert all(seen)


async def test_a_scopeless_connection_is_refused(db: Database) -> None:
    with pytest.raises(LookupError, match="tenant_scope"):
        async with db.tenant():
            raise AssertionError("unreachable")


async def test_an_unknown_tenant_sees_nothing(db: Database, tenant: SeededTenant) -> None:
    with tenant_scope(uuid4()):
        async with db.tenant() as connection:
            assert await connection.fetchval("select count(*) from tenants") == 0
