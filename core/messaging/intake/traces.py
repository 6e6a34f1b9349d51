"""What each delivery said and whose it was, one row for each item and tenant: how a delivery is found again."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Account, Delivery
from core.messaging.intake.routing import Parsed, Routes, label, marks
from core.whatsapp.values import (
    Correction,
    InboundMessage,
    Item,
    Malformed,
    NumberNews,
    StatusUpdate,
    Tiding,
    Unhandled,
)

Key = tuple[UUID, int, int]
"""(tenant id, delivery id, item)"""

_WRITE: Final = """insert into journal_traces
    (tenant_id, delivery_id, received_at, item, kind, what, wamid, phone, outcome)
select * from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[])
on conflict (tenant_id, delivery_id, item, received_at) do update
    set outcome = excluded.outcome, applied_at = excluded.applied_at, batch = excluded.batch
    where journal_traces.outcome = 'quarantined' and excluded.outcome = 'applied'"""

_APPLIED: Final = """select tenant_id, delivery_id, item from journal_traces
where tenant_id = any(array(select id from tenants)) and delivery_id = any($1::bigint[])
    and received_at = any($2::timestamptz[]) and outcome = 'applied'"""


async def write(connection: Connection, parsed: Sequence[Parsed], routes: Routes) -> None:
    """In the transaction that applies them. What belongs to nobody is in the quarantine alone."""
    rows = {}
    for delivery, item in parsed:
        for tenant_id in tenants_of(delivery, item, routes):
            row = _row(tenant_id, delivery, item)
            rows[row[0], row[1], row[3]] = row
    if rows:
        await connection.execute(_WRITE, *zip(*rows.values(), strict=True))


async def applied(connection: Connection, deliveries: Sequence[Delivery]) -> set[Key]:
    """What of these deliveries was applied before."""
    rows = await connection.fetch(_APPLIED, [d.id for d in deliveries], list({d.received_at for d in deliveries}))
    return {(row[0], row[1], row[2]) for row in rows}


def tenants_of(delivery: Delivery, item: Item, routes: Routes) -> Sequence[UUID]:
    """Whom an item is told to; nobody when no account has it."""
    found = routes.concerned(delivery, item) if type(item) is NumberNews else routes.account(delivery, item)
    if isinstance(found, str):
        return ()
    return [found.tenant_id] if isinstance(found, Account) else list({account.tenant_id for account in found})


def number_of(item: Item) -> int:
    """The same whenever it is read again, whatever stood before it; a double in one delivery is the same item."""
    said = repr((type(item).__name__, *_identity(item)))
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "big", signed=True)


def _identity(item: Item) -> Iterator[object]:
    if isinstance(item, Malformed):
        yield item.path
    elif isinstance(item, (Unhandled, NumberNews)):
        yield from (item.field, item.phone_number_id, item.waba_id, item.value)
    elif isinstance(item, StatusUpdate):
        yield from (item.wamid, item.status, item.at, item.participant)
    elif isinstance(item, InboundMessage):
        yield from (item.phone_number_id, item.wamid, item.type)
    elif isinstance(item, Correction):
        yield from (item.phone_number_id, item.target, item.kind, item.wamid)
    else:
        yield from (label(item), item.phone_number_id, item.at, item.value if isinstance(item, Tiding) else item.raw)


def _row(tenant_id: UUID, delivery: Delivery, item: Item) -> tuple[object, ...]:
    outcome = "quarantined" if isinstance(item, Malformed) else "applied"
    return (tenant_id, delivery.id, delivery.received_at, number_of(item), kind_of(item), what_of(item),
            *marks(item), outcome)


def kind_of(item: Item) -> str:
    if isinstance(item, InboundMessage):
        return "message"
    if isinstance(item, StatusUpdate):
        return "status"
    if isinstance(item, Correction):
        return "message"
    return "malformed" if isinstance(item, Malformed) else "field"


def what_of(item: Item) -> str:
    """The message's type, the status, the field; where something malformed stood."""
    if isinstance(item, InboundMessage):
        return item.type
    if isinstance(item, StatusUpdate):
        return item.status
    if isinstance(item, Correction):
        return item.kind
    return item.path if isinstance(item, Malformed) else label(item).removeprefix("field ")
