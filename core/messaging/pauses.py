"""What Meta told to wait: a number, its bulk, one customer's bulk. Written on the row, so that every worker keeps to it
and the desk can say why."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.backoff import LONGEST_DELAY, MARKETING_CAP, after_delay
from core.messaging.progress import TELL
from core.messaging.send_errors import ErrorJson

_PAUSE: Final = """
update accounts set pause_error = $4, paused_until = $3
where tenant_id = $1 and id = $2 and coalesce(paused_until < $3, true)
"""
_PAUSE_BULK: Final = """
update accounts set bulk_pause_error = $4, bulk_paused_until = $3
where tenant_id = $1 and id = $2 and coalesce(bulk_paused_until < $3, true)
"""
# A refusal while it rests tells nothing new; after a month of peace the first rest is a day again. What waits for the
# same customer says why, too.
_REST_CUSTOMER: Final = """
with resting as (
    update conversations v set bulk_rests = n.before + 1,
        bulk_rest_until = $3::timestamptz + least($4::interval * power(2, n.before), $5::interval)
    from (select id, case when bulk_rest_until < $3::timestamptz - interval '30 days' then 0
            else least(bulk_rests, 9) end as before
        from conversations where tenant_id = $1 and id = $2 and coalesce(bulk_rest_until <= $3, true) for update) n
    where v.tenant_id = $1 and v.id = n.id returning v.id, v.bulk_rest_until as until
), changed as (
    update messages m set not_before = r.until, error = $6::jsonb || jsonb_build_object('next_try_at', r.until),
        version = m.version + 1
    from resting r where m.tenant_id = $1 and m.conversation_id = r.id and m.status = 'queued' and m.bulk
        and coalesce(m.not_before < r.until, true) returning m.*
)
""" + TELL + "select until from resting"  # noqa: S608 - constants


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


async def rest_customer(
    connection: Connection, tenant_id: UUID, conversation_id: UUID, since: datetime, error: ErrorJson
) -> None:
    """What is bulk waits for this customer: a day, then longer. Others' does not, and neither do replies."""
    first, longest = timedelta(seconds=after_delay(MARKETING_CAP, 0)), timedelta(seconds=LONGEST_DELAY)
    await connection.execute(_REST_CUSTOMER, tenant_id, conversation_id, since, first, longest, error)
