"""Sending a message again: a person's decision, after it failed or nobody could say whether it left."""

from typing import Any
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, NotFound
from core.events import outbox
from core.messaging.clock import Clock, utc_now
from core.messaging.window import refuse_closed_window

_STORY = ("id", "conversation_id", "wamid", "status", "timestamps", "error", "version")

# The conversation's lock first, as the gate takes it: queued_at then follows commit order, the order the lane keeps.
_LOCK = """
select m.status, v.last_inbound_at from messages m
join conversations v on v.tenant_id = m.tenant_id and v.id = m.conversation_id
where m.id = $1 and m.direction = 'outbound' for update of v
"""
_REQUEUE = """
update messages set status = 'queued', status_rank = -3, error = null, failed_at = null, queued_at = clock_timestamp(),
    version = version + 1
where id = $1 and status in ('failed', 'uncertain')
returning conversation_id
"""
_CLOSE_ATTEMPTS = """
update send_attempts set finished_at = coalesce(finished_at, now()) where message_id = $1 and state = 'uncertain'
"""


async def retry(db: Database, message_id: UUID, *, clock: Clock = utc_now) -> dict[str, Any]:
    """Queue it once more, in the tenant in scope. Raises NotFound, Conflict (it has not failed) or WindowClosed."""
    async with db.tenant_transaction() as connection:
        found = await connection.fetchrow(_LOCK, message_id)
        if found is None:
            raise NotFound("There is no such message.")
        refuse_closed_window(found["last_inbound_at"], clock())
        conversation_id = await connection.fetchval(_REQUEUE, message_id)
        if conversation_id is None:
            raise Conflict(f"Only a failed or uncertain message can be sent again; this one is {found['status']}.",
                           status_now=found["status"])  # fmt: skip
        await connection.execute(_CLOSE_ATTEMPTS, message_id)
        return await _tell(connection, message_id, conversation_id)


async def _tell(connection: Connection, message_id: UUID, conversation_id: UUID) -> dict[str, Any]:
    resource: dict[str, Any] = await connection.fetchval(
        "select resource from message_resources where id = $1", message_id
    )
    story = {"message": {name: resource[name] for name in _STORY}}
    await outbox.append(connection, require_tenant(), "message.status", story, conversation_id)
    await connection.execute("select pg_notify('lanes', '')")
    return resource
