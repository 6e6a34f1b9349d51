"""WhatsApp numbers of a tenant, and the Meta apps whose secrets sign their webhooks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.errors import Conflict
from core.secrets import seal


async def create_meta_app(
    db: Database, secret_key: str, slug: str, *, app_secrets: Sequence[str], verify_token: str
) -> UUID:
    """Store a Meta app, its secrets sealed with `secret_key`. More than one secret while one is being replaced."""
    if not app_secrets:
        raise ValueError(f"Meta app {slug!r} has no app secret, so none of its webhooks could be trusted: give one.")
    sealed = [seal(secret_key, secret, f"meta_apps|{slug}|app_secret") for secret in app_secrets]
    token = seal(secret_key, verify_token, f"meta_apps|{slug}|verify_token")
    app_id = await db.system.fetchval(
        "insert into meta_apps (slug, app_secrets_sealed, verify_token_sealed) values ($1, $2, $3) "
        "on conflict (slug) do update set app_secrets_sealed = excluded.app_secrets_sealed, "
        "verify_token_sealed = excluded.verify_token_sealed returning id",
        slug, sealed, token,
    )  # fmt: skip
    return UUID(str(app_id))


async def connect_account(
    db: Database,
    secret_key: str,
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
    sealed = seal(secret_key, access_token, f"accounts|{phone_number_id}|access_token")
    try:
        account_id = await db.system.fetchval(
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
    rows = await connection.fetch(
        "select id, phone_number_id, waba_id, display_phone_number, verified_name, status from accounts "
        "order by created_at, id"
    )
    return [{**row, "id": str(row["id"])} for row in rows]
