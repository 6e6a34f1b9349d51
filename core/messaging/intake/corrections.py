"""Edits and deletions by the author onto their messages. What comes before its message waits for it.

The message shows the newest edit, or nothing of itself once it was taken back; `original` keeps what was written first.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Corrected, Incoming

KEEP: Final = timedelta(days=30)
"""A correction whose message never came: Meta allows edits for 15 minutes and deletions for two days."""

Target = tuple[UUID, str, str]
"""(tenant id, phone number id, wamid)"""

_KEEP: Final = """insert into message_corrections
    (tenant_id, phone_number_id, target_wamid, kind, wamid, outbound, at, body, content, delivery_id)
select tenant_id, phone_number_id, target_wamid, kind, wamid, outbound, at, body, content::jsonb, delivery_id
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::timestamptz[], $8::text[],
    $9::text[], $10::bigint[])
    u(tenant_id, phone_number_id, target_wamid, kind, wamid, outbound, at, body, content, delivery_id)
on conflict do nothing returning tenant_id, phone_number_id, target_wamid"""

# Only the author's own: a customer's edit never touches what the business wrote, nor the reverse.
_APPLY: Final = """with target as (
    select distinct u.* from unnest($1::uuid[], $2::text[], $3::text[]) u(tenant_id, phone_number_id, wamid)),
known as (
    select c.*, m.id from target t
    join message_corrections c on c.tenant_id = t.tenant_id and c.phone_number_id = t.phone_number_id
        and c.target_wamid = t.wamid
    join messages m on m.tenant_id = t.tenant_id and m.phone_number_id = t.phone_number_id and m.wamid = t.wamid
        and not m.ghost and (m.direction = 'outbound') = c.outbound),
placed as (
    update message_corrections c set message_id = k.id from known k
    where c.tenant_id = k.tenant_id and c.phone_number_id = k.phone_number_id and c.target_wamid = k.target_wamid
        and c.kind = k.kind and c.wamid = k.wamid and c.message_id is null),
word as (
    select tenant_id, id, max(at) filter (where kind = 'edit') as edited_at,
        min(at) filter (where kind = 'revoke') as revoked_at,
        (array_agg(body order by at desc, wamid desc) filter (where kind = 'edit'))[1] as body,
        (array_agg(content order by at desc, wamid desc) filter (where kind = 'edit'))[1] as content
    from known group by tenant_id, id)
update messages m set edited_at = w.edited_at, revoked_at = w.revoked_at,
    original = coalesce(m.original, jsonb_build_object('type', m.type, 'body', m.body, 'content', m.content)),
    body = case when w.revoked_at is null then w.body else '' end,
    content = case when w.revoked_at is null then w.content else '{}' end, version = m.version + 1
from word w where m.tenant_id = w.tenant_id and m.id = w.id
    and (m.edited_at, m.revoked_at) is distinct from (w.edited_at, w.revoked_at)
returning m.tenant_id, m.id"""

# What waits for a message that is new: nothing, nearly always.
_ANY_WAITING: Final = """select exists (
    select from message_corrections where tenant_id = any($1::uuid[]) and message_id is null)"""

_WAITING: Final = """select c.tenant_id, c.phone_number_id, c.target_wamid from message_corrections c
where c.message_id is null and c.created_at > now() - $1::interval and exists (select from messages m
    where m.tenant_id = c.tenant_id and m.phone_number_id = c.phone_number_id and m.wamid = c.target_wamid
    and not m.ghost) limit 500"""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


async def keep(connection: Connection, corrected: Sequence[Corrected]) -> list[Target]:
    """Store what is new; the messages it is about."""
    if not corrected:
        return []
    rows = [(c.account.tenant_id, c.account.phone_number_id, c.correction.target, c.correction.kind, c.correction.wamid,
             c.correction.outbound, c.correction.at, c.correction.body, _dump(c.correction.content), c.delivery_id)
            for c in corrected]  # fmt: skip
    return [tuple(row) for row in await connection.fetch(_KEEP, *zip(*rows, strict=True))]


async def awaited(connection: Connection, arrived: Sequence[Incoming]) -> list[Target]:
    """Those of these messages, new in the ledger, that a correction may have waited for."""
    tenants = {incoming.account.tenant_id for incoming in arrived}
    if not tenants or not await connection.fetchval(_ANY_WAITING, list(tenants)):
        return []
    return [(one.account.tenant_id, one.account.phone_number_id, one.message.wamid) for one in arrived]


async def apply(connection: Connection, targets: Sequence[Target]) -> list[tuple[UUID, UUID]]:
    """Whatever is kept of these messages; (tenant id, message id) of those that changed."""
    if not targets:
        return []
    return [tuple(row) for row in await connection.fetch(_APPLY, *zip(*targets, strict=True))]


async def waiting(connection: Connection, recent: timedelta) -> list[Target]:
    """The messages that came meanwhile without their corrections being seen, as a lane's wamid may."""
    return [tuple(row) for row in await connection.fetch(_WAITING, recent)]


async def forget_old(connection: Connection) -> None:
    await connection.execute(
        "delete from message_corrections where message_id is null and created_at < now() - $1::interval", KEEP)
