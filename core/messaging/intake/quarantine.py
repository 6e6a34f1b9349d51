"""What could not be applied, kept whole with its reason, to be replayed when the reason is gone."""

import json
from collections.abc import Sequence
from typing import Final

from core.db.pool import Connection
from core.messaging.intake.batch import Refusal

# Once for each item and owner, however often it is replayed; what was dismissed is not brought back.
_SET_ASIDE: Final = """insert into quarantine (delivery_id, tenant_id, path, reason, item, wamid, phone)
select delivery_id, tenant_id, path, reason, item::jsonb, wamid, phone
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    u(delivery_id, tenant_id, path, reason, item, wamid, phone)
where not exists (select from quarantine q where q.delivery_id = u.delivery_id and q.path = u.path
    and q.tenant_id is not distinct from u.tenant_id and q.replayed_at is null)"""
_LONGEST_REASON: Final = 500
_dump = json.JSONEncoder(separators=(",", ":"), default=str).encode


async def set_aside(connection: Connection, refusals: Sequence[Refusal]) -> None:
    """Keep these. The delivery they came in stays in the journal."""
    if refusals:
        rows = [(r.delivery_id, r.tenant_id, r.path, r.reason[:_LONGEST_REASON].replace("\0", ""), _dump(r.item),
                 r.wamid, r.phone) for r in refusals]
        await connection.execute(_SET_ASIDE, *zip(*rows, strict=True))
