"""A customer who calls opens the service window as one who writes does (Meta, "Send messages", on the window)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from comptoir_sdk.webhooks import Call

from core.db.pool import Connection
from core.messaging.intake.batch import Notice
from core.whatsapp.phones import canonical

Caller = tuple[UUID, UUID, str, str, str, datetime]
"""(tenant id, account id, kind, value, scope, at)"""

_OPEN: Final = """with caller as (
    select u.tenant_id, u.account_id, i.contact_id, max(u.at) as at
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        u(tenant_id, account_id, kind, value, scope, at)
    join contact_identities i on i.tenant_id = u.tenant_id and i.kind = u.kind and i.value = u.value
        and i.scope = any(array[u.scope, ''])
    group by 1, 2, 3)
update conversations v set last_inbound_at = c.at, updated_at = now(), version = v.version + 1 from caller c
where v.tenant_id = c.tenant_id and v.account_id = c.account_id and v.contact_id = c.contact_id
    and (v.last_inbound_at is null or v.last_inbound_at < c.at)
returning v.tenant_id, v.id"""


async def open_windows(connection: Connection, notices: Sequence[Notice]) -> list[tuple[UUID, UUID]]:
    """(tenant id, conversation id) of those whose window now counts from a call."""
    callers = [caller for notice in notices for caller in _callers(notice)]
    if not callers:
        return []
    return [(row[0], row[1]) for row in await connection.fetch(_OPEN, *zip(*callers, strict=True))]


def _callers(notice: Notice) -> Iterator[Caller]:
    call, account = notice.tiding.told, notice.account
    if not isinstance(call, Call) or call.event != "connect" or call.direction != "USER_INITIATED":
        return
    for kind, value, scope in (("phone", canonical(call.phone or ""), ""), ("bsuid", call.bsuid, account.waba_id)):
        if value:
            yield account.tenant_id, account.id, kind, value, scope, notice.at
