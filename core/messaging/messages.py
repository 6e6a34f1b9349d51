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
