"""Statuses that came before their message was known: parked, applied when it appears, forgotten after a week."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake import corrections
from core.messaging.intake.batch import Told
from core.messaging.intake.events import tell_statuses, tell_updated
from core.messaging.intake.statuses import MessageRef, Progress, advance, error_of

KEEP: Final = timedelta(days=7)
"""As long as Meta may still deliver (Cloud API, "Webhooks: overview")."""
_RECENT: Final = timedelta(minutes=2)
_dump = json.JSONEncoder(separators=(",", ":"), default=str).encode

_PARK: Final = """insert into parked_statuses
    (tenant_id, phone_number_id, wamid, status, participant, callback_data, at, payload)
select tenant_id, phone_number_id, wamid, status, participant, callback_data, at, payload::jsonb
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
    u(tenant_id, phone_number_id, wamid, status, participant, callback_data, at, payload)
on conflict do nothing"""

_TAKE: Final = """with taken as (
    delete from parked_statuses p using messages m
    where p.tenant_id = $1 and p.phone_number_id = $2 and p.wamid = any($3::text[])
        and m.tenant_id = p.tenant_id and m.phone_number_id = p.phone_number_id and m.wamid = p.wamid
    returning p.tenant_id, m.id, p.status, p.at, p.participant, p.payload -> 'error' as error)
select * from taken"""

# A status can be parked in the moment in which the lane stores its wamid, each unseen by the other.
_MATCHING: Final = """select distinct p.tenant_id, p.phone_number_id, p.wamid
from parked_statuses p
join messages m on m.tenant_id = p.tenant_id and m.phone_number_id = p.phone_number_id and m.wamid = p.wamid
where p.created_at > now() - $1::interval limit 500"""


async def park(connection: Connection, told: Sequence[Told]) -> None:
    if told:
        rows = [(t.account.tenant_id, t.account.phone_number_id, t.status.wamid, t.status.status,
                 t.status.participant or "", t.status.callback_data, t.status.at,
                 _dump({"raw": t.status.raw, "error": error_of(t)})) for t in told]
        await connection.execute(_PARK, *zip(*rows, strict=True))


async def apply_parked(
    connection: Connection, tenant_id: UUID, phone_number_id: str, wamids: Sequence[str]
) -> list[UUID]:
    """These messages are known now: apply what Meta told of them before. Runs in the caller's transaction.

    Returns the messages that changed; their `message.status` events are appended.
    """
    progress: dict[MessageRef, Progress] = {}
    for row in await connection.fetch(_TAKE, tenant_id, phone_number_id, list(wamids)):
        progress.setdefault((row["tenant_id"], row["id"]), Progress()).hear(
            row["status"], row["at"], _object(row["error"]), row["participant"])
    changed = await advance(connection, progress)
    await tell_statuses(connection, changed)
    return [message_id for _, message_id in changed]


async def match_recent(connection: Connection) -> int:
    """Apply what was parked lately although its message is known; how many messages changed."""
    changed = 0
    for row in await connection.fetch(_MATCHING, _RECENT):
        changed += len(await apply_parked(connection, row["tenant_id"], row["phone_number_id"], [row["wamid"]]))
    corrected = await corrections.apply(connection, await corrections.waiting(connection, _RECENT))
    await tell_updated(connection, corrected)
    return changed + len(corrected)


async def forget_old(connection: Connection) -> None:
    """Statuses of messages that were never ours: sent by another app on the same number."""
    await connection.execute("delete from parked_statuses where created_at < now() - $1::interval", KEEP)


def _object(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None
