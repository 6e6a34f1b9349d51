"""A number that Meta told to wait: written on its row, so that every worker keeps to it and the desk can say why."""

from datetime import datetime
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.send_errors import ErrorJson

_PAUSE: Final = """
update accounts set pause_error = $4, paused_until = $3
where tenant_id = $1 and id = $2 and coalesce(paused_until < $3, true)
"""
_PAUSE_BULK: Final = """
update accounts set bulk_pause_error = $4, bulk_paused_until = $3
where tenant_id = $1 and id = $2 and coalesce(bulk_paused_until < $3, true)
"""


async def pause_number(
    connection: Connection, tenant_id: UUID, account_id: UUID, until: datetime, error: ErrorJson
) -> None:
    """Nothing leaves before then. A longer pause stays."""
    await connection.execute(_PAUSE, tenant_id, account_id, until, error)


async def pause_bulk(
    connection: Connection, tenant_id: UUID, account_id: UUID, until: datetime, error: ErrorJson
) -> None:
    """Replies go on; what is bulk waits."""
    await connection.execute(_PAUSE_BULK, tenant_id, account_id, until, error)
