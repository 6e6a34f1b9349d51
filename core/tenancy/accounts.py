"""WhatsApp numbers of a tenant, and the Meta apps whose secrets sign their webhooks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.errors import Conflict, NotFound
from core.secrets import Vault
from core.tenancy import places

_STORE_APP = """
insert into meta_apps (slug, app_secrets_sealed, verify_token_sealed, tenant_id) values ($1, $2, $3, $4)
on conflict (slug) do update set app_secrets_sealed = excluded.app_secrets_sealed,
    verify_token_sealed = excluded.verify_token_sealed, updated_at = now()
where meta_apps.tenant_id is not distinct from excluded.tenant_id
returning id
"""


async def create_meta_app(
    db: Database, vault: Vault, slug: str, *, app_secrets: Sequence[str], verify_token: str,
    tenant_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Store a Meta app with its secrets sealed: more than one while one is being replaced.

    `tenant_id` owns it; None: the installation, for an app that serves several. An owner stays. Raises Conflict when
    the slug is another owner's.
    """
    if not app_secrets:
        raise ValueError(f"Meta app {slug!r} has no app secret, so none of its webhooks could be trusted: give one.")
    async with db.system_transaction() as connection:
        wrapped = await vault.wrapped_key(connection, tenant_id)
        sealed = [vault.seal_with(wrapped, secret, places.app_secret(tenant_id, slug)) for secret in app_secrets]
        token = vault.seal_with(wrapped, verify_token, places.verify_token(tenant_id, slug))
        app_id = await connection.fetchval(_STORE_APP, slug, sealed, token, tenant_id)
    if app_id is None:
        raise Conflict(f"A Meta app called {slug!r} belongs to somebody else: choose another slug.")
    return UUID(str(app_id))


async def connect_account(
    db: Database,
    vault: Vault,
    tenant_id: UUID,
    *,
    phone_number_id: str,
    waba_id: str,
    display_phone_number: str,
    access_token: str,
    verified_name: str = "",
    meta_app_id: UUID | None = None,
    graph_url: str = "https://graph.facebook.com",
    graph_version: str = "v26.0",
) -> UUID:
    """Give a tenant a WhatsApp number. Raises Conflict when any tenant has it: two would read one customer's words."""
    try:
        async with db.system_transaction() as connection:
            sealed = await vault.seal(connection, access_token, places.access_token(tenant_id, phone_number_id))
            account_id = await connection.fetchval(
                "insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number, "
                "verified_name, access_token_sealed, graph_url, graph_version) "
                "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
                tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number, verified_name, sealed,
                graph_url, graph_version,
            )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict(f"The number {phone_number_id} is already connected: disconnect it first.") from None
    return UUID(str(account_id))


async def account_resources(connection: Connection) -> list[dict[str, Any]]:
    """The numbers of the tenant in scope, as screens show them; never their tokens."""
    rows = await connection.fetch("select resource from account_resources order by created_at, id")
    return [row["resource"] for row in rows]


async def account_resource(connection: Connection, account_id: UUID) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    resource: dict[str, Any] | None = await connection.fetchval(
        "select resource from account_resources where id = $1", account_id
    )
    if resource is None:
        raise NotFound("There is no such number.")
    return resource
