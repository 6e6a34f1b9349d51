"""Lists of conversations: filtered, searched, newest activity first, and no more of them than the viewer sees."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from core.db.pool import Database
from core.db.scope import current_viewer, require_tenant
from core.messaging.contacts import LAST, beginnings, ids_matching
from core.messaging.page import Page, by_time, page

Status = Literal["open", "snoozed", "closed"]
Nobody = Literal["none"]
Kind = Literal["person", "group"]
_SEARCHED_CONTACTS = 500

# By the system role, as contacts are found (core.messaging.contacts): the index would not be used otherwise.
_GROUPS = """
select conversation_id from groups where tenant_id = $1 and lower(subject) >= $2 and lower(subject) < $3 limit $4
"""
# Only fixed text is joined into the statements; every value travels as a parameter.
_ALL = """
select v.id, v.last_message_at, v.resource from conversation_resources v
where {conditions} order by v.last_message_at desc, v.id desc limit {most:d}
"""
# The wall lets these rows through and no others. Said here once more as the conditions of an index, for each way of
# seeing a conversation: else a member with ten of them would read the whole tenant's list to find those.
_LIMITED = """
select r.id, r.last_message_at, r.resource from conversation_resources r where r.id = any (array(
    select seen.id from ({seen}) seen order by seen.last_message_at desc, seen.id desc limit {most:d}))
order by r.last_message_at desc, r.id desc
"""
_OWN = """
    select found.id, found.last_message_at from unnest({statuses}::text[]) s(status) cross join lateral (
        select v.id, v.last_message_at from conversations v
        where {conditions} and v.assignee_id = {member} and v.status = s.status
        order by v.last_message_at desc, v.id desc limit {most:d}) found
"""
_OF_TEAMS = """
    union
    select found.id, found.last_message_at from team_members m cross join unnest({statuses}::text[]) s(status)
    cross join lateral (
        select v.id, v.last_message_at from conversations v
        where {conditions} and v.team_id = m.team_id and v.status = s.status
        order by v.last_message_at desc, v.id desc limit {most:d}) found
    where m.user_id = {member}
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations: each None lets everything through. `q` is the beginning of a contact's name or phone, or of
    a group's subject."""

    status: Status | None = None
    assignee: UUID | Nobody | None = None
    team: UUID | Nobody | None = None
    account: UUID | None = None
    contact: UUID | None = None
    kind: Kind | None = None
    q: str | None = None


@dataclass(slots=True)
class _Conditions:
    """Conditions on `conversations v`, and the parameters that they name."""

    texts: list[str] = field(default_factory=lambda: ["true"])
    values: list[Any] = field(default_factory=list)

    def place(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, text: str, *values: Any) -> None:
        self.texts.append(text.format(*(self.place(value) for value in values)))

    def __str__(self) -> str:
        return " and ".join(self.texts)


async def list_conversations(db: Database, wanted: Filter, *, limit: int, cursor: str | None = None) -> Page:
    """The newest activity first."""
    conditions = _wanted(wanted, *by_time(cursor))
    await _search(db, wanted.q, conditions)
    query = _query(conditions, wanted.status, limit + 1)
    async with db.tenant() as connection:
        return page(await connection.fetch(query, *conditions.values), limit, "last_message_at", "id")


def _wanted(wanted: Filter, moment: datetime | None, identifier: UUID | None) -> _Conditions:
    conditions = _Conditions()
    if moment is not None:
        conditions.add("(v.last_message_at, v.id) < ({}, {})", moment, identifier)
    if wanted.status is not None:
        conditions.add("v.status = {}", wanted.status)
    for column, value in (("assignee_id", wanted.assignee), ("team_id", wanted.team)):
        if value == "none":
            conditions.add(f"v.{column} is null")
        elif value is not None:
            conditions.add(f"v.{column} = {{}}", value)
    if wanted.account is not None:
        conditions.add("v.account_id = {}", wanted.account)
    if wanted.kind is not None:  # as a word and not a parameter: groups have an index of their own
        conditions.add(f"v.kind = '{wanted.kind}'")
    if wanted.contact is not None:
        conditions.add("v.contact_id = {}", wanted.contact)
    return conditions


async def _search(db: Database, q: str | None, conditions: _Conditions) -> None:
    """A few contacts are found first and their conversations by index. Where there are many, the conversations are
    read in their order and each one's contact is looked at: a page is soon full."""
    if not q or not q.strip():
        return
    contacts = await ids_matching(db, q, _SEARCHED_CONTACTS)
    groups = await _groups_called(db, q.strip().lower())
    text, values = beginnings(q)
    if len(contacts) < _SEARCHED_CONTACTS:
        text, values = "v.contact_id = any({})", [contacts]
    if groups:
        text, values = f"({text} or v.id = any({{}}))", [*values, groups]
    conditions.add(text, *values)


async def _groups_called(db: Database, beginning: str) -> list[UUID]:
    async with db.system.acquire() as connection:
        rows = await connection.fetch(_GROUPS, require_tenant(), beginning, beginning + LAST, _SEARCHED_CONTACTS)
    return [row["conversation_id"] for row in rows]


def _query(conditions: _Conditions, status: Status | None, most: int) -> str:
    viewer = current_viewer()
    if viewer is None or viewer.sees == "all":
        return _ALL.format(conditions=conditions, most=most)
    member = conditions.place(viewer.member_id) + "::uuid"
    statuses = conditions.place([status] if status else get_args(Status))
    seen = _OWN + (_OF_TEAMS if viewer.sees == "team" else "")
    filled = seen.format(conditions=conditions, member=member, statuses=statuses, most=most)
    return _LIMITED.format(seen=filled, most=most)
