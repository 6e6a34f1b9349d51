"""Lists of conversations: filtered, searched, in the order asked for, and no more of them than the viewer sees."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.db.scope import require_tenant
from core.messaging.contact_fields import both, having
from core.messaging.contacts import LAST, beginnings, ids_matching
from core.messaging.conversation_filter import (
    Condition,
    Filter,
    Finding,
    Kind,
    Nobody,
    Sort,
    Status,
    Values,
    nothing_more,
)
from core.messaging.page import Page, by_time, page

__all__ = ["Filter", "Kind", "Nobody", "Sort", "Status", "list_conversations", "page_statement"]

_SEARCHED_CONTACTS: Final = 500

# By the system role, as contacts are found (core.messaging.contacts): the index would not be used otherwise.
_GROUPS: Final = """
select conversation_id from groups where tenant_id = $1 and lower(subject) >= $2 and lower(subject) < $3 limit $4
"""
_PAGE: Final = """
select r.id, {key} as at, r.resource from conversation_resources r where r.id = any (array(
    select seen.id from ({seen}) seen order by seen.at {way}, seen.id {way} limit {most:d}))
order by 2 {way}, r.id {way}
"""
_KEYS: Final[dict[str, str]] = {
    "last_message_at": "r.last_message_at", "waiting_since": "(r.resource ->> 'waiting_since')::timestamptz"
}  # fmt: skip


async def list_conversations(
    db: Database, wanted: Filter, *, limit: int, cursor: str | None = None, sort: Sort = "latest",
    fields: Sequence[str] = ()
) -> Page:
    """The newest activity first; or those whose customer waits for an answer, the longest first. `fields`: the tables
    in which the tenant's plugins keep fields of contacts."""
    moment, identifier = by_time(cursor)
    after = None if moment is None else (moment, identifier)
    more = both(await searched(db, wanted.q), await having(db, wanted.field, fields))
    query, given = page_statement(wanted, sort, limit + 1, after, more)
    async with db.tenant() as connection:
        return page(await connection.fetch(query, *given), limit, "at", "id")


def page_statement(
    wanted: Filter, sort: Sort, most: int, after: tuple[Any, Any] | None = None, more: Condition = nothing_more
) -> tuple[str, list[Any]]:
    """The statement of a page, for the viewer in scope, and its parameters."""
    values = Values()
    found = Finding(wanted, sort, values, most=most, after=after, more=more)
    query = _PAGE.format(key=_KEYS[found.order.key], seen=found.statement, way=found.order.way, most=most)
    return query, values.given


async def searched(db: Database, q: str | None) -> Condition:
    """The condition of a search. A few contacts are found first and their conversations by index. Where there are
    many, the conversations are read in their order and each one's contact is looked at: a page is soon full."""
    if not q or not q.strip():
        return nothing_more
    contacts = await ids_matching(db, q, _SEARCHED_CONTACTS)
    groups = await _groups_called(db, q.strip().lower())

    def condition(values: Values) -> list[str]:
        few = len(contacts) < _SEARCHED_CONTACTS
        text, given = ("v.contact_id = any({})", [contacts]) if few else beginnings(q)
        if groups:
            return [values.into(f"({text} or v.id = any({{}}))", *given, groups)]
        return [values.into(text, *given)]

    return condition


async def _groups_called(db: Database, beginning: str) -> list[UUID]:
    async with db.system.acquire() as connection:
        rows = await connection.fetch(_GROUPS, require_tenant(), beginning, beginning + LAST, _SEARCHED_CONTACTS)
    return [row["conversation_id"] for row in rows]
