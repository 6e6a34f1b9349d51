"""Messages as the API and plugins read them. Sending is the gate's (core/messaging/gate.py)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import NotFound
from core.messaging.page import Texts, by_time, encode

_NEWEST = """
select id, at, resource::text from message_resources where conversation_id = $1
order by at desc, id desc limit $2
"""
_OLDER = """
select id, at, resource::text from message_resources where conversation_id = $1 and (at, id) < ($3, $4)
order by at desc, id desc limit $2
"""
_NEWER = """
select id, at, resource::text from message_resources where conversation_id = $1 and (at, id) > ($3, $4)
order by at, id limit $2
"""
# By our id, or by WhatsApp's: a quote knows no other. Each by its own key, or the whole thread would be read.
_PLACE = "select at, id from messages where conversation_id = $1 and id = $2"
_PLACE_BY_WAMID = """
select at, id from messages where conversation_id = $1 and wamid = $2 and phone_number_id = (
    select a.phone_number_id from conversations v join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
    where v.id = $1)
"""
_RECEIPTS = """
select jsonb_build_object('participant', r.participant, 'contact', (
    select jsonb_build_object('id', c.id, 'name', c.display_name) from contact_identities i
    join contacts c on c.tenant_id = i.tenant_id and c.id = i.contact_id
    where i.tenant_id = r.tenant_id and i.kind in ('phone', 'bsuid') and i.value = r.participant
    order by i.scope desc limit 1)) || jsonb_object_agg(r.status, r.at) as resource
from message_receipts r where r.message_id = $1 group by r.tenant_id, r.participant order by min(r.at), r.participant
"""


@dataclass(frozen=True, slots=True)
class Stretch(Texts):
    """Some messages out of a thread; `previous` is the cursor of the newer ones, None where the newest are here."""

    previous: str | None = None

    @property
    def keys(self) -> dict[str, str | None]:
        return {"next": self.next, "previous": self.previous}


async def list_messages(db: Database, conversation_id: UUID, *, limit: int, cursor: str | None = None) -> Stretch:
    """A conversation's messages, newest first. Raises NotFound, also for another tenant's conversation."""
    moment, identifier = by_time(cursor)
    async with db.tenant() as connection:
        await _must_see(connection, conversation_id)
        if moment is None:
            rows = await connection.fetch(_NEWEST, conversation_id, limit + 1)
        else:
            rows = await connection.fetch(_OLDER, conversation_id, limit + 1, moment, identifier)
    kept = rows[:limit]
    return Stretch([row["resource"] for row in kept], _key(kept[-1]) if len(rows) > limit else None)


async def newer_messages(db: Database, conversation_id: UUID, *, limit: int, after: str) -> Stretch:
    """The messages that follow the one of the cursor `after`, newest first. Raises NotFound, Invalid."""
    moment, identifier = by_time(after)
    async with db.tenant() as connection:
        await _must_see(connection, conversation_id)
        rows = await connection.fetch(_NEWER, conversation_id, limit + 1, moment, identifier)
    kept = rows[:limit][::-1]
    return Stretch([row["resource"] for row in kept], _key(kept[-1]) if kept else after,
                   _key(kept[0]) if len(rows) > limit else None)  # fmt: skip


async def messages_around(db: Database, conversation_id: UUID, message: str, *, limit: int) -> Stretch:
    """This message (by our id or by WhatsApp's) with as many before it as after it. Raises NotFound."""
    async with db.tenant() as connection:
        await _must_see(connection, conversation_id)
        statement, key = _placing(message)
        place = await connection.fetchrow(statement, conversation_id, key)
        if place is None:
            raise NotFound("There is no such message in this conversation.")
        half = limit // 2
        newer = await connection.fetch(_NEWER, conversation_id, half + 1, place["at"], place["id"])
        older = await _from(connection, conversation_id, place["at"], place["id"], limit - min(len(newer), half) + 1)
    room = limit - min(len(newer), half)
    rows = [*newer[:half][::-1], *older[:room]]
    return Stretch([row["resource"] for row in rows], _key(rows[-1]) if len(older) > room else None,
                   _key(rows[0]) if len(newer) > half else None)  # fmt: skip


def _placing(message: str) -> tuple[str, UUID | str]:
    try:
        return _PLACE, UUID(message)
    except ValueError:
        return _PLACE_BY_WAMID, message


async def _from(connection: Connection, conversation_id: UUID, at: datetime, message_id: UUID, most: int) -> list[Any]:
    """The message itself, and older ones."""
    itself = await connection.fetch("select id, at, resource::text from message_resources where id = $1", message_id)
    return [*itself, *await connection.fetch(_OLDER, conversation_id, most - 1, at, message_id)]


def _key(row: Any) -> str:
    return encode(row["at"], row["id"])


async def _must_see(connection: Connection, conversation_id: UUID) -> None:
    if not await connection.fetchval("select true from conversations where id = $1", conversation_id):
        raise NotFound("There is no such conversation.")


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
