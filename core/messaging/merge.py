"""Two contacts turn out to be one person: everything of the second moves to the first."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from core.db.pool import Connection
from core.messaging.labels import MOST_TAGS

_SHARED: Final = """select gone.id as gone, kept.id as kept
from conversations gone join conversations kept
    on kept.tenant_id = gone.tenant_id and kept.account_id = gone.account_id and kept.contact_id = $2
where gone.tenant_id = $1 and gone.contact_id = $3"""

_GROUPS: Final = """update conversations v set updated_at = now(), version = v.version + 1 from group_participants p
where p.tenant_id = $1 and p.contact_id = $2 and v.tenant_id = $1 and v.id = p.conversation_id returning v.id"""

_MOVE_MESSAGES: Final = """update messages set conversation_id = $2, contact_id = $4, version = version + 1
where tenant_id = $1 and conversation_id = $3"""

_JOIN_CONVERSATIONS: Final = """update conversations k set
    last_message_id = case when g.last_message_at > k.last_message_at then g.last_message_id else k.last_message_id end,
    last_message_at = greatest(k.last_message_at, g.last_message_at),
    last_inbound_wamid = case when k.last_inbound_at is null or g.last_inbound_at > k.last_inbound_at
        then g.last_inbound_wamid else k.last_inbound_wamid end,
    last_inbound_at = greatest(k.last_inbound_at, g.last_inbound_at),
    unread_count = k.unread_count + g.unread_count,
    assignee_id = coalesce(k.assignee_id, g.assignee_id), team_id = coalesce(k.team_id, g.team_id),
    status = case when 'open' in (k.status, g.status) then 'open' else k.status end,
    snoozed_until = case when 'open' in (k.status, g.status) then null else k.snoozed_until end,
    answered_at = greatest(k.answered_at, g.answered_at),
    waiting_since = least(case when k.status <> 'closed' then k.waiting_since end,
        case when g.status <> 'closed' then g.waiting_since end),
    tag_ids = (k.tag_ids || array(select u.tag from unnest(g.tag_ids) with ordinality u(tag, nth)
        where u.tag <> all(k.tag_ids) order by u.nth))[1:$4],
    priority = case when k.priority = 'none' then g.priority else k.priority end,
    updated_at = now(), version = k.version + 1
from conversations g where k.tenant_id = $1 and k.id = $2 and g.tenant_id = $1 and g.id = $3"""

_MOVE_CONVERSATIONS: Final = """update conversations set contact_id = $2, updated_at = now(), version = version + 1
where tenant_id = $1 and contact_id = $3"""

# What hangs on a conversation has moved with it; what was written in groups is found by its author.
_MOVE_CONTACT: Final = """with moved as (
    update messages m set contact_id = $2 from conversations v where v.tenant_id = $1 and v.contact_id = $2
        and m.tenant_id = $1 and m.conversation_id = v.id and m.contact_id = $3),
in_groups as (
    update messages set contact_id = $2, version = version + 1
    where tenant_id = $1 and contact_id = $3 and in_group),
participation as (
    insert into group_participants as k (tenant_id, conversation_id, contact_id, seen_at, left_at)
    select tenant_id, conversation_id, $2, seen_at, left_at from group_participants
    where tenant_id = $1 and contact_id = $3
    on conflict (tenant_id, conversation_id, contact_id) do update
        set seen_at = greatest(k.seen_at, excluded.seen_at), left_at = greatest(k.left_at, excluded.left_at))
update contacts k set name = coalesce(k.name, g.name), profile_name = coalesce(k.profile_name, g.profile_name),
    phone = coalesce(k.phone, g.phone), bsuid = coalesce(k.bsuid, g.bsuid), username = coalesce(k.username, g.username),
    locale = coalesce(k.locale, g.locale), told_at = g.told_at || k.told_at,
    preferences = g.preferences || k.preferences, updated_at = now(), version = k.version + 1
from contacts g where k.tenant_id = $1 and k.id = $2 and g.tenant_id = $1 and g.id = $3"""

# Plugins' tables point at contacts and conversations too, and would lose their rows with the removed one.
_POINTING_AT: Final = """select c.conrelid::regclass::text as "table", a.attname as "column"
from pg_constraint c
join unnest(c.conkey, c.confkey) k(own, theirs) on true
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.theirs and f.attname = 'id'
where c.contype = 'f' and c.confrelid = $1::text::regclass and c.conrelid <> all($2::text[]::regclass[])"""


@dataclass(frozen=True, slots=True)
class Merged:
    """`conversations` are pairs (removed, kept): those that the two contacts had with the same account."""

    tenant_id: UUID
    kept: UUID
    removed: UUID
    conversations: list[tuple[UUID, UUID]]
    groups: list[UUID]
    """Where the removed one was seen: what they wrote there has another author now."""


async def merge_contacts(connection: Connection, tenant_id: UUID, kept: UUID, removed: UUID) -> Merged:
    """Move identities, conversations, messages and plugins' rows, then delete `removed`. The caller tells the event."""
    groups = [row["id"] for row in await connection.fetch(_GROUPS, tenant_id, removed)]
    rows = await connection.fetch(_SHARED, tenant_id, kept, removed)
    pairs: list[tuple[UUID, UUID]] = [(row["gone"], row["kept"]) for row in rows]
    for gone, stays in pairs:
        await _join(connection, tenant_id, stays, gone, kept)
    await connection.execute(_MOVE_CONVERSATIONS, tenant_id, kept, removed)
    await connection.execute(
        "update contact_identities set contact_id = $2 where tenant_id = $1 and contact_id = $3",
        tenant_id, kept, removed,
    )
    known = ["contact_identities", "conversations", "group_participants", "name_words"]
    await _repoint(connection, "contacts", known, tenant_id, kept, removed)
    await connection.execute(_MOVE_CONTACT, tenant_id, kept, removed)
    await connection.execute("delete from contacts where tenant_id = $1 and id = $2", tenant_id, removed)
    return Merged(tenant_id, kept, removed, pairs, groups)


async def _join(connection: Connection, tenant_id: UUID, stays: UUID, gone: UUID, contact_id: UUID) -> None:
    await connection.execute(_MOVE_MESSAGES, tenant_id, stays, gone, contact_id)
    await connection.execute(_JOIN_CONVERSATIONS, tenant_id, stays, gone, MOST_TAGS)
    await _repoint(connection, "conversations", ["messages", "conversation_tags", "name_words"], tenant_id, stays, gone)
    await connection.execute("delete from conversations where tenant_id = $1 and id = $2", tenant_id, gone)


async def _repoint(
    connection: Connection, target: str, known: list[str], tenant_id: UUID, kept: UUID, removed: UUID
) -> None:
    for row in await connection.fetch(_POINTING_AT, target, known):
        await _repoint_rows(connection, row, tenant_id, kept, removed)


async def _repoint_rows(connection: Connection, row: Any, tenant_id: UUID, kept: UUID, removed: UUID) -> None:
    table, column = row["table"], '"' + row["column"].replace('"', '""') + '"'
    of_removed = f"{table} where tenant_id = $1 and {column} = $2"
    move = f"update {table} set {column} = $2 where tenant_id = $1 and {column} = $3"  # noqa: S608 - catalogue
    if await _moves(connection, move, tenant_id, kept, removed):
        return
    for one in await connection.fetch(f"select ctid from {of_removed}", tenant_id, removed):  # noqa: S608 - catalogue
        await _moves(connection, f"{move} and ctid = $4", tenant_id, kept, removed, one["ctid"])


async def _moves(connection: Connection, move: str, *values: Any) -> bool:
    """False where the kept one has such a row already: the other goes with what it belonged to."""
    try:
        async with connection.transaction():
            await connection.execute(move, *values)
    except asyncpg.UniqueViolationError:
        return False
    return True
