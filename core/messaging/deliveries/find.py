"""Deliveries by wamid, phone or time. A tenant finds its own items alone, the operator everybody's."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import Invalid, NotFound
from core.messaging.deliveries.parts import numbers_of, part_of, readable
from core.messaging.page import Page, by_number, page
from core.whatsapp.phones import canonical

SHORTEST: Final = 4
"""Digits of a fragment of a number."""
_MOST_PHONES: Final = 200
_SHOWN_ITEMS: Final = 10

_PHONES: Final = """select distinct value from contact_identities
where kind = 'phone' and value like '%' || $1 || '%' and ({tenant}) limit $2"""
_ALL: Final = """select id as delivery_id, received_at from journal
where {where} order by id desc limit $1"""
_TRACED: Final = """select distinct on (delivery_id) delivery_id, received_at from journal_traces
where {where} order by delivery_id desc limit $1"""
_ASIDE: Final = """select distinct on (q.delivery_id) q.delivery_id, j.received_at
from quarantine q join journal j on j.id = q.delivery_id
where {where} order by q.delivery_id desc limit $1"""

# `any(array(…))`: every tenant, so that the primary key serves the operator too.
_ITEMS: Final = """
with found as (select * from unnest($1::bigint[], $2::timestamptz[]) f(delivery_id, received_at)),
said as (
    select f.delivery_id, f.received_at, count(*) as n, jsonb_agg(jsonb_build_object(
            'kind', t.kind, 'what', t.what, 'wamid', t.wamid, 'phone', t.phone, 'outcome', t.outcome,
            'applied_at', t.applied_at, 'batch', t.batch,
            'tenant', jsonb_build_object('id', t.tenant_id, 'slug', o.slug),
            'message_id', m.id, 'conversation_id', m.conversation_id) order by t.n)
        filter (where t.n <= $4) as items
    from found f
    cross join lateral (
        select t.*, row_number() over () as n from journal_traces t
        where t.tenant_id = any(array(select id from tenants where $3::uuid is null or id = $3))
            and t.delivery_id = f.delivery_id and t.received_at = f.received_at) t
    left join tenants o on o.id = t.tenant_id
    left join lateral (
        select m.id, m.conversation_id from messages m where t.n <= $4 and m.tenant_id = t.tenant_id
            and m.phone_number_id = any(array(select phone_number_id from accounts a where a.tenant_id = t.tenant_id))
            and m.wamid = t.wamid limit 1) m on true
    group by f.delivery_id, f.received_at)
select f.delivery_id, jsonb_build_object('id', f.delivery_id, 'received_at', f.received_at, 'app', j.app_slug,
    'bytes', case when $3::uuid is null then octet_length(j.body) end,
    'waiting', exists (select from journal_pending p where p.id = f.delivery_id),
    'set_aside', (select count(*) from quarantine q where q.delivery_id = f.delivery_id and q.replayed_at is null
        and q.dismissed_at is null and ($3::uuid is null or q.tenant_id = $3)),
    'item_count', coalesce(s.n, 0), 'items', coalesce(s.items, '[]'::jsonb)) as resource
from found f join journal j on j.id = f.delivery_id and j.received_at = f.received_at
left join said s on s.delivery_id = f.delivery_id order by f.delivery_id desc
"""
_BODY: Final = "select received_at, headers, body from journal where id = $1"
_CONCERNS: Final = """select exists (select from journal_traces
        where tenant_id = $2 and delivery_id = $1) or exists (
    select from quarantine where delivery_id = $1 and tenant_id = $2)"""
_TENANTS: Final = """select distinct tenant_id from journal_traces
where tenant_id = any(array(select id from tenants)) and delivery_id = $1"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; all of what is given. `phone` in any spelling, or at least four digits of it."""

    wamid: str | None = None
    phone: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def find(db: Database, wanted: Wanted, tenant_id: UUID | None, *, limit: int, cursor: str | None) -> Page:
    """Newest first. Without a tenant: the operator's view, of every delivery there is. Raises Invalid."""
    async with db.system.acquire() as connection:
        phones = await phones_like(connection, wanted.phone, tenant_id) if wanted.phone else None
        found = await _places(connection, wanted, phones, tenant_id, by_number(cursor), limit + 1)
        rows = await connection.fetch(_ITEMS, [row["delivery_id"] for row in found],
                                      [row["received_at"] for row in found], tenant_id, _SHOWN_ITEMS)
    return page(rows, limit, "delivery_id", "delivery_id")


async def get(db: Database, delivery_id: int, tenant_id: UUID | None) -> dict[str, Any]:
    """One delivery with its content: the tenant's part of it, or all of it. Raises NotFound."""
    async with db.system.acquire() as connection:
        row = await connection.fetchrow(_BODY, delivery_id)
        if row is None or (tenant_id and not await connection.fetchval(_CONCERNS, delivery_id, tenant_id)):
            raise NotFound("There is no such delivery, or it is older than deliveries are kept.")
        content = part_of(row["body"], await numbers_of(connection, tenant_id)) if tenant_id else readable(row["body"])
        [told] = await connection.fetch(_ITEMS, [delivery_id], [row["received_at"]], tenant_id, 1000)
    headers = {} if tenant_id else {name: value for name, value in row["headers"].items() if "signature" not in name}
    return {**told["resource"], "headers": headers, "content": content}


async def tenants_in(connection: Connection, delivery_id: int) -> list[UUID]:
    """Whose items a delivery has."""
    return [row["tenant_id"] for row in await connection.fetch(_TENANTS, delivery_id)]


async def phones_like(connection: Connection, told: str, tenant_id: UUID | None) -> list[str]:
    """Every number that this may be, in its one spelling."""
    digits = "".join(str(unicodedata.digit(one)) for one in told if one.isdigit())
    fragment = digits.lstrip("0")  # of 00212… as of 0661…
    if len(fragment) < SHORTEST:
        raise Invalid(f"Give at least {SHORTEST} digits of the number.",
                      errors=[{"loc": ["phone"], "msg": f"at least {SHORTEST} digits"}])  # fmt: skip
    clause = _PHONES.format(tenant="tenant_id = $3" if tenant_id else "true")
    more = (tenant_id,) if tenant_id else ()
    rows = await connection.fetch(clause, fragment, _MOST_PHONES, *more)
    return sorted({row["value"] for row in rows} | ({whole} if (whole := canonical(fragment)) else set()))


async def _places(connection: Connection, wanted: Wanted, phones: list[str] | None, tenant_id: UUID | None,
                  before: int | None, limit: int) -> list[Any]:  # fmt: skip
    """(delivery_id, received_at), newest first."""
    if tenant_id is None and wanted.wamid is None and phones is None:
        where, values = _where("", wanted, None, None, before, key="id")
        return list(await connection.fetch(_ALL.format(where=where), limit, *values))
    found = {}
    for statement, prefix in ((_TRACED, ""), (_ASIDE, "q.")):
        where, values = _where(prefix, wanted, phones, tenant_id, before)
        for row in await connection.fetch(statement.format(where=where), limit, *values):
            found[row["delivery_id"]] = row
    return [found[key] for key in sorted(found, reverse=True)][:limit]


def _where(prefix: str, wanted: Wanted, phones: list[str] | None, tenant_id: UUID | None, before: int | None, *,
           key: str = "delivery_id") -> tuple[str, list[Any]]:  # fmt: skip
    """Conditions of what is given alone: each shape has a plan of its own. $1 is the limit."""
    moment = "j.received_at" if prefix else "received_at"
    given = [
        (f"{prefix}tenant_id = ${{}}", tenant_id), (f"{prefix}wamid = ${{}}", wanted.wamid),
        (f"{prefix}phone = any(${{}}::text[])", phones), (f"{moment} >= ${{}}", wanted.since),
        (f"{moment} < ${{}}", wanted.until), (f"{prefix}{key} < ${{}}", before),
    ]  # fmt: skip
    used = [(condition, value) for condition, value in given if value is not None]
    return (" and ".join(condition.format(n) for n, (condition, _) in enumerate(used, 2)) or "true",
            [value for _, value in used])
