"""A tenant to test with: an account on a Meta app, an owner and an agent, all made by SQL."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from core.db.pool import Connection, Database
from core.secrets import MasterKeys, Vault
from core.tenancy import places

SECRET_KEY = "test-secret-key-of-a-throwaway-install"
VAULT = Vault(MasterKeys(SECRET_KEY))


@dataclass(frozen=True)
class SeededTenant:
    id: UUID
    slug: str
    owner_id: UUID
    agent_id: UUID
    account_id: UUID
    phone_number_id: str
    waba_id: str
    app_slug: str
    app_secret: str
    verify_token: str
    access_token: str


async def seed_tenant(db: Database, slug: str) -> SeededTenant:
    """An active tenant with one connected number. Two calls make two tenants that share nothing."""
    async with db.system_transaction() as connection:
        tenant_id: UUID = await connection.fetchval(
            "insert into tenants (slug, name) values ($1, $2) returning id", slug, slug.title()
        )
        owner_id = await _member(connection, tenant_id, f"owner@{slug}.test", "owner")
        agent_id = await _member(connection, tenant_id, f"agent@{slug}.test", "agent")
        app_slug, app_secret, verify_token = f"app-{slug}", uuid4().hex, uuid4().hex
        app_id = await _meta_app(connection, app_slug, app_secret, verify_token)
        phone_number_id, waba_id, token = str(uuid4().int)[:15], str(uuid4().int)[:15], f"EAAG{uuid4().hex}"
        account_id: UUID = await connection.fetchval(
            """insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number,
                   verified_name, access_token_sealed) values ($1, $2, $3, $4, '212520000000', $5, $6) returning id""",
            tenant_id, app_id, phone_number_id, waba_id, slug.title(),
            await VAULT.seal(connection, token, places.access_token(tenant_id, phone_number_id)),
        )
    return SeededTenant(tenant_id, slug, owner_id, agent_id, account_id, phone_number_id, waba_id, app_slug,
                        app_secret, verify_token, token)


async def _member(connection: Connection, tenant_id: UUID, email: str, role: str) -> UUID:
    name = email.split("@")[0].title()
    user_id: UUID = await connection.fetchval(
        "insert into users (email, name) values ($1, $2) returning id", email, name
    )
    await connection.execute(
        "insert into memberships (tenant_id, user_id, name, role) values ($1, $2, $3, $4)",
        tenant_id, user_id, name, role,
    )
    return user_id


async def _meta_app(connection: Connection, slug: str, app_secret: str, verify_token: str) -> UUID:
    app_id: UUID = await connection.fetchval(
        """insert into meta_apps (slug, app_secrets_sealed, verify_token_sealed) values ($1, $2, $3) returning id""",
        slug, [await VAULT.seal(connection, app_secret, places.app_secret(None, slug))],
        await VAULT.seal(connection, verify_token, places.verify_token(None, slug)),
    )
    return app_id
