"""How far a number's history has come, or that it will not come, onto the number: what Meta said last stays."""

import json
from collections.abc import Sequence
from typing import Any, Final

from comptoir_sdk.webhooks import HistorySync

from core.db.pool import Connection
from core.messaging.intake.batch import Notice

# Chunks come in any order, many of one second: of those the furthest. A refusal is the last word of its second.
_KEEP: Final = """update accounts a set history = u.told::jsonb, updated_at = now(), version = a.version + 1
from unnest($1::uuid[], $2::uuid[], $3::text[]) u(tenant_id, id, told)
where a.tenant_id = u.tenant_id and a.id = u.id and (a.history is null
    or ((u.told::jsonb ->> 'at')::timestamptz, u.told::jsonb ->> 'error_code' is not null,
        coalesce((u.told::jsonb ->> 'progress')::float8, 0))
    > ((a.history ->> 'at')::timestamptz, a.history ->> 'error_code' is not null,
        coalesce((a.history ->> 'progress')::float8, 0)))"""


async def keep(connection: Connection, notices: Sequence[Notice]) -> None:
    """In the caller's transaction."""
    for notice in notices:
        told = notice.tiding.told
        if isinstance(told, HistorySync):
            row = notice.account.tenant_id, notice.account.id, json.dumps(_kept(notice, told))
            await connection.execute(_KEEP, *([value] for value in row))


def _kept(notice: Notice, told: HistorySync) -> dict[str, Any]:
    return {"at": notice.at.isoformat(), "phase": told.phase, "progress": told.progress,
            "error_code": told.error_code, "error": told.error}  # fmt: skip
