"""The one thread between a contact and an account: found or made, then moved forward by what came in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake.batch import Incoming, Overtaken

Key = tuple[UUID, UUID, UUID]

_FIND: Final = """select v.tenant_id, v.account_id, v.contact_id, v.id
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) k(tenant_id, account_id, contact_id)
join conversations v on v.tenant_id = k.tenant_id and v.account_id = k.account_id and v.contact_id = k.contact_id"""

# A new one starts with the team of the number that it came to.
_NEW: Final = """insert into conversations (tenant_id, account_id, contact_id, id, last_message_at, status, team_id)
select u.*, a.team_id
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[])
    u(tenant_id, account_id, contact_id, id, last_message_at, status)
join accounts a on a.tenant_id = u.tenant_id and a.id = u.account_id
on conflict do nothing returning 1"""

# Meta's clock has whole seconds and ours has not: a message of the same second as our last one came after it.
# Only what the customer wrote opens the window; only what he writes now asks for an answer.
# Waiting begins with the first message after our last answer, whichever of the two is told first. Of an answer told
# late, the newest message is known and stands for the first one after it. Being closed ended the waiting of before.
_ADVANCE: Final = """with moved as (update conversations v set
    last_message_id = case when v.last_message_id is null or u.at >= date_trunc('second', v.last_message_at)
        then u.message_id else v.last_message_id end,
    last_message_at = case when v.last_message_id is null then u.at else greatest(v.last_message_at, u.at) end,
    last_inbound_wamid = case when v.last_inbound_at is null or u.inbound_at >= v.last_inbound_at
        then coalesce(u.wamid, v.last_inbound_wamid) else v.last_inbound_wamid end,
    last_inbound_at = greatest(v.last_inbound_at, u.inbound_at),
    unread_count = v.unread_count + u.unread,
    status = case when u.unread > 0 then 'open' else v.status end,
    snoozed_until = case when u.unread > 0 then null else v.snoozed_until end,
    answered_at = greatest(v.answered_at, u.answered_at),
    waiting_since = least(
        case when v.status = 'closed' and u.unread > 0 then null
            when u.answered_at is null or v.waiting_since >= date_trunc('second', u.answered_at) then v.waiting_since
            when v.waiting_since is not null and v.last_inbound_at > u.answered_at then v.last_inbound_at end,
        case when v.answered_at is null or u.asked_at >= date_trunc('second', v.answered_at) then u.asked_at
            when u.asked_last_at >= date_trunc('second', v.answered_at) then u.asked_last_at end),
    updated_at = now(), version = v.version + 1
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::int[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
    u(tenant_id, id, message_id, at, wamid, inbound_at, unread, answered_at, asked_at, asked_last_at)
where v.tenant_id = u.tenant_id and v.id = u.id
returning v.id, old.status <> v.status as reopened)
select id from moved where reopened"""


async def find_or_make(connection: Connection, messages: Sequence[Incoming]) -> set[UUID]:
    """Give every message its conversation. Returns those made just now because a customer wrote.

    One that only the past, a note or an echo makes begins closed: nobody waits in it.
    """
    if not messages:
        return set()
    wanted: dict[Key, Incoming] = {}
    waiting = {_key(incoming) for incoming in messages if incoming.asks_for_attention}
    for incoming in messages:
        first = wanted.setdefault(_key(incoming), incoming)
        if incoming.message.at < first.message.at:
            wanted[_key(incoming)] = incoming
    rows = await connection.fetch(_FIND, *_columns(list(wanted)))
    found: dict[Key, UUID] = {(row[0], row[1], row[2]): row[3] for row in rows}
    missing = [key for key in wanted if key not in found]
    made = {key: uuid7() for key in missing}
    if made:
        starts = [wanted[key].message.at for key in missing]
        states = ["open" if key in waiting else "closed" for key in missing]
        rows = await connection.fetch(_NEW, *_columns(missing), list(made.values()), starts, states)
        if len(rows) < len(made):
            raise Overtaken("somebody else opened one of these conversations")
        found |= made
    for incoming in messages:
        incoming.conversation_id = found[_key(incoming)]
    return {conversation_id for key, conversation_id in made.items() if key in waiting}


@dataclass(slots=True)
class _Progress:
    """What a batch adds to one conversation. `inbound` opens the window; `wrote` can be marked as read: no call can."""

    last: Incoming
    inbound: Incoming | None = None
    wrote: Incoming | None = None
    unread: int = 0
    answered_at: datetime | None = None
    asked: list[datetime] = field(default_factory=list)

    def add(self, incoming: Incoming) -> None:
        if incoming.message.at >= self.last.message.at:
            self.last = incoming
        if incoming.from_customer and (self.inbound is None or incoming.message.at >= self.inbound.message.at):
            self.inbound = incoming
            self.wrote = incoming if incoming.call is None else self.wrote
        self.unread += incoming.asks_for_attention
        at = incoming.message.at
        if incoming.asks_for_answer:
            self.asked.append(at)
        if incoming.answers and (self.answered_at is None or at > self.answered_at):
            self.answered_at = at

    def waiting(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """When it was last answered, and when the customer first and last asked after that."""
        after = [at for at in self.asked if self.answered_at is None or at >= self.answered_at]
        return self.answered_at, min(after, default=None), max(after, default=None)


async def advance(connection: Connection, messages: Sequence[Incoming]) -> set[UUID]:
    """Preview, window and unread count after these messages. Returns the conversations that were reopened."""
    found: dict[UUID, _Progress] = {}
    for incoming in messages:
        assert incoming.conversation_id is not None  # noqa: S101 - find_or_make has just set it
        found.setdefault(incoming.conversation_id, _Progress(incoming)).add(incoming)
    # In one order, so that two writers of the same conversations cannot wait for each other in a ring.
    rows = [(p.last.account.tenant_id, conversation_id, p.last.id, p.last.message.at,
             p.wrote.message.wamid if p.wrote else None, p.inbound.message.at if p.inbound else None, p.unread,
             *p.waiting()) for conversation_id, p in sorted(found.items())]  # fmt: skip
    return {row["id"] for row in await connection.fetch(_ADVANCE, *zip(*rows, strict=True))}


def _key(incoming: Incoming) -> Key:
    return incoming.account.tenant_id, incoming.account.id, incoming.contact_id()


def _columns(keys: Sequence[Key]) -> tuple[list[UUID], list[UUID], list[UUID]]:
    return [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys]
