"""A person decides to send again what failed, or what nobody knows the fate of."""

from typing import Any
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, NotFound
from core.messaging.clock import Clock, utc_now
from core.messaging.gate import Author, Outbound, OutboundFilter, check_reachable, filtered
from core.messaging.progress import TELL, WAKE
from core.messaging.window import FREE_OF_WINDOW, refuse_closed_window

_MESSAGE = """
select m.id, m.status, m.direction, m.type, m.body, m.content, m.conversation_id, m.contact_id, v.account_id,
    v.last_inbound_at,
    a.status as account_status, a.display_phone_number, a.stopped_until, a.pause_error, c.phone, c.bsuid,
    g.group_id, g.state as group_state,
    exists (select from contact_blocks b where b.tenant_id = m.tenant_id and b.account_id = m.account_id
        and b.contact_id = m.contact_id) as blocked,
    (select max(s.lease_until) from send_attempts s where s.tenant_id = m.tenant_id and s.message_id = m.id
        and s.state in ('sending', 'uncertain') and s.finished_at is null) as waits_until
from messages m
join conversations v on v.tenant_id = m.tenant_id and v.id = m.conversation_id
join accounts a on a.tenant_id = m.tenant_id and a.id = m.account_id
left join contacts c on c.tenant_id = m.tenant_id and c.id = m.contact_id
left join groups g on g.tenant_id = v.tenant_id and g.conversation_id = v.id and m.in_group
where m.id = $1
"""

# What Meta took and then failed counts as refused from now on, and nothing waits for it; otherwise the next wamid
# would look like a second send.
_SUPERSEDE = """
update send_attempts set state = 'refused', lease_until = to_timestamp(0)
where message_id = $1 and state in ('accepted', 'settled')
"""

_QUEUE = """
with changed as (
    update messages m set status = 'queued', status_rank = -3, error = null, failed_at = null, wamid = null,
        accepted_at = null, sent_at = null, queued_at = clock_timestamp(), not_before = null, body = $2,
        content = $3, version = m.version + 1
    where m.id = $1 and m.status in ('failed', 'uncertain') returning m.*
)
""" + TELL + f"select id, {WAKE}, (select pg_notify('lanes', '')) from changed"  # noqa: S608 - constants


async def retry(
    db: Database, message_id: UUID, author: Author, *, filters: OutboundFilter | None = None, clock: Clock = utc_now
) -> dict[str, Any]:
    """Queue the message again, at the end of its conversation's queue; returns its resource.

    Raises NotFound, Conflict (neither failed nor uncertain, or still awaiting Meta's word) and what the gate raises.
    """
    async with db.tenant() as connection:
        message = await _checked(connection, message_id, clock)
    outbound = Outbound(
        require_tenant(), message_id, message["conversation_id"], message["account_id"], message["contact_id"],
        message["phone"], message["bsuid"], message["type"], message["body"], author, message["content"],
    )
    body, content = await filtered(outbound, filters)
    async with db.tenant_transaction() as connection:
        await connection.execute("select from conversations where id = $1 for update", message["conversation_id"])
        await connection.execute("select from messages where id = $1 for update", message_id)
        await _checked(connection, message_id, clock)
        await connection.execute(_SUPERSEDE, message_id)
        await connection.execute(_QUEUE, message_id, body, content)
        resource: dict[str, Any] = await connection.fetchval(
            "select resource from message_resources where id = $1", message_id
        )
        return resource


async def _checked(connection: Connection, message_id: UUID, clock: Clock) -> Any:
    message = await connection.fetchrow(_MESSAGE, message_id)
    if message is None:
        raise NotFound("There is no such message.")
    if message["direction"] != "outbound" or message["status"] not in ("failed", "uncertain"):
        raise Conflict("Only a message that failed, or whose fate is uncertain, can be sent again.",
                       message_status=message["status"])
    if message["waits_until"] is not None:
        raise Conflict("WhatsApp may still tell what became of it: wait a moment before you send it again.",
                       until=message["waits_until"].isoformat())
    if message["type"] not in FREE_OF_WINDOW:
        refuse_closed_window(message["last_inbound_at"], clock())
    check_reachable(message, clock())
    return message
