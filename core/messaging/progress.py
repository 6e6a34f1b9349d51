"""How sending moves a message: each change of status with its event, in one statement.

Statuses told by Meta are applied by intake; these are the changes that our own attempts make. They run as the
system role, so every statement names its tenant.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection

TELL: Final = """
, told as (
    insert into event_outbox (tenant_id, type, conversation_id, payload)
    select tenant_id, 'message.status', conversation_id, jsonb_build_object('message', jsonb_build_object(
        'id', id, 'conversation_id', conversation_id, 'wamid', wamid, 'status', status, 'error', error,
        'timestamps', jsonb_strip_nulls(jsonb_build_object('created', created_at, 'queued', queued_at,
            'accepted', accepted_at, 'sent', sent_at, 'delivered', delivered_at, 'read', read_at,
            'played', played_at, 'failed', failed_at)),
        'version', version))
    from changed
)
"""
"""Follows a CTE `changed` that returns messages: tells of each as `message.status`."""

WAKE: Final = "(select pg_notify('outbox', ''))"
"""A column that wakes the sequencer, once, when the statement returns a row."""

ACCEPT: Final = """, changed as (
    update messages m set wamid = coalesce(m.wamid, case when not exists (select from messages o
            where o.tenant_id = m.tenant_id and o.phone_number_id = m.phone_number_id and o.wamid = a.wamid)
            then a.wamid end),
        accepted_at = coalesce(m.accepted_at, a.at),
        status = case when m.status_rank < 0 then 'accepted' else m.status end,
        status_rank = greatest(m.status_rank, 0::smallint),
        error = case when m.status_rank < 0 then null else m.error end, version = m.version + 1
    from attempt a where m.tenant_id = a.tenant_id and m.id = a.message_id returning m.*
)
"""
"""After a CTE `attempt` (tenant_id, message_id, wamid, at): its messages become accepted then, unless a status has come
first."""

# Answers and statuses name the same attempts, each in an order of its own: whoever writes several locks them by id.
_ACCEPTED = """
with named as materialized (
    select s.tenant_id, s.id, u.wamid, u.at
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) u(tenant_id, id, wamid, at)
    join send_attempts s on s.tenant_id = u.tenant_id and s.id = u.id
    order by s.tenant_id, s.id for no key update of s
), attempt as (
    update send_attempts s set state = case when s.state = 'settled' then s.state else 'accepted' end, wamid = u.wamid,
        http_status = 200, finished_at = coalesce(s.finished_at, u.at)
    from named u where s.tenant_id = u.tenant_id and s.id = u.id returning s.tenant_id, s.message_id, u.wamid, u.at
)""" + ACCEPT + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants

_UNCERTAIN = """
with attempt as (
    update send_attempts set state = 'uncertain', http_status = $3, error = $4, lease_until = $5
    where tenant_id = $1 and id = $2 and state = 'sending' returning message_id
), changed as (
    update messages m set status = 'uncertain', status_rank = -1, error = $4, version = m.version + 1
    from attempt a where m.tenant_id = $1 and m.id = a.message_id and m.status = 'sending' returning m.*
)
""" + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants

_REFUSED = """
with attempt as (
    update send_attempts set state = 'refused', http_status = $3, error = $4, finished_at = $5, lease_until = $5
    where tenant_id = $1 and id = $2 and state in ('sending', 'uncertain') returning message_id
), changed as (
    update messages m set status = 'failed', status_rank = 1, error = $4, failed_at = $5, version = m.version + 1
    from attempt a where m.tenant_id = $1 and m.id = a.message_id and m.status_rank < 0 returning m.*
)
""" + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants

# lease_until on a finished attempt: not before then may the conversation's next attempt leave. not_before on the
# message: it alone waits, and says why.
_POSTPONED = """
with attempt as (
    update send_attempts set state = $3, http_status = $4, error = $5, lease_until = $6, finished_at = $7
    where tenant_id = $1 and id = $2 and state in ('sending', 'uncertain') returning message_id
), changed as (
    update messages m set status = 'queued', status_rank = -3, not_before = $8,
        error = case when $8::timestamptz is null then null else $5 end, version = m.version + 1
    from attempt a where m.tenant_id = $1 and m.id = a.message_id and m.status in ('sending', 'uncertain') returning m.*
)
""" + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants


async def accepted(connection: Connection, told: Sequence[tuple[UUID, UUID, str, datetime]]) -> set[UUID]:
    """Meta has these: (tenant, attempt, wamid, when). Statuses that came first are kept. Returns the messages."""
    return {row["id"] for row in await connection.fetch(_ACCEPTED, *zip(*told, strict=True))}


async def uncertain(
    connection: Connection, tenant_id: UUID, attempt_id: UUID, http_status: int | None, error: dict[str, Any],
    silent_until: datetime,
) -> None:
    """Nobody knows. Until `silent_until` we wait for a status that carries the attempt's id."""
    await connection.execute(_UNCERTAIN, tenant_id, attempt_id, http_status, error, silent_until)


async def refused(
    connection: Connection, tenant_id: UUID, attempt_id: UUID, http_status: int | None, error: dict[str, Any],
    now: datetime,
) -> None:
    """Meta said no for good."""
    await connection.execute(_REFUSED, tenant_id, attempt_id, http_status, error, now)


async def postponed(
    connection: Connection, tenant_id: UUID, attempt_id: UUID, state: str, http_status: int | None,
    error: dict[str, Any], not_before: datetime, now: datetime,
) -> None:
    """Back into the queue at its old place, its conversation waiting. `state` is `refused` or `not_sent`."""
    await connection.execute(_POSTPONED, tenant_id, attempt_id, state, http_status, error, not_before, now, None)


async def delayed(
    connection: Connection, tenant_id: UUID, attempt_id: UUID, http_status: int | None, error: dict[str, Any],
    not_before: datetime, now: datetime,
) -> None:
    """Refused for hours: it waits alone, and what stands behind it goes on."""
    await connection.execute(
        _POSTPONED, tenant_id, attempt_id, "refused", http_status, error, now, now, not_before)
