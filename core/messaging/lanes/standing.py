"""How the lanes of each number stand: what waits, since when, how fast it leaves, and why it does not."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.messaging.lanes.allowance import per_second
from core.messaging.page import Page, by_time, encode
from core.whatsapp.errors import explain

# Who is busy, and since when, is two looks into the queue's partial index for each number; depth is counted for those
# of the page alone, the rate from the last minute of attempts. What was sent before costs nothing here.
_DUE: Final = """(select coalesce(m.not_before, m.queued_at) as due from messages m
    where m.account_id = a.id and m.status = 'queued' and m.bulk = {bulk}
    order by coalesce(m.not_before, m.queued_at), m.id limit 1)"""
_STANDING: Final = f"""
with busy as materialized (
    select a.id, coalesce(first.due, '9999-01-01Z'::timestamptz) as due from accounts a cross join lateral (
        select min(due) as due from ({_DUE.format(bulk="false")} union all {_DUE.format(bulk="true")}) either) first
    where a.removed_at is null and ($1::uuid is null or a.tenant_id = $1)
        and ($1 is not null or first.due is not null or a.status = 'token_dead' or a.paused_until > now()
            or a.bulk_paused_until > now()
            or exists (select from send_attempts s where s.account_id = a.id
                and s.started_at > now() - interval '1 minute'))
        and ($3::timestamptz is null or (coalesce(first.due, '9999-01-01Z'::timestamptz), a.id) > ($3, $4::uuid))
    order by 2, 1 limit $2
)
select a.id, a.tenant_id, t.name as tenant, a.display_phone_number, a.verified_name, a.status, a.throughput_level,
    a.paused_until, a.pause_error, a.bulk_paused_until, a.bulk_pause_error, a.token_error, busy.due,
    waiting.*, (select count(*) from send_attempts s where s.account_id = a.id
        and s.started_at > now() - interval '1 minute' and s.state in ('sending', 'accepted', 'uncertain', 'settled'))
        as sent_last_minute
from busy join accounts a on a.id = busy.id join tenants t on t.id = a.tenant_id cross join lateral (
    select count(*) filter (where not m.bulk) as replies, count(*) filter (where m.bulk) as bulk,
        count(*) filter (where m.not_before > now()) as delayed, min(m.queued_at) as oldest_at
    from messages m where m.account_id = a.id and m.status = 'queued') waiting
order by busy.due, busy.id
"""  # noqa: S608 - constants


async def standing(db: Database, tenant_id: UUID, locale: str) -> list[dict[str, Any]]:
    """All of the tenant's numbers, whoever has been due longest first. By the system role."""
    now = datetime.now(UTC)
    return [_told(row, locale, now) for row in await db.system.fetch(_STANDING, tenant_id, None, None, None)]


async def standing_of_all(db: Database, locale: str, limit: int, cursor: str | None) -> Page:
    """Those of all tenants that are doing something. By the system role.

    Queues move between two pages: a number whose oldest message has left since is due later now, so it may be told
    again, and none that still waits is passed over.
    """
    now = datetime.now(UTC)
    rows = await db.system.fetch(_STANDING, None, limit + 1, *by_time(cursor))
    following = encode(rows[limit - 1]["due"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page([_told(row, locale, now) for row in rows[:limit]], following)


def _told(row: Any, locale: str, now: datetime) -> dict[str, Any]:
    whole = _pause(row["paused_until"], row["pause_error"], locale, now)
    if row["status"] == "token_dead":
        whole = {"until": None, "error": _words(row["token_error"], locale)}
    return {
        "account": {"id": str(row["id"]), "display_phone_number": row["display_phone_number"],
                    "verified_name": row["verified_name"], "status": row["status"]},
        "tenant": {"id": str(row["tenant_id"]), "name": row["tenant"]},
        "replies": row["replies"], "bulk": row["bulk"], "delayed": row["delayed"],
        "oldest_at": row["oldest_at"], "oldest_seconds": _age(row["oldest_at"], now),
        "sent_last_minute": row["sent_last_minute"], "allowed_per_second": per_second(row["throughput_level"]),
        "paused": whole, "bulk_paused": _pause(row["bulk_paused_until"], row["bulk_pause_error"], locale, now),
    }  # fmt: skip


def _age(at: datetime | None, now: datetime) -> float:
    return max((now - at).total_seconds(), 0.0) if at else 0.0


def _pause(until: datetime | None, error: dict[str, Any] | None, locale: str, now: datetime) -> dict[str, Any] | None:
    if until is None or until <= now:
        return None
    return {"until": until, "error": _words(error, locale)}


def _words(kept: dict[str, Any] | None, locale: str) -> dict[str, Any]:
    """In the reader's language where the trouble is Meta's code; ours are kept in English."""
    kept = kept or {}
    if kept.get("code") is None:
        return {"code": None, **{name: kept.get(name, "") for name in ("title", "cause", "cure")}}
    error = explain(kept["code"], locale=locale)
    return {"code": kept["code"], "title": error.title, "cause": error.cause, "cure": error.cure}
