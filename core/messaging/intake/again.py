"""Deliveries applied once more: what is stored is recognised and left alone, what was told once is not told again."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from core.db.pool import Connection
from core.messaging.intake import traces
from core.messaging.intake.application import apply_items
from core.messaging.intake.batch import Delivery, Overtaken, Refusal
from core.messaging.intake.quarantine import set_aside
from core.messaging.intake.routing import Parsed, Routes, label, marks, read
from core.whatsapp.statuses import UNRANKED
from core.whatsapp.values import Correction, InboundMessage, Item, Malformed, StatusUpdate

log = logging.getLogger(__name__)

_UNTRACED: Final = "select traced_after from installation"
_CLOSE: Final = """update quarantine q set replayed_at = now()
from unnest($1::bigint[], $2::text[]) u(delivery_id, path)
where q.delivery_id = u.delivery_id and q.path = u.path and q.replayed_at is null and q.dismissed_at is null"""
_OPEN: Final = """select delivery_id, path from quarantine
where delivery_id = any($1::bigint[]) and replayed_at is null and dismissed_at is null"""
_NOT_THE_DATA: Final = (Overtaken, asyncpg.exceptions.TransactionRollbackError, OSError, asyncpg.InterfaceError,
                        asyncpg.PostgresConnectionError, asyncpg.exceptions.OperatorInterventionError,
                        asyncpg.exceptions.InsufficientResourcesError)

Place = tuple[int, str]
"""(delivery id, what the item is called in the quarantine)"""


@dataclass(slots=True)
class Again:
    """What came of it: `refused` stay in the quarantine or are in it now, `foreign` are others' and were left alone."""

    refused: set[Place] = field(default_factory=set)
    foreign: set[Place] = field(default_factory=set)


async def apply_again(connection: Connection, deliveries: Sequence[Delivery], only: UUID | None = None) -> Again:
    """In the caller's transaction. `only` this tenant's items.

    Messages and statuses are idempotent by themselves, and missing ones come back; everything else is told once, so it
    is applied when its trace says that it never was.
    """
    parsed = read(deliveries)
    routes = await Routes.find(connection, parsed)
    done = await traces.applied(connection, deliveries)
    untraced: int = await connection.fetchval(_UNTRACED)
    aside = {(row[0], row[1]) for row in await connection.fetch(_OPEN, [delivery.id for delivery in deliveries])}
    outcome, wanted = Again(), list[Parsed]()
    for delivery, item in parsed:
        owners = traces.tenants_of(delivery, item, routes)
        place = (delivery.id, label(item))
        if only is not None and only not in owners:
            outcome.foreign.add(place)
            continue
        if not owners or isinstance(item, Malformed):
            outcome.refused.add(place)
        known = delivery.id <= untraced or _keys(delivery, item, owners) <= done
        if not owners or place in aside or not known or _is_idempotent(item):
            wanted.append((delivery, item))
    await _apply(connection, wanted, outcome)
    # A row without a path is the whole delivery, which has been read and applied now.
    closed = {place for place in aside if place not in outcome.refused | outcome.foreign and (place[1] or only is None)}
    await connection.execute(_CLOSE, [place[0] for place in closed], [place[1] for place in closed])
    return outcome


def _is_idempotent(item: Item) -> bool:
    return isinstance(item, InboundMessage | Correction) or (isinstance(item, StatusUpdate) and item.rank != UNRANKED)


def _keys(delivery: Delivery, item: Item, owners: Sequence[UUID]) -> set[traces.Key]:
    number = traces.number_of(item)
    return {(tenant_id, delivery.id, number) for tenant_id in owners}


async def _apply(connection: Connection, wanted: Sequence[Parsed], outcome: Again) -> None:
    """As one batch; item by item when that fails."""
    try:
        async with connection.transaction():
            await apply_items(connection, wanted)
    except _NOT_THE_DATA:
        raise
    # The bad item is found below, and set aside with its reason.
    except Exception as error:
        log.warning("replay: %s items failed together (%s); one by one", len(wanted), type(error).__name__)
        for one in wanted:
            if not await apply_alone(connection, one):
                outcome.refused.add((one[0].id, label(one[1])))


async def apply_alone(connection: Connection, parsed: Parsed) -> bool:
    """In a savepoint. False when it was set aside, for its owner to see."""
    delivery, item = parsed
    try:
        async with connection.transaction():
            await apply_items(connection, [parsed])
    except _NOT_THE_DATA:
        raise
    # The bad item is what this is for: kept with its reason, while its neighbours go on.
    except Exception as error:
        log.error("intake: an item of delivery %s is set aside: %s", delivery.id, type(error).__name__)
        found = traces.tenants_of(delivery, item, await Routes.find(connection, [parsed]))
        owners: Sequence[UUID | None] = found or (None,)
        await set_aside(connection, [
            Refusal(delivery.id, owner, label(item), reason(error), None, *marks(item))
            for owner in owners])  # fmt: skip
        return False
    return True


def reason(error: Exception) -> str:
    """For the quarantine."""
    return f"it could not be applied ({type(error).__name__}: {error}); report this, then replay it"
