"""Taking messages for sending. The claim is committed before the POST, so a worker that dies leaves a trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.db.pool import Connection, Database
from core.messaging.backoff import STOPS
from core.messaging.lanes.candidates import Candidate
from core.messaging.lanes.plans import by_index
from core.messaging.progress import TELL, WAKE
from core.messaging.send_errors import from_code

_OF_NUMBER = "array[" + ", ".join(f"'{code}'" for code in sorted(STOPS)) + "]"
"""What was no try of the message: Meta took nothing of its number."""

# Several workers may want the same message: one locks it, and the unique index lets only one attempt of a
# conversation be on its way. What a candidate was found on may have changed since, so it is looked at again.
# `status || ''`: with statistics of a time when nothing was queued PostgreSQL would read the whole queue by its partial
# index for each claim (half a second, of a campaign of 50,000) instead of looking these few up.
_CLAIM = """
with wanted as (
    select m.tenant_id, m.id, m.conversation_id, m.account_id, m.queued_at from messages m
    join unnest($1::uuid[], $2::uuid[]) as w(tenant_id, id) on m.tenant_id = w.tenant_id and m.id = w.id
    join tenants t on t.id = m.tenant_id and t.status = 'active'
    join accounts a on a.tenant_id = m.tenant_id and a.id = m.account_id and a.status = 'connected'
        and (a.paused_until is null or a.paused_until <= $3)
        and (not m.bulk or a.bulk_paused_until is null or a.bulk_paused_until <= $3)
    where m.status || '' = 'queued' and (m.not_before is null or m.not_before <= $3)
        and not exists (select from send_attempts s where s.tenant_id = m.tenant_id
            and s.conversation_id = m.conversation_id and s.state in ('sending', 'uncertain') and s.finished_at is null)
        and not exists (select from send_attempts p where p.tenant_id = m.tenant_id
            and p.conversation_id = m.conversation_id and p.state in ('refused', 'not_sent') and p.lease_until > $3)
    order by m.tenant_id, m.id for update of m skip locked
), attempt as (
    insert into send_attempts (tenant_id, message_id, conversation_id, account_id, number, state, started_at,
        lease_until)
    select w.tenant_id, w.id, w.conversation_id, w.account_id,
        1 + (select count(*) from send_attempts o where o.tenant_id = w.tenant_id and o.message_id = w.id),
        'sending', clock_timestamp(), $4 from wanted w
    on conflict (tenant_id, conversation_id) where state = 'sending' do nothing
    returning *
), changed as (
    update messages m set status = 'sending', status_rank = -2, version = m.version + 1
    from attempt a where m.tenant_id = a.tenant_id and m.id = a.message_id returning m.*
)
""" + TELL + f"""
select a.message_id, a.id as attempt_id, a.number, {WAKE},
    before.refused, before.not_sent
from attempt a cross join lateral (
    select count(*) filter (where o.state = 'refused'
            and coalesce(o.error ->> 'code', '') <> all({_OF_NUMBER})) as refused,
        count(*) filter (where o.state = 'not_sent') as not_sent
    from send_attempts o join changed c on c.tenant_id = o.tenant_id and c.id = o.message_id
    where o.tenant_id = a.tenant_id and o.message_id = a.message_id and o.started_at >= c.queued_at) before
"""  # noqa: S608 - constants

_TOO_LATE = """
with changed as (
    update messages m set status = 'failed', status_rank = 1, failed_at = $3, error = $4, version = m.version + 1
    from unnest($1::uuid[], $2::uuid[]) as w(tenant_id, id)
    where m.tenant_id = w.tenant_id and m.id = w.id and m.status || '' = 'queued' returning m.*
)
""" + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Claim:
    """A committed attempt. `refused` and `not_sent` count those before it, since it was queued. What Meta refused
    because it takes nothing of the number counts in neither."""

    candidate: Candidate
    attempt_id: UUID
    number: int
    refused: int
    not_sent: int


async def claim(db: Database, candidates: Sequence[Candidate], now: datetime, lease: timedelta) -> list[Claim]:
    """Commit an attempt for each of these that is still free. Committed when this returns."""
    wanted = {candidate.message_id: candidate for candidate in candidates}
    if not wanted:
        return []
    tenants = [candidate.tenant_id for candidate in wanted.values()]
    async with by_index(db) as connection:
        rows = await connection.fetch(_CLAIM, tenants, list(wanted), now, now + lease)
    return [Claim(wanted[r["message_id"]], r["attempt_id"], r["number"], r["refused"],
                  r["not_sent"]) for r in rows]


async def fail_late(connection: Connection, candidates: Sequence[Candidate], now: datetime) -> None:
    """These waited until their window closed. Meta would take them and then fail them (131047): say it at once."""
    error = from_code(131047, "The message waited in the queue until the window had closed.")
    tenants = [candidate.tenant_id for candidate in candidates]
    await connection.execute(_TOO_LATE, tenants, [c.message_id for c in candidates], now, error)
