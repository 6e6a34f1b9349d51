"""Messages to groups: how far each has come with each of its people, and the sums that are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.whatsapp.phones import canonical
from core.whatsapp.statuses import rank_of

MessageRef = tuple[UUID, UUID]
Receipt = tuple[str, str, datetime]
"""(participant, status, at)"""

_KEEP: Final = """insert into message_receipts (tenant_id, message_id, participant, status, rank, at)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[])
on conflict (tenant_id, message_id, participant, status)
    do update set at = excluded.at where excluded.at < message_receipts.at
returning tenant_id, message_id"""

# Who has read it has got it; who got it did not fail.
_SUM: Final = """with person as (
    select r.tenant_id, r.message_id, r.participant, max(r.rank) filter (where r.status <> 'failed') as furthest,
        bool_or(r.status = 'failed') as failed
    from (select distinct * from unnest($1::uuid[], $2::uuid[]) u(tenant_id, message_id)) t
    join message_receipts r on r.tenant_id = t.tenant_id and r.message_id = t.message_id group by 1, 2, 3),
total as (
    select tenant_id, message_id, jsonb_build_object(
        'sent', count(*) filter (where furthest >= 1), 'delivered', count(*) filter (where furthest >= 2),
        'read', count(*) filter (where furthest >= 3), 'played', count(*) filter (where furthest >= 4),
        'failed', count(*) filter (where failed and coalesce(furthest, 0) <= 1)) as receipts
    from person group by tenant_id, message_id)
update messages m set receipts = t.receipts, version = m.version + 1 from total t
where m.tenant_id = t.tenant_id and m.id = t.message_id and m.receipts is distinct from t.receipts
returning m.tenant_id, m.id"""


async def keep_receipts(connection: Connection, told: Mapping[MessageRef, Sequence[Receipt]]) -> list[MessageRef]:
    """Each status of each participant once, by its first time; the messages whose sums changed."""
    earliest: dict[tuple[UUID, UUID, str, str], datetime] = {}
    for ref, receipts in told.items():
        for participant, status, at in receipts:
            key = (*ref, canonical(participant) or participant, status)
            earliest[key] = min(at, earliest.get(key, at))
    if not earliest:
        return []
    rows = [(*key, rank_of(key[3]), at) for key, at in earliest.items()]
    stored = await connection.fetch(_KEEP, *zip(*rows, strict=True))
    refs = [(row["tenant_id"], row["message_id"]) for row in stored]
    if not refs:
        return []
    return [(row[0], row[1]) for row in await connection.fetch(_SUM, *zip(*refs, strict=True))]
