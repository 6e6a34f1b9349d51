"""Lists of conversations: filtered, searched, in the order asked for, and no more of them than the viewer sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.messaging.contacts import LAST, beginnings, ids_matching
from core.messaging.conversation_filter import Condition, Filter, Kind, Nobody, Sort, Status, Values, nothing_more
from core.messaging.conversation_finding import Finding
from core.messaging.page import Texts, by_time, encode
from core.messaging.plugin_sets import FEW, MANY, WHOLE, Narrowed, PluginSet, narrowed, sets_of

__all__ = ["Filter", "Kind", "Nobody", "Sort", "Status", "list_conversations", "page_statement"]

NEAREST: Final = 1000
"""So many rows of a list are asked about sets of plugins, before these are gone through."""
_SEARCHED_CONTACTS: Final = 500

# By the system role, as contacts are found (core.messaging.contacts): the index would not be used otherwise.
_GROUPS: Final = """
select conversation_id from groups where tenant_id = $1 and lower(subject) >= $2 and lower(subject) < $3 limit $4
"""
_PAGE: Final = "select seen.id, seen.at from ({seen}) seen order by seen.at {way}, seen.id {way} limit {most:d}"
# One more row, of nothing, where that was the whole list.
_NEAREST: Final = """with nearest as materialized (
    select seen.id, seen.at from ({seen}) seen order by seen.at {way}, seen.id {way} limit {looked_at:d})
(select n.id, n.at from nearest n
    cross join lateral (select from conversations v where v.id = n.id and {conditions} limit 1) v
    order by n.at {way}, n.id {way} limit {most:d})
union all select null, null where (select count(*) from nearest) < {looked_at:d}
"""
# A statement of its own: always the same, it is planned once, and planning it takes as long as answering it.
_RESOURCES: Final = "select id, resource::text from conversation_resources where id = any($1)"


async def list_conversations(
    db: Database, wanted: Filter, *, limit: int, cursor: str | None = None, sort: Sort = "latest",
    fields: Sequence[str] = (), timers: Sequence[str] = ()
) -> Texts:
    """The newest activity first; or those whose customer waits for an answer, the longest first. `fields` and `timers`:
    the tables in which the tenant's plugins keep fields of contacts, and timers of conversations."""
    moment, identifier = by_time(cursor)
    after = None if moment is None else (moment, identifier)
    wished = Wished(wanted, sort, limit + 1, after, await searched(db, wanted.q))
    async with db.tenant() as connection:
        rows = await _found(connection, wished, sets_of(wanted, fields, timers))
        shown = rows[:limit]
        told = dict(await connection.fetch(_RESOURCES, [row["id"] for row in shown]))
    # What was given away or erased between the two is not there.
    items = [told[row["id"]] for row in shown if row["id"] in told]
    return Texts(items, encode(shown[-1]["at"], shown[-1]["id"]) if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class Wished:
    """A page: at most `most` rows after a place, of which `more` is true besides."""

    wanted: Filter
    sort: Sort
    most: int
    after: tuple[Any, Any] | None = None
    more: Condition = nothing_more


async def _found(connection: Connection, wished: Wished, sets: Sequence[PluginSet]) -> list[Any]:
    """A large set of plugins' is mostly met at the beginning of the list; if it is not, it is gone through."""
    narrow = await narrowed(connection, sets, FEW)
    if sets and narrow.through is None:
        query, given = nearest_statement(wished, sets)
        rows = await connection.fetch(query, *given)
        found = [row for row in rows if row["id"] is not None]
        if len(found) == wished.most or len(found) < len(rows):
            return found
        narrow = await narrowed(connection, sets, MANY)
    query, given = page_statement(wished, narrow)
    return list(await connection.fetch(query, *given))


def page_statement(wished: Wished, narrow: Narrowed = WHOLE) -> tuple[str, list[Any]]:
    """The statement that finds a page's ids and their places, for the viewer in scope, and its parameters."""
    values = Values()
    found = _finding(wished, values, wished.most, narrow)
    return _PAGE.format(seen=found.statement, way=found.order.way, most=wished.most), values.given


def nearest_statement(wished: Wished, sets: Sequence[PluginSet]) -> tuple[str, list[Any]]:
    """The same of the first NEAREST rows, each asked about the sets."""
    values = Values()
    found = _finding(wished, values, NEAREST, WHOLE)
    conditions = " and ".join(Narrowed(None, sets).condition(values))
    return _NEAREST.format(seen=found.statement, conditions=conditions, way=found.order.way, looked_at=NEAREST,
                           most=wished.most), values.given  # fmt: skip


def _finding(wished: Wished, values: Values, most: int, narrow: Narrowed) -> Finding:
    return Finding(wished.wanted, wished.sort, values, most=most, after=wished.after, more=wished.more, narrowed=narrow)


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
