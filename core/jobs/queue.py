"""Durable work: a row committed with the change that caused it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from core.db.pool import Connection

MAX_ATTEMPTS = 5

# A key names the work. While one row of that key waits, a second request is the same work, at the earlier time.
_INSERT = """
insert into jobs (tenant_id, plugin, name, key, args, run_at, max_attempts, id)
values ($1, $2, $3, $4, $5::text::jsonb, coalesce($6, now()), $7, coalesce($8, uuidv7()))
on conflict (tenant_id, plugin, name, key) where state = 'queued' and key is not null
do update set run_at = least(jobs.run_at, excluded.run_at)
returning id
"""


async def enqueue(connection: Connection, tenant_id: UUID | None, plugin: str, name: str, args: Mapping[str, Any], *,
                  key: str | None = None, run_at: datetime | None = None, max_attempts: int = MAX_ATTEMPTS,
                  id: UUID | None = None) -> UUID:
    """Insert in the caller's transaction and wake the feeder at its commit. The id of the row that waits.

    `id`: chosen by the caller, whose arguments are sealed for that row.
    """
    job_id: UUID = await connection.fetchval(_INSERT, tenant_id, plugin, name, key, _text(args), run_at, max_attempts,
                                            id)
    await connection.execute("select pg_notify('jobs', '')")
    return job_id


def _text(args: Mapping[str, Any]) -> str:
    # Text, for a plugin's connection comes from Tortoise's pool, which knows no JSON codec.
    return json.dumps(dict(args), ensure_ascii=False, default=str)
