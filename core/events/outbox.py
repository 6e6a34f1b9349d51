"""How an event is told: appended inside the writer's own transaction, after the row change that it tells of."""

import json
from typing import Any
from uuid import UUID

from core.db.pool import Connection

_APPEND = """with told as (
    insert into event_outbox (tenant_id, type, conversation_id, payload) values ($1, $2, $3, $4::text::jsonb))
select pg_notify('outbox', '')"""


async def append(
    connection: Connection, tenant_id: UUID, type: str, payload: dict[str, Any], conversation_id: UUID | None = None
) -> None:
    """Append one event. It is numbered and seen by others after the transaction commits.

    Call it after the change, never before: a second writer of the same row gets its outbox id only once the first has
    committed, and so events keep the order of the rows.
    """
    # Text, for a plugin's connection comes from Tortoise's pool, which knows no JSON codec.
    told = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str)
    await connection.execute(_APPEND, tenant_id, type, conversation_id, told)
