"""Suspended: nobody enters and nothing is sent, while what customers write goes on being stored. Then active again."""

from typing import Final, Literal
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.errors import Conflict, NotFound

Status = Literal["active", "suspended"]

_LOCK: Final = "select status, suspended_reason from tenants where id = $1 for update"
_WRITE: Final = """
update tenants set status = $2, suspended_reason = $3, updated_at = now(), version = version + 1 where id = $1
"""


async def set_status(db: Database, tenant_id: UUID, status: Status, reason: str | None = None) -> None:
    """Raises NotFound, and Conflict for a tenant that is closing. Its sockets close within 3 s (core.realtime)."""
    async with db.system_transaction() as connection:
        before = await lock_status(connection, tenant_id)
        if before == "closing":
            raise Conflict("This organisation is being deleted: that cannot be undone.")
        reason = reason if status == "suspended" else None
        await connection.execute(_WRITE, tenant_id, status, reason)
        if status == "suspended":
            await end_credentials(connection, tenant_id, "the organisation was suspended")
        if status != before:
            await _tell(connection, tenant_id, before, status)


async def lock_status(connection: Connection, tenant_id: UUID) -> str:
    """The status now, and until the end of the transaction. Raises NotFound."""
    row = await connection.fetchrow(_LOCK, tenant_id)
    if row is None:
        raise NotFound("There is no such organisation.")
    return str(row["status"])


async def end_credentials(connection: Connection, tenant_id: UUID, because: str) -> None:
    """Everything that people are logged in with. API keys stay, and are refused while the tenant is not active."""
    await connection.execute(
        "update sessions set revoked_at = now() where tenant_id = $1 and revoked_at is null", tenant_id
    )
    await connection.execute(
        "update token_families set revoked_at = now(), revoked_because = $2 "
        "where tenant_id = $1 and revoked_at is null", tenant_id, because,
    )  # fmt: skip


async def _tell(connection: Connection, tenant_id: UUID, before: str, status: Status) -> None:
    """In the operator's chain and the tenant's own, in this order wherever both are written."""
    action = "tenant.suspended" if status == "suspended" else "tenant.resumed"
    for chain in (audit.INSTALLATION, tenant_id):
        await audit.record_for(connection, chain, action, "tenant", tenant_id, {"status": [before, status]})
