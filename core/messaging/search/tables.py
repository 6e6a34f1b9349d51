"""Rows of plugins' tables that say something (comptoir_sdk.migrations.SearchableText): ids, the newest first.

The system role looks, with the tenant and the member's sight as conditions of the same statement: no operator that
finds words is leakproof, so behind row-level security no index would be used. The plugin then reads the rows behind it.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.messaging.search.question import Terms
from core.messaging.search.sight import limited_sight

_log = logging.getLogger(__name__)
MOST: Final = 500
"""Ids of one table. What a plugin leaves out of them makes its answer shorter, not wrong."""
_NEWEST, _ENOUGH = 1000, 20
"""A word that so many of the newest rows hold is common: all that hold it would be too many to sort."""
_FEW_CONVERSATIONS: Final = 1000

_SETTINGS: Final = "set local enable_seqscan = off; set local statement_timeout = '500ms'"
_TABLES: Final = """select c.relname as name, bool_or(a.attname = 'conversation_id') as talks
from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
where c.oid = any(array(select to_regclass(quote_ident(name)) from unnest($1::text[]) name))
    and a.attname in ('conversation_id', 'search_words')
group by c.relname having bool_or(a.attname = 'search_words')"""

# `between`, for with `=` the planner may walk all tenants' rows by id until it has met enough of this one's.
_OF_NEWEST: Final = """select r.id from (
    select * from "{table}" n where n.tenant_id between $1 and $1 order by n.tenant_id desc, n.id desc limit {newest}) r
where ' ' || r.search_words like all ($2::text[]) {sight} order by r.id desc limit {most}"""
# Materialized, and the tenant asked for in a way that is no condition of an index: a planner in doubt would read the
# tenant's rows in the order of their ids.
_OF_ALL: Final = """with said as materialized (
    select r.id from "{table}" r
    where search_keys(r.tenant_id, 0, r.search_words, '{{}}') @> array(
            select k # hashtextextended($1::uuid::text, 0) from unnest(${grams}::bigint[]) k)
        and (r.tenant_id = $1) is true and ' ' || r.search_words like all ($2::text[]) {sight})
select id from said order by id desc limit {most}"""
_OF_FEW: Final = """with said as materialized (
    select r.id from "{table}" r where r.tenant_id = $1 and r.conversation_id = any ($3::uuid[])
        and ' ' || r.search_words like all ($2::text[]))
select id from said order by id desc limit {most}"""
_IN_SIGHT: Final = """and exists (select from conversations v where v.tenant_id = $1 and v.id = r.conversation_id
    and (v.assignee_id = $3 or v.team_id = any ($4::uuid[])))"""


async def find_rows(db: Database, tables: Sequence[str], terms: Terms) -> dict[str, list[UUID]]:
    """Of each table; one that is not searchable after all, or took too long, is not among them: it is its plugin's to
    read, within its own time."""
    if not tables:
        return {}
    async with db.system.acquire() as connection:
        known = await connection.fetch(_TABLES, list(tables))
        found = {table["name"]: await _ids(connection, table["name"], terms, talks=table["talks"]) for table in known}
    return {table: ids for table, ids in found.items() if ids is not None}


async def _ids(connection: Connection, table: str, terms: Terms, *, talks: bool) -> list[UUID] | None:
    found: list[UUID] | None = None
    try:
        async with connection.transaction():
            await connection.execute(_SETTINGS)
            sight = await limited_sight(connection, _FEW_CONVERSATIONS) if talks else None
            if sight is not None and sight.few is not None:
                return await _asked(connection, _OF_FEW, table, terms, sight.few)
            condition, seen = (_IN_SIGHT, (sight.member_id, sight.teams)) if sight else ("", ())
            found = await _asked(connection, _OF_NEWEST, table, terms, *seen, sight=condition)
            if len(found) < _ENOUGH:
                found = await _asked(connection, _OF_ALL, table, terms, *seen, terms.grams, sight=condition)
    except asyncpg.QueryCanceledError:
        _log.warning("searching %s took too long and ended with its newest rows", table)
    return found


async def _asked(connection: Connection, query: str, table: str, terms: Terms, *given: Any,
                 sight: str = "") -> list[UUID]:
    statement = query.format(table=table, newest=_NEWEST, most=MOST, sight=sight, grams=2 + len(given))
    rows = await connection.fetch(statement, require_tenant(), terms.patterns, *given)
    return [row["id"] for row in rows]
