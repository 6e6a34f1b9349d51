"""A tenant of a shop that has had so many messages: a conversation for each three, and of whatever is asked for enough
to fill a page or a count in all sizes. What there is more of in the larger ones is older, and mostly closed.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from comptoir_sdk.migrations import FilterableFields, ProtectTenantTable

from core.db.pool import Database
from tests.seed import SeededTenant, seed_tenant

_PEOPLE = """
with people as (
    insert into contacts (tenant_id, profile_name, phone)
    select $1, 'Customer ' || n, (212600000000 + n)::text from generate_series(1, $2::int) n returning id, phone)
insert into contact_identities (tenant_id, kind, value, contact_id) select $1, 'phone', phone, id from people
"""
# Of the newest 3,300 a third is open, half of those unread and half waiting; a tenth of all is of the member who looks.
_TALKS = """
insert into conversations (tenant_id, account_id, contact_id, status, assignee_id, team_id, priority, unread_count,
    tag_ids, last_message_at, last_inbound_at, waiting_since)
select $1, $2, c.id, s.status, case when n % 10 = 0 then $3::uuid when n % 10 < 4 then $4::uuid end,
    case when n % 4 = 0 then $5::uuid end,
    (array['none', 'none', 'none', 'low', 'normal', 'high', 'urgent'])[1 + n % 7],
    case when s.status = 'open' and n % 6 = 0 then 2 else 0 end, '{}', now() - n * interval '2 minutes',
    now() - n * interval '2 minutes' - interval '30 seconds',
    case when s.status <> 'closed' and n % 2 = 0 then now() - n * interval '2 minutes' end
from (select id, row_number() over (order by phone) as n from contacts where tenant_id = $1) c
cross join lateral (select case when n > 3300 then case when n % 50 = 0 then 'snoozed' else 'closed' end
    else (array['open', 'snoozed', 'closed'])[1 + n % 3] end as status) s
"""
_TAGGED = """
update conversations v set tag_ids = case when n % 40 = 0 then $2::uuid[] else $3::uuid[] end
from (select id, row_number() over (order by last_message_at desc) as n from conversations where tenant_id = $1) t
where v.tenant_id = $1 and v.id = t.id and (n % 4 = 0)
"""
_MESSAGES = """
insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, type, body,
    author_kind, status, status_rank, at)
select $1, t.id, $2, t.contact_id, $3, 'wamid.' || t.id || '.' || m.n,
    case when m.n % 3 = 0 then 'outbound' else 'inbound' end, 'text', 'Bonjour, est-ce en stock ? ' || m.n,
    case when m.n % 3 = 0 then 'agent' else 'customer' end,
    case when m.n % 3 = 0 then 'read' else 'received' end, 0, t.last_message_at - m.n * interval '1 minute'
from (select id, contact_id, last_message_at, row_number() over (order by last_message_at) as n from conversations
    where tenant_id = $1) t, generate_series(0, case when t.n = 4 then 4999 else 2 end) m(n)
"""
_LAST = """
update conversations v set last_message_id = m.id from (
    select distinct on (conversation_id) conversation_id, id from messages where tenant_id = $1
    order by conversation_id, at desc) m where v.tenant_id = $1 and v.id = m.conversation_id
"""
# What a plugin keeps of contacts: a third is of one city, and of whoever has been quiet for longest that is said, too.
FIELDS = "bench_field"
_TABLE = [
    f"create table {FIELDS} (tenant_id uuid not null, id uuid default uuidv7(), contact_id uuid not null, "
    "key text not null, value text not null, unique (tenant_id, contact_id, key))",
    *ProtectTenantTable(FIELDS, {"contact_id": "contacts"}).sql, *FilterableFields(FIELDS).sql]  # fmt: skip
_KEPT = """
insert into bench_field (tenant_id, contact_id, key, value)
select $1, c.id, f.key, f.value
from (select id, row_number() over (order by phone desc) as n from contacts where tenant_id = $1) c
cross join lateral (values ('city', case when n % 3 = 0 then 'Fes' else 'Agadir' end),
    ('quiet', case when n <= 500 then 'longest' end), ('quieter', case when n <= 2000 then 'long' end),
    ('old', case when n <= 10000 then 'yes' end)) f (key, value) where f.value is not null
"""


@dataclass(frozen=True)
class World:
    """`thread` is a conversation of 5,000 messages whose page is opened; `often` and `rare` are tags."""

    tenant: SeededTenant
    messages: int
    team: UUID
    often: UUID
    rare: UUID
    thread: UUID


async def fill(db: Database, owner: Any, messages: int) -> World:
    """A tenant of its own for each size."""
    tenant = await seed_tenant(db, f"inbox-{messages}")
    await owner.execute("set row_security = off")
    team = await owner.fetchval("insert into teams (tenant_id, name) values ($1, 'A') returning id", tenant.id)
    await owner.execute("insert into team_members values ($1, $2, $3)", tenant.id, team, tenant.agent_id)
    often, rare = [await owner.fetchval(
        "insert into tags (tenant_id, name, colour) values ($1, $2, 'red') returning id", tenant.id, name)
        for name in ("often", "rare")]  # fmt: skip
    await owner.execute(_PEOPLE, tenant.id, messages // 3)
    await owner.execute(_TALKS, tenant.id, tenant.account_id, tenant.agent_id, tenant.owner_id, team)
    await owner.execute(_TAGGED, tenant.id, [rare], [often])
    await owner.execute(_MESSAGES, tenant.id, tenant.account_id, tenant.phone_number_id)
    await owner.execute(_LAST, tenant.id)
    await owner.execute(_KEPT, tenant.id)
    thread = await owner.fetchval("select id from conversations where tenant_id = $1 order by last_message_at limit 1 "
                                  "offset 3", tenant.id)  # fmt: skip
    return World(tenant, messages, team, often, rare, thread)


async def furnish(owner: Any) -> None:
    """Before the first is filled."""
    for statement in _TABLE:
        await owner.execute(str(statement))


async def settle(owner: Any) -> None:
    await owner.execute("vacuum analyze")
    await owner.execute("checkpoint")


async def connect(dsn: str) -> Any:
    """As the owner, who fills without the wall."""
    return await asyncpg.connect(dsn)
