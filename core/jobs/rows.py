"""The life of a job's row. Changes are fenced by worker and attempt: a worker that lost its lease changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from core.db.pool import Connection
from core.jobs.work import Run

LEASE_SECONDS = 20
HEARTBEAT_SECONDS = 5
_OFFER_AGAIN_SECONDS = 10
"""How long a due row may have been offered to Valkey before it is offered under a new key."""


class LostLease(Exception):
    """Another worker has taken the job, for this one was silent longer than its lease."""


@dataclass(frozen=True)
class Due:
    """A row waiting to be run. `key` is the same for everyone who offers it in the same few seconds."""

    id: UUID
    plugin: str
    key: str


_DUE = """
select d.id, d.plugin, d.attempts, extract(epoch from now() - d.run_at)::bigint / $3 as age
from unnest($1::text[]) with ordinality as p (plugin, n)
cross join lateral (
    select id, plugin, attempts, run_at from jobs
    where state = 'queued' and run_at <= now() and plugin = p.plugin order by run_at limit $2) d
order by p.n, d.run_at
"""


async def due(connection: Connection, plugins: Sequence[str], limit: int) -> list[Due]:
    """Up to `limit` rows of each plugin, oldest first."""
    rows = await connection.fetch(_DUE, list(plugins), limit, _OFFER_AGAIN_SECONDS)
    return [Due(r["id"], r["plugin"], f"{r['id']}.{r['attempts']}.{r['age']}") for r in rows]


async def claim(connection: Connection, job_id: UUID, worker: str) -> Run | None:
    """Take a due job for `LEASE_SECONDS`. None when somebody else has it, or it is done or not due yet."""
    row = await connection.fetchrow(
        """update jobs set state = 'running', attempts = attempts + 1, worker = $2,
               lease_until = now() + make_interval(secs => $3)
           where id = $1 and state = 'queued' and run_at <= now()
           returning tenant_id, plugin, name, args, attempts, max_attempts, request_id""",
        job_id, worker, LEASE_SECONDS)
    if row is None:
        return None
    return Run(job_id, row["tenant_id"], row["plugin"], row["name"], row["args"], row["attempts"], row["max_attempts"],
               worker, request_id=row["request_id"])


async def renew(connection: Connection, jobs: Collection[UUID], worker: str) -> set[UUID]:
    """Extend the leases of these running jobs; returns those that are still ours."""
    rows = await connection.fetch(
        """update jobs set lease_until = now() + make_interval(secs => $3)
           where id = any($1) and worker = $2 and state = 'running' returning id""", list(jobs), worker, LEASE_SECONDS)
    return {row["id"] for row in rows}


async def complete(connection: Connection, run: Run) -> None:
    """Mark done. Raises LostLease, which in an atomic handler's transaction undoes its work."""
    done = await connection.fetchval(
        """update jobs set state = 'done', finished_at = now(), lease_until = null, last_error = null
           where id = $1 and worker = $2 and attempts = $3 and state = 'running' returning true""",
        run.id, run.worker, run.attempt)
    if not done:
        raise LostLease(f"job {run.id} ({run.plugin}.{run.name})")


async def release(connection: Connection, run: Run, wait_seconds: float = 0) -> None:
    """Give back what cannot be finished here and now; the attempt does not count."""
    await _requeue(connection, run.id, run.worker, run.attempt, wait_seconds, None, -1)


async def fail(connection: Connection, run: Run, error: str, wait_seconds: float | None) -> bool:
    """Another attempt after `wait_seconds`, or set aside as failed when it was the last. Whether it is set aside.

    None: no attempt can help.
    """
    if wait_seconds is None or run.attempt >= run.max_attempts:
        await _set_aside(connection, run.id, run.worker, run.attempt, error)
        return True
    return not await _requeue(connection, run.id, run.worker, run.attempt, wait_seconds, error, 0)


async def rescue(connection: Connection, limit: int = 500) -> int:
    """Jobs whose worker fell silent go back to the queue; those that keep killing their workers are set aside."""
    rows = await connection.fetch(
        """select id, worker, attempts, max_attempts from jobs
           where state = 'running' and lease_until < now() order by lease_until limit $1""", limit)
    for row in rows:
        error = f"worker {row['worker']} fell silent during attempt {row['attempts']}"
        fence = (connection, row["id"], row["worker"], row["attempts"])
        if row["attempts"] >= row["max_attempts"]:
            await _set_aside(*fence, error)
        else:
            await _requeue(*fence, 0, error, 0)
    return len(rows)


async def _requeue(connection: Connection, job_id: UUID, worker: str, attempt: int, wait_seconds: float,
                   error: str | None, attempts_change: int) -> bool:
    """False when a newer row of the same key already waits: that one stands for this work, and this one is closed."""
    try:
        await connection.execute(
            """update jobs set state = 'queued', run_at = now() + make_interval(secs => $4), lease_until = null,
                   worker = null, attempts = attempts + $6, last_error = coalesce($5, last_error)
               where id = $1 and worker = $2 and attempts = $3 and state = 'running'""",
            job_id, worker, attempt, wait_seconds, error, attempts_change)
    except asyncpg.UniqueViolationError:
        await _set_aside(connection, job_id, worker, attempt, f"a newer job of the same key took over\n{error or ''}")
        return False
    return True


async def _set_aside(connection: Connection, job_id: UUID, worker: str, attempt: int, error: str) -> None:
    await connection.execute(
        """update jobs set state = 'failed', finished_at = now(), lease_until = null, last_error = $4
           where id = $1 and worker = $2 and attempts = $3 and state = 'running'""", job_id, worker, attempt, error)
