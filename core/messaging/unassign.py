"""What a member leaves behind: their conversations are nobody's, and everyone is told."""

from typing import Final
from uuid import UUID

from core.db.pool import Connection

_UNASSIGN: Final = """
update conversations set assignee_id = null, updated_at = now(), version = version + 1
where tenant_id = $1 and assignee_id = $2 returning id
"""
_TELL: Final = """
with told as (
    insert into event_outbox (tenant_id, type, conversation_id, payload)
    select v.tenant_id, 'conversation.assigned', v.id,
        jsonb_build_object('conversation', v.resource, 'previous', $3::text)
    from conversation_resources v where v.tenant_id = $1 and v.id = any($2) order by v.last_message_at, v.id)
select pg_notify('outbox', '')
"""


async def unassign_all(connection: Connection, tenant_id: UUID, member_id: UUID) -> int:
    """In the caller's transaction, of the system role; how many they were."""
    ids = [row["id"] for row in await connection.fetch(_UNASSIGN, tenant_id, member_id)]
    if ids:
        await connection.execute(_TELL, tenant_id, ids, str(member_id))
    return len(ids)
