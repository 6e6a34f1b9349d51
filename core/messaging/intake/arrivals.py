"""What came to threads and of customers: messages, new names, wishes, the address book, edits and deletions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake import conversations, corrections, events, groups, identities, marks, messages
from core.messaging.intake.batch import Account, Batch, Incoming, Relocation, Sighting
from core.messaging.intake.parked import apply_parked
from core.whatsapp.moves import moved_by
from core.whatsapp.values import BookEntry, InboundMessage, Moved, Wish

NOTE: Final = "user_id_update"
"""The system type of the note that we write where Meta tells of a move by its own field."""


@dataclass(slots=True)
class Seen:
    """Everything of a batch that names a customer."""

    sightings: list[Sighting] = field(default_factory=list)
    moves: list[tuple[Sighting, Moved]] = field(default_factory=list)
    wishes: list[tuple[Sighting, Wish]] = field(default_factory=list)

    def add(self, sighting: Sighting) -> Sighting:
        self.sightings.append(sighting)
        return sighting


async def apply(connection: Connection, batch: Batch) -> list[Incoming]:
    """In the caller's transaction. Returns the messages that are new."""
    news = await messages.news_among(connection, batch.messages) if batch.messages else messages.News()
    relocations = await marks.unheard(connection, batch.relocations, _about_relocation)
    seen = Seen()
    for incoming in news.fresh:
        _see_message(seen, incoming)
    fresh = news.fresh + [_note(seen, relocation) for relocation in relocations]
    for account, wish in await marks.unheard(connection, batch.wishes, _about_customer):
        seen.wishes.append((seen.add(Sighting(account, wish.customer, wish.at, wish=wish)), wish))
    for account, entry in await marks.unheard(connection, batch.book, _about_customer):
        seen.add(Sighting(account, entry.customer, entry.at, book=entry.name))
    await receive(connection, seen, fresh)
    await messages.replace_ghosts(connection, news.replacing)
    targets = await corrections.keep(connection, batch.corrections)
    targets += await corrections.awaited(connection, [*news.fresh, *news.replacing])
    corrected = await corrections.apply(connection, targets)
    await events.tell_received(connection, fresh)
    await events.tell_updated(connection, [*((m.account.tenant_id, m.id) for m in news.replacing), *corrected])
    await _apply_what_waited(connection, news.fresh)
    return news.fresh


def _see_message(seen: Seen, incoming: Incoming) -> None:
    message = incoming.message
    moved = moved_by(message)
    if moved is None:
        incoming.sighting = seen.add(Sighting(incoming.account, message.sender, message.at))
    else:
        incoming.sighting = seen.add(Sighting(incoming.account, moved.customer, message.at, moved.left))
        seen.moves.append((incoming.sighting, moved))


def _note(seen: Seen, relocation: Relocation) -> Incoming:
    """The thread says so, too. It has no wamid, for Meta sent no message."""
    account, moved = relocation.account, relocation.moved
    sighting = seen.add(Sighting(account, moved.customer, moved.at, moved.left))
    seen.moves.append((sighting, moved))
    content: dict[str, Any] = {"type": NOTE, "user_id": moved.customer.bsuid, "wa_id": moved.customer.phone}
    message = InboundMessage(
        moved.phone_number_id, moved.waba_id, "", replace(moved.customer), moved.at, False, "system", "", content, None,
        None, (), False, None, moved.raw)  # fmt: skip
    return Incoming(account, message, relocation.delivery_id, uuid7(), sighting, is_note=True)


def _about_relocation(one: Relocation) -> tuple[Account, Any]:
    return one.account, [NOTE, one.moved.at, one.moved.raw]


def _about_customer(one: tuple[Account, Wish | BookEntry]) -> tuple[Account, Any]:
    account, told = one
    return account, [type(told).__name__, told.at, told.raw]


async def receive(connection: Connection, seen: Seen, fresh: Sequence[Incoming]) -> None:
    """In the caller's transaction: the customers who are named, and these new messages into their threads."""
    saved, merged = await identities.recognise(connection, seen.sightings)
    opened: set[UUID] = set()
    if fresh:
        opened = await _find_or_make(connection, fresh)
        await messages.store(connection, fresh)
        opened |= await conversations.advance(connection, fresh)
    await events.tell_contacts(connection, merged, saved)
    await events.tell_moves(connection, seen.moves)
    await events.tell_wishes(connection, seen.wishes)
    await events.tell_opened(connection, refs(fresh, opened))


async def _find_or_make(connection: Connection, fresh: Sequence[Incoming]) -> set[UUID]:
    in_groups = [one for one in fresh if one.group_id is not None]
    if not in_groups:
        return await conversations.find_or_make(connection, fresh)
    opened = await groups.find_or_make(connection, in_groups)
    return opened | await conversations.find_or_make(connection, [one for one in fresh if one.group_id is None])


def refs(incoming: Sequence[Incoming], wanted: set[UUID]) -> list[tuple[UUID, UUID]]:
    found = {m.conversation_id: m.account.tenant_id for m in incoming if m.conversation_id in wanted}
    return [(tenant_id, conversation_id) for conversation_id, tenant_id in found.items() if conversation_id]


async def _apply_what_waited(connection: Connection, fresh: Sequence[Incoming]) -> None:
    """Statuses of what was written in the app may come before it."""
    waiting: dict[tuple[UUID, str], list[str]] = {}
    for one in fresh:
        if one.outbound:
            account = one.account
            waiting.setdefault((account.tenant_id, account.phone_number_id), []).append(one.message.wamid)
    for (tenant_id, phone_number_id), wamids in waiting.items():
        await apply_parked(connection, tenant_id, phone_number_id, wamids)
