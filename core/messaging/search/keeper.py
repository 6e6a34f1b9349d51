"""Keeps what is searched a moment behind the ledger: reads anew what was queued, the newest first."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database

BATCH: Final = 500
SHELF: Final = 16_384
"""Messages of one shelf, in a tenant of up to a million; larger tenants have sixty-four shelves of more."""
_IDLE_SECONDS: Final = 0.5
_LOCK: Final = 0x5EA2C4
_MEANWHILE: Final = (asyncpg.ForeignKeyViolationError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
"""A message was deleted while its words were written; whoever deletes is held up no longer than the timeout."""

_TAKE: Final = """delete from search_queue where id = any(array(
    select id from search_queue order by id desc limit $1 for update skip locked))
returning tenant_id, noun, item"""

# What was taken back, is a reaction, or has no words is found by nobody. A shelf by Meta's clock: what comes late
# stands where its time is.
_WRITE_MESSAGES: Final = """with read as materialized (
    select m.tenant_id, m.id, m.conversation_id, m.at, search_message(m) as words, search_facets(m) as facets
    from unnest($1::uuid[], $2::uuid[]) u (tenant_id, id)
    join messages m on m.tenant_id = u.tenant_id and m.id = u.id),
dropped as (
    delete from message_words w using read r where r.words = '' and w.tenant_id = r.tenant_id and w.message_id = r.id),
written as (
    insert into message_words as w (tenant_id, message_id, conversation_id, shelf, at, words, facets)
    select tenant_id, id, conversation_id, (select s.number from search_shelves s
        where s.tenant_id = r.tenant_id and s.from_at <= r.at order by s.from_at desc limit 1), at, words, facets
    from read r where words <> ''
    on conflict (tenant_id, message_id) do update set conversation_id = excluded.conversation_id,
        shelf = excluded.shelf, at = excluded.at, words = excluded.words, facets = excluded.facets
    returning tenant_id, shelf, at, xmax = 0 as fresh)
update search_shelves s set messages = s.messages + n.fresh, last_at = greatest(s.last_at, n.last_at)
from (select tenant_id, shelf, count(*) filter (where fresh) as fresh, max(at) as last_at from written
    group by tenant_id, shelf) n
where s.tenant_id = n.tenant_id and s.number = n.shelf returning s.tenant_id, s.number, s.messages"""
_FIRST_SHELVES: Final = """insert into search_shelves (tenant_id, number, from_at)
select id, 0, '-infinity' from tenants where id = any($1::uuid[]) on conflict do nothing"""
_TENANT: Final = """select number, messages, from_at = max(from_at) over () as newest, sum(messages) over () as total
from search_shelves where tenant_id = $1"""
_NEXT_SHELF: Final = """insert into search_shelves (tenant_id, number, from_at)
select $1, max(number) + 1, (select last_at + interval '1 microsecond' from search_shelves
    where tenant_id = $1 and number = $2) from search_shelves where tenant_id = $1"""
# History that is told late fills the oldest shelf: its newer half moves out.
_MIDDLE: Final = """select percentile_disc(0.5) within group (order by at) from message_words
where search_keys(tenant_id, shelf, words, facets)
        @> array[search_facet('all') # hashtextextended($1::uuid::text, $2::integer)]
    and (tenant_id = $1) is true and shelf = $2"""
_HALVE: Final = """with made as (
    insert into search_shelves (tenant_id, number, from_at, last_at)
    select tenant_id, (select max(number) + 1 from search_shelves where tenant_id = $1), $3, last_at
    from search_shelves where tenant_id = $1 and number = $2 and from_at < $3 returning number),
moved as (
    update message_words w set shelf = made.number from made
    where search_keys(w.tenant_id, w.shelf, w.words, w.facets)
            @> array[search_facet('all') # hashtextextended($1::uuid::text, $2::integer)]
        and (w.tenant_id = $1) is true and w.shelf = $2 and w.at >= $3 returning 1)
select made.number, (select count(*) from moved) as messages from made"""
_COUNT_HALVES: Final = """update search_shelves s set messages = case when number = $3 then $4 else messages - $4 end,
    last_at = case when number = $3 then last_at else $5 end where tenant_id = $1 and number in ($2, $3)"""

_NAMES: Final = """insert into name_words as w (tenant_id, item, contact_id, conversation_id, words)
select tenant_id, id, contact_id, conversation_id, words from (
    select c.tenant_id, c.id, c.id as contact_id, null::uuid as conversation_id, search_words(concat_ws(' ',
        c.display_name, nullif(c.name, c.display_name), nullif(c.profile_name, c.display_name),
        c.username, c.phone)) as words
    from unnest($1::uuid[], $2::text[], $3::uuid[]) u (tenant_id, noun, id)
    join contacts c on u.noun = 'contact' and c.tenant_id = u.tenant_id and c.id = u.id
    union all
    select g.tenant_id, g.conversation_id, null, g.conversation_id, search_words(g.subject)
    from unnest($1::uuid[], $2::text[], $3::uuid[]) u (tenant_id, noun, id)
    join groups g on u.noun = 'group' and g.tenant_id = u.tenant_id and g.conversation_id = u.id
        and g.subject is not null) named
on conflict (tenant_id, item) do update set words = excluded.words where w.words <> excluded.words"""

Item = tuple[UUID, UUID]
"""(tenant id, id)"""


class SearchKeeper:
    """Of all workers one at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                taken = await self.keep()
            except _MEANWHILE:
                taken = 0  # rolled back: what is there still is read the next time
            if taken < BATCH:
                await asyncio.sleep(_IDLE_SECONDS)

    async def keep(self) -> int:
        """One batch; how many were queued. 0 as well while another worker is at it."""
        async with self._db.system_transaction() as connection:
            if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
                return 0
            # The planner would read all of what is searched to find the few that it is asked for.
            await connection.execute("set local enable_seqscan = off; set local lock_timeout = '300ms'")
            taken = await connection.fetch(_TAKE, BATCH)
            await self._write(connection, taken)
            return len(taken)

    async def _write(self, connection: Connection, taken: Sequence[Any]) -> None:
        messages = sorted({(row["tenant_id"], row["item"]) for row in taken if row["noun"] == "message"})
        names = sorted({tuple(row) for row in taken if row["noun"] != "message"})
        if names:
            await connection.execute(_NAMES, *(list(column) for column in zip(*names, strict=True)))
        if messages:
            await _write_messages(connection, messages)


async def _write_messages(connection: Connection, messages: Sequence[Item]) -> None:
    tenants, ids = (list(column) for column in zip(*messages, strict=True))
    await connection.execute(_FIRST_SHELVES, list(dict.fromkeys(tenants)))
    for tenant_id, number, held in await connection.fetch(_WRITE_MESSAGES, tenants, ids):
        if held >= SHELF:
            await _make_room(connection, tenant_id, number)


async def _make_room(connection: Connection, tenant_id: UUID, number: int) -> None:
    rows = {row["number"]: row for row in await connection.fetch(_TENANT, tenant_id)}
    shelf = rows[number]
    largest = max(SHELF, int(shelf["total"]) // 64)
    if shelf["newest"] and shelf["messages"] >= largest:
        await connection.execute(_NEXT_SHELF, tenant_id, number)
    elif shelf["messages"] >= 4 * largest:
        middle = await connection.fetchval(_MIDDLE, tenant_id, number)
        if made := await connection.fetchrow(_HALVE, tenant_id, number, middle):
            await connection.execute(_COUNT_HALVES, tenant_id, number, made["number"], made["messages"], middle)


async def waiting(db: Database) -> Counter[str]:
    """What is queued, by noun."""
    rows = await db.system.fetch("select noun, count(*) as n from search_queue group by noun")
    return Counter({row["noun"]: row["n"] for row in rows})
