"""What Meta said that nobody here understands: counted by number, field, type and day, for the operator."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Bystander, Incoming
from core.whatsapp.displayed import BODIES
from core.whatsapp.values import InboundMessage

_COUNT: Final = """insert into webhook_unknowns as w
    (tenant_id, day, phone_number_id, field, kind, count, last_delivery_id)
select tenant_id, (now() at time zone 'UTC')::date, phone_number_id, field, kind, count, delivery_id
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    u(tenant_id, phone_number_id, field, kind, count, delivery_id) order by 1, 2, 3, 4
on conflict (tenant_id, day, phone_number_id, field, kind)
    do update set count = w.count + excluded.count, last_at = now(), last_delivery_id = excluded.last_delivery_id"""

Place = tuple[UUID, str, str, str]

_REPLIES: Final = frozenset(
    {"button_reply", "list_reply", "nfm_reply", "call_permission_reply", "payment_method"}
)
_LONGEST: Final = 64


async def count(connection: Connection, unhandled: Sequence[Bystander], fresh: Sequence[Incoming]) -> None:
    totals: Counter[Place] = Counter()
    deliveries: dict[Place, int] = {}
    for place, delivery_id in [*_fields(unhandled), *_types(fresh)]:
        totals[place] += 1
        deliveries[place] = delivery_id
    if totals:
        rows = [(*place, total, deliveries[place]) for place, total in totals.items()]
        await connection.execute(_COUNT, *zip(*rows, strict=True))


def _fields(unhandled: Sequence[Bystander]) -> Iterator[tuple[Place, int]]:
    for one in unhandled:
        number = one.item.phone_number_id or ""
        yield (one.account.tenant_id, number, one.item.field[:_LONGEST], ""), one.delivery_id


def _types(fresh: Sequence[Incoming]) -> Iterator[tuple[Place, int]]:
    for one in fresh:
        kind = unknown_type(one.message)
        if kind is not None:
            yield (one.account.tenant_id, one.account.phone_number_id, "messages", kind), one.delivery_id


def unknown_type(message: InboundMessage) -> str | None:
    """The type when nobody here knows it, with what Meta says it could not pass on. A ghost's real words still come."""
    content = message.content
    if message.is_ghost:
        return None
    if message.type in ("unsupported", "unknown"):
        told = content.get("type")
        return f"{message.type}.{told}"[:_LONGEST] if isinstance(told, str) else message.type
    if message.type == "interactive":
        told = content.get("type")
        return None if told in _REPLIES or not isinstance(told, str) else f"interactive.{told}"[:_LONGEST]
    return None if message.type in BODIES or message.type == "media_placeholder" else message.type


def is_unheard_of(incoming: Incoming) -> bool:
    """A type that plugins may want to read for themselves; what Meta could not pass on is not."""
    return incoming.message.type not in ("unsupported", "unknown") and unknown_type(incoming.message) is not None
