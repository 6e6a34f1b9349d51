"""Meta could not fetch a file that it had an id of: the id is forgotten, so that the next try uploads it again."""

from collections.abc import Sequence
from typing import Final

from core.db.pool import Connection
from core.messaging.intake.batch import Told

LOST: Final = frozenset({131052, 131053})
"""Media download and upload errors (Cloud API, "Error codes"), as a status tells them after the send was accepted."""

_FORGET: Final = """delete from media_ids d
using unnest($1::uuid[], $2::text[], $3::text[]) u(tenant_id, phone_number_id, wamid), messages m, attachments a
where m.tenant_id = u.tenant_id and m.phone_number_id = u.phone_number_id and m.wamid = u.wamid
    and m.direction = 'outbound' and a.tenant_id = m.tenant_id and a.message_id = m.id
    and d.tenant_id = m.tenant_id and d.account_id = m.account_id and d.sha256 = a.sha256
    and d.mime_type = a.mime_type and d.media_id is not null"""


async def forget_lost(connection: Connection, told: Sequence[Told]) -> None:
    """In the caller's transaction."""
    lost = [(one.account.tenant_id, one.account.phone_number_id, one.status.wamid) for one in told
            if one.status.errors and any(error.code in LOST for error in one.status.errors)]  # fmt: skip
    if lost:
        await connection.execute(_FORGET, *zip(*lost, strict=True))
