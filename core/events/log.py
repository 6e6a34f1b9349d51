"""The event log as it is read: by tenant and number, dense and in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.db.pool import Connection

_COLUMNS = "tenant_id, seq, id, position, type, conversation_id, payload, created_at"


@dataclass(frozen=True, slots=True)
class Event:
    """`seq` counts per tenant without gaps; `position` is the order of numbering over all tenants; `id` is the
    idempotency key of observers."""

    tenant_id: UUID
    seq: int
    id: int
    position: int
    type: str
    conversation_id: UUID | None
    data: dict[str, Any]
    at: datetime


async def read(connection: Connection, tenant_id: UUID, after_seq: int, limit: int = 500) -> list[Event]:
    """The tenant's events after this number, oldest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from event_log where tenant_id = $1 and seq > $2 order by seq limit $3",  # noqa: S608
        tenant_id, after_seq, limit,
    )
    return [Event(*row) for row in rows]


async def read_all(connection: Connection, after_position: int, limit: int = 1000) -> list[Event]:
    """Every tenant's events after this position, in order. For the system role."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from event_log where position > $1 order by position limit $2",  # noqa: S608
        after_position, limit,
    )
    return [Event(*row) for row in rows]


async def head(connection: Connection, tenant_id: UUID) -> int:
    """The number of the tenant's newest event; 0 before the first."""
    return await connection.fetchval("select seq from event_heads where tenant_id = $1", tenant_id) or 0


async def last_position(connection: Connection) -> int:
    """The position of the newest event of all tenants; 0 before the first. For the system role."""
    return await connection.fetchval("select max(position) from event_log") or 0


async def epoch(connection: Connection) -> UUID:
    """Which life of the database this is: changed when it is restored elsewhere, and then every cursor is void."""
    found: UUID = await connection.fetchval("select epoch from installation")
    return found
