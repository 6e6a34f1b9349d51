"""How the installation does: how far each stage is behind, what waits, what failed, which keys hold what."""

import sys
from importlib.metadata import version
from typing import Any, Final

import comptoir_sdk

from core.db.pool import Database
from core.secrets import MasterKeys

_LAG: Final = """
select
    (select count(*) from journal_pending) as journal_waiting,
    coalesce((select extract(epoch from now() - received_at) from journal_pending
        order by id limit 1), 0)::float8 as journal_lag_seconds,
    (select count(*) from event_outbox) as events_waiting,
    coalesce((select extract(epoch from now() - created_at) from event_outbox order by id limit 1), 0)::float8
        as events_lag_seconds,
    (select max(created_at) from (select created_at from event_log order by position desc limit 1) e)
        as last_event_at,
    (select count(*) from messages where status = 'queued') as sends_waiting,
    (select count(*) from send_attempts where state = 'uncertain' and finished_at is null) as sends_uncertain,
    (select count(*) from quarantine where replayed_at is null and dismissed_at is null) as quarantined,
    (select count(*) from attachments where state = 'pending') as media_waiting,
    pg_database_size(current_database()) as database_bytes,
    current_setting('server_version') as postgresql,
    (select min(created_at) from installation) as installed_at
"""
_JOBS: Final = """
select plugin as queue, count(*) filter (where state = 'queued') as waiting,
    count(*) filter (where state = 'running') as running,
    count(*) filter (where state = 'failed' and finished_at > now() - interval '1 day') as failed_1d,
    coalesce(extract(epoch from now() - min(run_at) filter (where state = 'queued' and run_at <= now())), 0)::float8
        as oldest_due_seconds
from jobs group by plugin order by plugin
"""
_MAIL: Final = """
select count(*) filter (where state in ('queued', 'running')) as waiting,
    count(*) filter (where state = 'failed' and finished_at > now() - interval '1 day') as failed_1d,
    (select last_error from jobs where name = 'send_mail' and state = 'failed'
        and finished_at > now() - interval '1 day' order by finished_at desc limit 1) as last_error
from jobs where name = 'send_mail'
"""
_UNKNOWN: Final = """
select day, phone_number_id, field, kind, sum(count)::bigint as count, max(last_delivery_id) as last_delivery_id
from webhook_unknowns where day > (now() at time zone 'UTC')::date - 30
group by day, phone_number_id, field, kind order by day desc, count desc, phone_number_id, field, kind limit 100
"""
_KEYS: Final = "select master_id, count(*) as data_keys from data_keys group by master_id"


async def health(db: Database, masters: MasterKeys, mail_kind: str) -> dict[str, Any]:
    """One look, by the system role."""
    lag = dict(await db.system.fetchrow(_LAG) or {})
    mail = dict(await db.system.fetchrow(_MAIL) or {})
    postgresql, size = lag.pop("postgresql"), lag.pop("database_bytes")
    return {
        "versions": {"comptoir": version("comptoir"), "sdk": comptoir_sdk.__version__, "postgresql": postgresql,
                     "python": ".".join(str(part) for part in sys.version_info[:3])},
        "database_bytes": size,
        "stages": lag,
        "queues": [dict(row) for row in await db.system.fetch(_JOBS)],
        "mail": {"kind": mail_kind, **mail, "last_error": _last_line(mail.get("last_error"))},
        "unknown_webhooks": [{**dict(row), "day": row["day"].isoformat()} for row in await db.system.fetch(_UNKNOWN)],
        "master_keys": await _master_keys(db, masters),
    }  # fmt: skip


async def _master_keys(db: Database, masters: MasterKeys) -> list[dict[str, Any]]:
    """Their names and what they wrap. One that is not here opens nothing."""
    masters.refresh()
    uses = {row["master_id"]: row["data_keys"] for row in await db.system.fetch(_KEYS)}
    return [
        {"id": key, "data_keys": uses.get(key, 0),
         "state": "current" if key == masters.current_id else "previous" if key in masters.ids else "missing"}
        for key in sorted({*masters.ids, *uses}, key=lambda key: (key != masters.current_id, key))
    ]  # fmt: skip


def _last_line(told: str | None) -> str | None:
    """Of a traceback: what it was, without where."""
    return told.strip().splitlines()[-1][:300] if told and told.strip() else None
