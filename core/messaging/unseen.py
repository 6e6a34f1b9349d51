"""Has anybody written since the author looked? Two agents must not answer the same customer twice."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.db.pool import Connection
from core.errors import Invalid, NewerMessages

_SHOWN = 5
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

# Only the newest 200 are looked at, which the thread's index gives at once.
_RECENT = """
with recent as (
    select * from messages where conversation_id = $1 order by at desc, id desc limit 200
), newer as (
    select m.*, case when m.direction = 'inbound' then c.display_name
        else coalesce((select name from memberships u where u.tenant_id = m.tenant_id and u.user_id = m.author_id),
            m.author_kind) end as author,
        case when m.revoked_at is null then left(m.body, 160) else '' end as said
    from recent m left join contacts c on c.tenant_id = m.tenant_id and c.id = m.contact_id
    where m.type <> 'call'
        and not (m.direction = 'outbound' and m.author_kind = $2 and m.author_id is not distinct from $3)
)
"""

# created_at is when the row's transaction began, the same for a whole batch; Meta's time and the id decide inside it.
_AFTER_MESSAGE = _RECENT + """
select n.id, n.author, n.at, n.type, n.said from newer n
join messages seen on seen.id = $4 and seen.conversation_id = $1
where (n.created_at, n.at, n.id) > (seen.created_at, seen.at, seen.id) order by n.created_at, n.at, n.id
"""

# An event is numbered a moment after its message is stored: what was stored in the last ten seconds before the
# seen event counts as seen only when its own event is at or below it.
_AFTER_EVENT = _RECENT + """
select n.id, n.author, n.at, n.type, n.said from newer n where n.created_at > $5::timestamptz - interval '10 seconds'
    and not exists (select from event_log e where e.seq > $4::bigint - 5000 and e.seq <= $4
        and e.conversation_id = $1
        and e.type in ('message.received', 'message.queued', 'message.echoed', 'message.noted')
        and e.payload -> 'message' ->> 'id' = n.id::text)
order by n.created_at, n.at, n.id
"""


async def refuse_unseen(
    connection: Connection, conversation_id: UUID, last_seen: UUID | int | None, confirm: bool,
    author_kind: str, author_id: UUID | None,
) -> None:
    """Raises NewerMessages with who wrote and when, unless the author confirmed or told no `last_seen`."""
    if last_seen is None or confirm:
        return
    if isinstance(last_seen, UUID):
        newer = await _after_message(connection, conversation_id, last_seen, author_kind, author_id)
    else:
        newer = await _after_event(connection, conversation_id, last_seen, author_kind, author_id)
    if newer:
        raise _newer_messages(newer)


async def _after_message(
    connection: Connection, conversation_id: UUID, seen: UUID, author_kind: str, author_id: UUID | None
) -> list[Any]:
    known = "select 1 from messages where id = $1 and conversation_id = $2"
    if not await connection.fetchval(known, seen, conversation_id):
        raise Invalid("last_seen is not a message of this conversation: give the newest message id you show.")
    rows: list[Any] = await connection.fetch(_AFTER_MESSAGE, conversation_id, author_kind, author_id, seen)
    return rows


async def _after_event(
    connection: Connection, conversation_id: UUID, seen: int, author_kind: str, author_id: UUID | None
) -> list[Any]:
    at: datetime | None = await connection.fetchval(
        "select created_at from event_log where seq <= $1 order by seq desc limit 1", seen
    )
    if at is None:
        at = _BEGINNING
    rows: list[Any] = await connection.fetch(_AFTER_EVENT, conversation_id, author_kind, author_id, seen, at)
    return rows


def _newer_messages(rows: list[Any]) -> NewerMessages:
    latest = rows[-1]
    return NewerMessages(
        f"{latest['author']} wrote at {latest['at']:%H:%M} UTC, after what you saw: read it, "
        "or send anyway with confirm: true.",
        newer=[{"id": str(r["id"]), "author": r["author"], "at": r["at"].isoformat(), "type": r["type"],
                "preview": r["said"]} for r in rows[-_SHOWN:]],
        count=len(rows),
    )
