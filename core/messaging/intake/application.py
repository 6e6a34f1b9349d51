"""One batch onto the ledger: identities, conversations, messages, statuses, and last the events. Set by set."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake import conversations, events, identities, messages, news, traces
from core.messaging.intake.batch import Batch, Bystander, Delivery, Incoming, Told
from core.messaging.intake.costs import record_costs
from core.messaging.intake.inflow import just_now
from core.messaging.intake.parked import apply_parked, park
from core.messaging.intake.quarantine import set_aside
from core.messaging.intake.routing import Parsed, Routes, read, sort
from core.messaging.intake.statuses import apply_statuses
from core.metrics.numbers import INTAKE
from core.whatsapp.statuses import UNRANKED
from core.whatsapp.values import Unhandled

_LOCK: Final = "select pg_advisory_xact_lock(k) from unnest($1::bigint[]) k"


async def apply_deliveries(connection: Connection, deliveries: Sequence[Delivery]) -> Counter[str]:
    """In the caller's transaction: everything these deliveries say. How many messages came in just now, by number."""
    parsed = read(deliveries)
    await apply_items(connection, parsed)
    return just_now(parsed)


async def apply_items(connection: Connection, parsed: Sequence[Parsed]) -> None:
    """In the caller's transaction: these items, as one batch."""
    if parsed:
        routes = await Routes.find(connection, parsed)
        await apply_batch(connection, sort(parsed, routes))
        await traces.write(connection, parsed, routes)


async def apply_batch(connection: Connection, batch: Batch) -> None:
    await _lock_tenants(connection, batch.tenants())
    await _apply_messages(connection, batch.messages)
    await _apply_statuses(connection, batch)
    await news.apply_news(connection, batch.news)
    await events.tell_unhandled(connection, batch.unhandled)
    await set_aside(connection, batch.refusals)
    _count(batch)


def _count(batch: Batch) -> None:
    for kind, items in (("message", batch.messages), ("status", batch.statuses), ("news", batch.news),
                        ("refused", batch.refusals)):  # fmt: skip
        INTAKE.add(kind, len(items))
    INTAKE.unhandled(bystander.item.field for bystander in batch.unhandled)


async def _lock_tenants(connection: Connection, tenants: Sequence[UUID]) -> None:
    """One intake at a time per tenant, so that two workers cannot make one new customer twice."""
    if tenants:
        await connection.execute(_LOCK, [_lock_key(tenant_id) for tenant_id in tenants])


def _lock_key(tenant_id: UUID) -> int:
    return int.from_bytes(hashlib.blake2b(b"intake" + tenant_id.bytes, digest_size=8).digest(), "big", signed=True)


async def _apply_messages(connection: Connection, incoming: Sequence[Incoming]) -> None:
    if not incoming:
        return
    news = await messages.news_among(connection, incoming)
    if news.fresh:
        await _receive(connection, news.fresh)
    await messages.replace_ghosts(connection, news.replacing)
    await events.tell_updated(connection, news.replacing)


async def _receive(connection: Connection, fresh: Sequence[Incoming]) -> None:
    saved, merged = await identities.recognise(connection, fresh)
    opened = await conversations.find_or_make(connection, fresh)
    await messages.store(connection, fresh)
    opened |= await conversations.advance(connection, fresh)
    await events.tell_contacts(connection, merged, saved)
    await events.tell_opened(connection, _refs(fresh, opened))
    await events.tell_received(connection, fresh)


def _refs(incoming: Sequence[Incoming], wanted: set[UUID]) -> list[tuple[UUID, UUID]]:
    found = {m.conversation_id: m.account.tenant_id for m in incoming if m.conversation_id in wanted}
    return [(tenant_id, conversation_id) for conversation_id, tenant_id in found.items() if conversation_id]


async def _apply_statuses(connection: Connection, batch: Batch) -> None:
    ranked = [told for told in batch.statuses if told.status.rank != UNRANKED]
    batch.unhandled += [_unranked(told) for told in batch.statuses if told.status.rank == UNRANKED]
    outcome = await apply_statuses(connection, ranked)
    await record_costs(connection, ranked)
    await events.tell_statuses(connection, outcome.changed)
    await park(connection, outcome.unknown)
    for told in outcome.settled:
        account = told.account
        await apply_parked(connection, account.tenant_id, account.phone_number_id, [told.status.wamid])


def _unranked(told: Told) -> Bystander:
    """A payment, a deletion, a warning: not about how far the message has come."""
    status = told.status
    item = Unhandled("messages", {"statuses": [status.raw]}, status.waba_id, status.phone_number_id, status.status)
    return Bystander(told.account, item)
