"""Another place in the log for an endpoint: back to a time, or past the event that blocks it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.errors import Conflict
from core.events import log
from core.outward.endpoints import locked, wake

_PLACE: Final = """
update webhook_endpoints set seq = $3, replayed_to = greatest(replayed_to, $4), failures = 0, failing_since = null,
    due_at = now(), leased_by = null, leased_until = null, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2
"""
_AT: Final = "select created_at from event_log where tenant_id = $1 and seq >= $2 order by seq limit 1"
_OLDEST: Final = "select seq from event_log where tenant_id = $1 order by seq limit 1"
_BLOCKING: Final = """
select seq, type from event_log where tenant_id = $1 and seq > $2 and type = any($3) order by seq limit 1
"""


async def start_from(db: Database, tenant_id: UUID, endpoint_id: UUID, since: datetime) -> None:
    """Everything that happened since is sent again, in order, under the ids it had. Raises NotFound.

    A time that is still to come leaves what waits unsent.
    """
    async with db.system_transaction() as connection:
        before = await locked(connection, tenant_id, endpoint_id)
        seq = await _last_before(connection, tenant_id, since)
        await connection.execute(_PLACE, tenant_id, endpoint_id, seq, before["seq"])
        await wake(connection)
        await audit.record_for(connection, tenant_id, "webhook.replayed", "webhook", endpoint_id,
                               {"since": [None, since.isoformat()], "seq": [before["seq"], seq]})  # fmt: skip


async def skip(db: Database, tenant_id: UUID, endpoint_id: UUID) -> None:
    """The event that fails is not sent; the next one is. Raises NotFound, or Conflict when none fails."""
    async with db.system_transaction() as connection:
        before = await locked(connection, tenant_id, endpoint_id)
        blocking = await connection.fetchrow(_BLOCKING, tenant_id, before["seq"], before["types"])
        if blocking is None or not before["failures"]:
            raise Conflict("No event of this webhook fails now.")
        await connection.execute(_PLACE, tenant_id, endpoint_id, blocking["seq"], before["replayed_to"])
        await wake(connection)
        await audit.record_for(connection, tenant_id, "webhook.event_skipped", "webhook", endpoint_id,
                               {"seq": [before["seq"], blocking["seq"]], "type": [None, blocking["type"]]})  # fmt: skip


async def _last_before(connection: Connection, tenant_id: UUID, since: datetime) -> int:
    """The number of the newest event older than `since`, by halving: the log is in the order of time, and long."""
    low = (await connection.fetchval(_OLDEST, tenant_id) or 1) - 1
    high = await log.head(connection, tenant_id)
    while low < high:
        middle = (low + high + 1) // 2
        at = await connection.fetchval(_AT, tenant_id, middle)
        if at is not None and at < since:
            low = middle
        else:
            high = middle - 1
    return low
