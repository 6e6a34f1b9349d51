"""One batch onto the ledger: identities, conversations, messages, statuses, and last the events. Set by set."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from core.db.pool import Connection
from core.messaging.intake import arrivals, events, marks, news, notices, traces, unknowns
from core.messaging.intake.batch import Account, Batch, Bystander, Delivery, Incoming, Told
from core.messaging.intake.costs import record_costs
from core.messaging.intake.inflow import just_now
from core.messaging.intake.lost_files import forget_lost
from core.messaging.intake.parked import apply_parked, park
from core.messaging.intake.quarantine import set_aside
from core.messaging.intake.routing import Parsed, Routes, read, sort
from core.messaging.intake.statuses import apply_statuses
from core.messaging.turn import take_turn
from core.metrics.numbers import INTAKE
from core.whatsapp.statuses import UNRANKED
from core.whatsapp.values import Unhandled

_AT_A_TIME: Final = 50


def _nothing() -> None:
    pass


async def apply_deliveries(
    connection: Connection, deliveries: Sequence[Delivery], in_turn: Callable[[], None] = _nothing
) -> Counter[str]:
    """In the caller's transaction: everything these deliveries say. How many messages came in just now, by number.

    `in_turn` is called once their tenants' turn is taken.
    """
    parsed = await _read(deliveries)
    await apply_items(connection, parsed, in_turn)
    return just_now(parsed)


async def _read(deliveries: Sequence[Delivery]) -> list[Parsed]:
    """A few at a time: an answer to whoever else this process asked for something must not wait for the whole batch."""
    parsed: list[Parsed] = []
    for first in range(0, len(deliveries), _AT_A_TIME):
        parsed += read(deliveries[first:first + _AT_A_TIME])
        await asyncio.sleep(0)
    return parsed


async def apply_items(
    connection: Connection, parsed: Sequence[Parsed], in_turn: Callable[[], None] = _nothing
) -> None:
    """In the caller's transaction: these items, as one batch."""
    if parsed:
        routes = await Routes.find(connection, parsed)
        await _apply_batch(connection, sort(parsed, routes), in_turn)
        await traces.write(connection, parsed, routes)


async def _apply_batch(connection: Connection, batch: Batch, in_turn: Callable[[], None]) -> None:
    await take_turn(connection, batch.tenants())
    in_turn()
    fresh = await arrivals.apply(connection, batch)
    await _apply_statuses(connection, batch)
    await news.apply_news(connection, batch.news)
    await events.tell_conversations(connection, await notices.tell_notices(connection, batch.notices))
    await _set_unknown_aside(connection, batch.unhandled, fresh)
    await set_aside(connection, batch.refusals)
    _count(batch)


def _count(batch: Batch) -> None:
    for kind, items in (("message", batch.messages), ("status", batch.statuses), ("news", batch.news),
                        ("refused", batch.refusals)):  # fmt: skip
        INTAKE.add(kind, len(items))
    INTAKE.unhandled(bystander.item.field for bystander in batch.unhandled)


async def _apply_statuses(connection: Connection, batch: Batch) -> None:
    ranked = [told for told in batch.statuses if told.status.rank != UNRANKED]
    batch.unhandled += [_unranked(told) for told in batch.statuses if told.status.rank == UNRANKED]
    outcome = await apply_statuses(connection, ranked)
    await record_costs(connection, ranked)
    await forget_lost(connection, ranked)
    await events.tell_statuses(connection, outcome.changed)
    await park(connection, outcome.unknown)
    for told in outcome.settled:
        account = told.account
        await apply_parked(connection, account.tenant_id, account.phone_number_id, [told.status.wamid])


def _unranked(told: Told) -> Bystander:
    """A deletion, a warning, a word of tomorrow: not about how far the message has come."""
    status = told.status
    item = Unhandled("messages", {"statuses": [status.raw]}, status.waba_id, status.phone_number_id, status.status)
    return Bystander(told.account, item, told.delivery_id, status.at)


async def _set_unknown_aside(
    connection: Connection, unhandled: Sequence[Bystander], fresh: Sequence[Incoming]
) -> None:
    """Told to plugins and counted, each once; a message of an unknown type is in its thread as well."""
    new = await marks.unheard(connection, unhandled, _about)
    await unknowns.count(connection, new, fresh)
    await events.tell_unhandled(connection, [*new, *map(_unknown, filter(unknowns.is_unheard_of, fresh))])


def _about(one: Bystander) -> tuple[Account, Any]:
    return one.account, [one.item.waba_id, one.item.field, one.item.at, one.item.value]


def _unknown(incoming: Incoming) -> Bystander:
    message = incoming.message
    item = Unhandled("messages", {"messages": [message.raw]}, message.waba_id, message.phone_number_id, message.type)
    return Bystander(incoming.account, item, incoming.delivery_id, message.at)
