"""How the lanes of each number stand: what waits, since when, how fast it leaves, and why it does not."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.messaging.lanes.allowance import per_second
from core.whatsapp.errors import explain

# Depth and age are read from the queue's own partial index, the rate from the last minute of attempts: what was sent
# before costs nothing here.
_STANDING: Final = """
select a.id, a.tenant_id, t.name as tenant, a.display_phone_number, a.verified_name, a.status, a.throughput_level,
    a.paused_until, a.pause_error, a.bulk_paused_until, a.bulk_pause_error, a.token_error,
    waiting.*, (select count(*) from send_attempts s where s.account_id = a.id
        and s.started_at > now() - interval '1 minute' and s.state in ('sending', 'accepted', 'uncertain', 'settled'))
        as sent_last_minute
from accounts a join tenants t on t.id = a.tenant_id cross join lateral (
    select count(*) filter (where not m.bulk) as replies, count(*) filter (where m.bulk) as bulk,
        count(*) filter (where m.not_before > now()) as delayed, min(m.queued_at) as oldest_at
    from messages m where m.account_id = a.id and m.status = 'queued') waiting
where a.removed_at is null and ($1::uuid is null or a.tenant_id = $1)
    and ($1 is not null or waiting.oldest_at is not null or a.status = 'token_dead' or a.paused_until > now()
        or a.bulk_paused_until > now()
        or exists (select from send_attempts s where s.account_id = a.id
            and s.started_at > now() - interval '1 minute'))
order by waiting.oldest_at nulls last, a.created_at, a.id limit $2
"""


async def standing(db: Database, tenant_id: UUID | None, locale: str, limit: int = 200) -> list[dict[str, Any]]:
    """The tenant's numbers, or all that are doing something, whoever waits longest first. By the system role."""
    now = datetime.now(UTC)
    return [_told(row, locale, now) for row in await db.system.fetch(_STANDING, tenant_id, limit)]


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
