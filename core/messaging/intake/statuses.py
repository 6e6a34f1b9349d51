"""Statuses onto the messages they are about: ranked upwards only, each status's first time kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Told
from core.messaging.intake.errors import explained
from core.messaging.intake.receipts import Receipt, keep_receipts
from core.messaging.reconcile import settle_attempts
from core.messaging.setbacks import Setback, bear
from core.whatsapp.statuses import rank_of

TIMED: Final = ("sent", "delivered", "read", "played", "failed")

_BY_WAMID: Final = """select m.tenant_id, m.phone_number_id, m.wamid, m.id
from unnest($1::uuid[], $2::text[], $3::text[]) k(tenant_id, phone_number_id, wamid)
join messages m on m.tenant_id = k.tenant_id and m.phone_number_id = k.phone_number_id and m.wamid = k.wamid"""

# A message that was sent twice keeps its first wamid; what is told of the other one is still about it.
_BY_ATTEMPT: Final = """select a.tenant_id, a.id::text as callback_data, a.message_id
from unnest($1::uuid[], $2::text[]) k(tenant_id, callback_data)
join send_attempts a on a.tenant_id = k.tenant_id and a.id = k.callback_data::uuid"""

# core.whatsapp.statuses.supersedes, in SQL. `shown` is what the ranked statuses alone would show.
_APPLY: Final = """with told as (
    select u.*, m.status_rank as old_rank, m.status as old_status,
        case when u.rank > m.status_rank then u.status else m.status end as shown,
        greatest(u.rank, m.status_rank) as shown_rank
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::timestamptz[],
        $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::text[])
        u(tenant_id, id, status, rank, sent_at, delivered_at, read_at, played_at, failed_at, error)
    join messages m on m.tenant_id = u.tenant_id and m.id = u.id and m.direction = 'outbound'
    order by u.tenant_id, u.id for update of m),
decided as (
    select *, error is not null and shown <> 'failed' and shown_rank <= 1 as fails from told),
changed as (
    update messages m set
        status = case when d.fails then 'failed' else d.shown end,
        status_rank = case when d.fails then 1 else d.shown_rank end,
        error = case when d.fails then d.error::jsonb when d.shown = 'failed' then m.error end,
        sent_at = least(m.sent_at, d.sent_at), delivered_at = least(m.delivered_at, d.delivered_at),
        read_at = least(m.read_at, d.read_at), played_at = least(m.played_at, d.played_at),
        failed_at = least(m.failed_at, d.failed_at), version = m.version + 1
    from decided d where m.tenant_id = d.tenant_id and m.id = d.id and (
        d.fails or d.shown <> m.status
        or least(m.sent_at, d.sent_at) is distinct from m.sent_at
        or least(m.delivered_at, d.delivered_at) is distinct from m.delivered_at
        or least(m.read_at, d.read_at) is distinct from m.read_at
        or least(m.played_at, d.played_at) is distinct from m.played_at
        or least(m.failed_at, d.failed_at) is distinct from m.failed_at)
    returning m.tenant_id, m.id, m.account_id, m.conversation_id, m.error, m.failed_at, d.fails)
select * from changed"""


@dataclass(slots=True)
class Progress:
    """Everything told of one message, in whatever order it came."""

    status: str = ""
    rank: int = -9
    at: dict[str, datetime] = field(default_factory=dict)
    error: str | None = None
    receipts: list[Receipt] = field(default_factory=list)

    def hear(self, status: str, at: datetime, error: dict[str, Any] | None, participant: str | None = None) -> None:
        if participant:
            self.receipts.append((participant, status, at))
            if status == "failed":
                return  # for one of the people: a retry would reach all the others twice
        if status in TIMED and (status not in self.at or at < self.at[status]):
            self.at[status] = at
        if status == "failed":
            self.error = self.error or json.dumps(error, separators=(",", ":"))
        elif rank_of(status) > self.rank:
            self.status, self.rank = status, rank_of(status)


MessageRef = tuple[UUID, UUID]
"""(tenant id, message id)"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` messages, statuses of messages `unknown` so far, and those whose wamid was `settled` just now."""

    changed: Sequence[MessageRef] = ()
    unknown: Sequence[Told] = ()
    settled: Sequence[Told] = ()


async def apply_statuses(connection: Connection, told: Sequence[Told]) -> Outcome:
    """In the caller's transaction. The caller tells the events."""
    if not told:
        return Outcome()
    settled = await _settle(connection, told)
    found = await _messages(connection, told)
    progress: dict[MessageRef, Progress] = {}
    unknown = []
    for one in told:
        ref = found.get(id(one))
        if ref is None:
            unknown.append(one)
        else:
            progress.setdefault(ref, Progress()).hear(
                one.status.status, one.status.at, error_of(one), one.status.participant)
    return Outcome(await advance(connection, progress), unknown, settled)


async def advance(connection: Connection, progress: Mapping[MessageRef, Progress]) -> list[MessageRef]:
    """Apply; the messages whose status or times changed."""
    if not progress:
        return []
    rows = [(tenant_id, message_id, p.status, p.rank, *(p.at.get(s) for s in TIMED), p.error)
            for (tenant_id, message_id), p in progress.items()]
    changed = await connection.fetch(_APPLY, *zip(*rows, strict=True))
    await bear(connection, [_setback(row) for row in changed if row["fails"]])
    summed = await keep_receipts(connection, {ref: p.receipts for ref, p in progress.items() if p.receipts})
    return list(dict.fromkeys([*((row["tenant_id"], row["id"]) for row in changed), *summed]))


def _setback(row: Any) -> Setback:
    return Setback(row["tenant_id"], row["account_id"], row["conversation_id"], row["id"], row["failed_at"],
                   row["error"] or {})  # fmt: skip


def error_of(told: Told) -> dict[str, Any] | None:
    status = told.status
    return explained(status.errors, told.account.locale) if status.status == "failed" else None


async def _settle(connection: Connection, told: Sequence[Told]) -> list[Told]:
    """Our own id came back: the attempt it names has reached Meta, whatever its POST was answered."""
    pairs: dict[UUID, list[tuple[str, str]]] = {}
    for one in told:
        if one.status.callback_data:
            pairs.setdefault(one.account.tenant_id, []).append((one.status.callback_data, one.status.wamid))
    known = {(tenant_id, wamid) for tenant_id in sorted(pairs)
             for wamid in await settle_attempts(connection, tenant_id, pairs[tenant_id])}
    return [one for one in told if (one.account.tenant_id, one.status.wamid) in known]


async def _messages(connection: Connection, told: Sequence[Told]) -> dict[int, MessageRef]:
    """The message that each status is about, by id() of the status."""
    keys = {_key(one) for one in told}
    rows = await connection.fetch(_BY_WAMID, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
    known = {(row[0], row[1], row[2]): (row[0], row[3]) for row in rows}
    found = {id(one): known[key] for one in told if (key := _key(one)) in known}
    rest = [(one, data) for one in told if id(one) not in found and (data := _attempt(one)) is not None]
    if rest:
        rows = await connection.fetch(_BY_ATTEMPT, [o.account.tenant_id for o, _ in rest], [d for _, d in rest])
        attempts = {(row[0], row[1]): (row[0], row[2]) for row in rows}
        for one, data in rest:
            if (ref := attempts.get((one.account.tenant_id, data))) is not None:
                found[id(one)] = ref
    return found


def _key(told: Told) -> tuple[UUID, str, str]:
    return told.account.tenant_id, told.account.phone_number_id, told.status.wamid


def _attempt(told: Told) -> str | None:
    try:
        return str(UUID(told.status.callback_data or ""))
    except ValueError:
        return None
