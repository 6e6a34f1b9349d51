"""What a member leaves behind: their conversations are nobody's, and everyone is told."""

from typing import Final
from uuid import UUID

from core.db.pool import Connection, Database

BATCH: Final = 200

# Conversations by id, as intake locks them: two that took the same ones in another order would wait for one another.
_SOME: Final = "select id from conversations where tenant_id = $1 and assignee_id = $2 and status = 'closed' limit $3"
_LOCK: Final = """
select id from conversations where tenant_id = $1 and assignee_id = $2 and ($3::uuid[] is null or id = any($3))
order by id for update
"""
_UNASSIGN: Final = """
update conversations set assignee_id = null, updated_at = now(), version = version + 1
where tenant_id = $1 and id = any($2)
"""
_TELL: Final = """
with told as (
    insert into event_outbox (tenant_id, type, conversation_id, payload)
    select v.tenant_id, 'conversation.assigned', v.id,
        jsonb_build_object('conversation', v.resource, 'previous', $3::text)
    from conversation_resources v where v.tenant_id = $1 and v.id = any($2) order by v.last_message_at, v.id)
select pg_notify('outbox', '')
"""


async def unassign_closed(db: Database, tenant_id: UUID, member_id: UUID) -> int:
    """A few in a transaction, so that who writes in one of them never waits for years of them; how many they were. The
    others are few, and rules would give them to somebody who is not gone yet."""
    done = 0
    while some := await _unassign_some(db, tenant_id, member_id):
        done += some
    return done


async def unassign_all(connection: Connection, tenant_id: UUID, member_id: UUID) -> int:
    """In the caller's transaction, of the system role; how many they were."""
    return await _unassign(connection, tenant_id, member_id, None)


async def _unassign_some(db: Database, tenant_id: UUID, member_id: UUID) -> int:
    async with db.system_transaction() as connection:
        ids = [row["id"] for row in await connection.fetch(_SOME, tenant_id, member_id, BATCH)]
        return await _unassign(connection, tenant_id, member_id, ids) if ids else 0


async def _unassign(connection: Connection, tenant_id: UUID, member_id: UUID, which: list[UUID] | None) -> int:
    held = [row["id"] for row in await connection.fetch(_LOCK, tenant_id, member_id, which)]
    if held:
        await connection.execute(_UNASSIGN, tenant_id, held)
        await connection.execute(_TELL, tenant_id, held, str(member_id))
    return len(held)
