"""/healthz says that the process lives; /readyz that it can serve, and how far the work behind it has come."""

from collections.abc import Callable
from typing import Any

import asyncpg
from quart import Blueprint

from core.auth.access import PUBLIC, declare
from core.db.pool import Database
from core.errors import Unavailable

_LAG = """
select
    (select epoch::text from installation) as epoch,
    coalesce((select extract(epoch from now() - received_at) from journal_pending
        order by id limit 1), 0)::float8 as journal_lag_seconds,
    coalesce((select extract(epoch from now() - run_at) from jobs where state = 'queued' and run_at <= now()
        order by run_at limit 1), 0)::float8 as oldest_due_job_seconds
"""


def blueprint(db: Database, leaving: Callable[[], bool]) -> Blueprint:
    """Both routes. A lag is told, not judged: with the workers away, screens are still better than none."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    @declare(PUBLIC)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @health.get("/readyz")
    @declare(PUBLIC)
    async def readyz() -> dict[str, Any]:
        if leaving():
            raise Unavailable("This process is stopping: ask another.", retry_after=2)
        try:
            row = await db.system.fetchrow(_LAG, timeout=3)
        except asyncpg.UndefinedTableError:
            raise Unavailable("The database is not migrated: run `comptoir migrate`.", migrations="missing") from None
        assert row is not None  # noqa: S101 - a select without from has one row
        lags = {name: round(row[name], 3) for name in ("journal_lag_seconds", "oldest_due_job_seconds")}
        return {"status": "ready", "database": "ok", "migrations": "ok", **lags}

    return health
