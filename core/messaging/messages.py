"""Messages as the API and plugins read them. Sending is the gate's (core/messaging/gate.py)."""

from typing import Any
from uuid import UUID

from core.db.pool import Database
from core.errors import NotFound
from core.messaging.page import Page, by_time, page

_NEWEST = """
select id, at, resource from message_resources where conversation_id = $1
order by at desc, id desc limit $2
"""
_OLDER = """
select id, at, resource from message_resources where conversation_id = $1 and (at, id) < ($3, $4)
order by at desc, id desc limit $2
"""


_RECEIPTS = """
select jsonb_build_object('participant', r.participant, 'contact', (
    select jsonb_build_object('id', c.id, 'name', c.display_name) from contact_identities i
    join contacts c on c.tenant_id = i.tenant_id and c.id = i.contact_id
    where i.tenant_id = r.tenant_id and i.kind in ('phone', 'bsuid') and i.value = r.participant
    order by i.scope desc limit 1)) || jsonb_object_agg(r.status, r.at) as resource
from message_receipts r where r.message_id = $1 group by r.tenant_id, r.participant order by min(r.at), r.participant
"""


async def list_messages(db: Database, conversation_id: UUID, *, limit: int, cursor: str | None = None) -> Page:
    """A conversation's messages, newest first. Raises NotFound, also for another tenant's conversation."""
    moment, identifier = by_time(cursor)
    async with db.tenant() as connection:
        if not await connection.fetchval("select true from conversations where id = $1", conversation_id):
            raise NotFound("There is no such conversation.")
        if moment is None:
            rows = await connection.fetch(_NEWEST, conversation_id, limit + 1)
        else:
            rows = await connection.fetch(_OLDER, conversation_id, limit + 1, moment, identifier)
    return page(rows, limit, "at", "id")


async def get_message(db: Database, message_id: UUID) -> dict[str, Any]:
    """One message. Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        resource: dict[str, Any] | None = await connection.fetchval(
            "select resource from message_resources where id = $1", message_id
        )
    if resource is None:
        raise NotFound("There is no such message.")
    return resource


async def receipts_of(db: Database, message_id: UUID) -> list[dict[str, Any]]:
    """How far a message to a group has come with each of its people. Raises NotFound."""
    async with db.tenant() as connection:
        if not await connection.fetchval("select true from messages where id = $1", message_id):
            raise NotFound("There is no such message.")
        return [row["resource"] for row in await connection.fetch(_RECEIPTS, message_id)]


async def attachment_of(db: Database, attachment_id: UUID) -> Any:
    """An attachment's row: kind, mime_type, filename, size, state, failure, storage_key, thumbnail_key. Raises
    NotFound."""
    async with db.tenant() as connection:
        row = await connection.fetchrow(
            "select kind, mime_type, filename, size, state, failure, storage_key, thumbnail_key from attachments "
            "where id = $1",
            attachment_id,
        )
    if row is None:
        raise NotFound("There is no such attachment.")
    return row
