import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from core.db.pool import Database
from core.db.scope import current_tenant
from core.jobs import rows
from core.jobs.forget import FORGET_HANDLER
from core.jobs.queue import enqueue
from core.jobs.runner import Runner
from core.jobs.work import Handler, Handlers, Run
from tests.seed import SeededTenant


async def _queue(db: Database, tenant: SeededTenant, *, key: str | None = None, max_attempts: int = 5) -> UUID:
    async with db.system_transaction() as connection:
        return await enqueue(connection, tenant.id, "core", "work", {}, key=key, max_attempts=max_attempts)


def _runner(db: Database, run: Callable[[Run], Awaitable[None]], *, atomic: bool = False, timeout: float = 5) -> Runner:
    return Runner(db, Handlers(Handler("core", "work", run, timeout, atomic)), pause=lambda _: 0)


async def _state(db: Database, job_id: UUID) -> tuple[str, int, str | None]:
    row = await db.system.fetchrow("select state, attempts, last_error from jobs where id = $1", job_id)
    assert row is not None
    return row["state"], row["attempts"], row["last_error"]


async def _rename(run: Run) -> None:
    assert run.connection is not None
    await run.connection.execute("update tenants set name = name || '!' where id = $1", run.tenant_id)


async def test_runs_in_the_scope_of_its_tenant_and_is_done(db: Database, tenant: SeededTenant) -> None:
    seen = []

    async def work(run: Run) -> None:
        seen.append((current_tenant(), run.attempt))

    job = await _queue(db, tenant)
    assert await _runner(db, work).run(job)
    assert seen == [(tenant.id, 1)]
    assert await _state(db, job) == ("done", 1, None)


async def test_two_workers_offered_the_same_job_run_it_once(db: Database, tenant: SeededTenant) -> None:
    ran = []

    async def work(run: Run) -> None:
        ran.append(run.worker)

    job = await _queue(db, tenant)
    results = await asyncio.gather(*(_runner(db, work).run(job) for _ in range(4)))
    assert sorted(results) == [False, False, False, True]
    assert len(ran) == 1


async def test_a_failing_job_is_tried_again_and_then_set_aside_with_its_traceback(
        db: Database, tenant: SeededTenant) -> None:
    async def work(_run: Run) -> None:
        raise ValueError("no dates in Ramadan")

    job, runner = await _queue(db, tenant, max_attempts=2), _runner(db, work)
    assert await runner.run(job)
    assert (await _state(db, job))[:2] == ("queued", 1)
    assert await runner.run(job)
    state, attempts, error = await _state(db, job)
    assert (state, attempts) == ("failed", 2)
    assert error is not None
    assert "no dates in Ramadan" in error
    assert not await runner.run(job)


async def test_a_job_is_stopped_at_its_time_limit(db: Database, tenant: SeededTenant) -> None:
    async def work(_run: Run) -> None:
        await asyncio.Event().wait()

    job = await _queue(db, tenant)
    await _runner(db, work, timeout=0.05).run(job)
    assert (await _state(db, job))[:2] == ("queued", 1)


@pytest.mark.parametrize("atomic", [False, True])
async def test_a_worker_that_lost_its_lease_settles_nothing(
        db: Database, tenant: SeededTenant, atomic: bool) -> None:
    async def work(run: Run) -> None:
        if run.connection:
            await _rename(run)
        async with db.system.acquire() as connection:
            await connection.execute("update jobs set lease_until = now() - interval '1 s' where id = $1", run.id)
            assert await rows.rescue(connection) == 1

    job = await _queue(db, tenant)
    await _runner(db, work, atomic=atomic).run(job)
    assert (await _state(db, job))[0] == "queued"
    assert await db.system.fetchval("select name from tenants where id = $1", tenant.id) == "Atlas"


async def test_the_heartbeat_keeps_leases_and_stops_work_that_another_worker_took(
        db: Database, tenant: SeededTenant) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def work(_run: Run) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    job, runner = await _queue(db, tenant), _runner(db, work)
    task = asyncio.create_task(runner.run(job))
    await started.wait()
    await db.system.execute("update jobs set lease_until = now() where id = $1", job)
    await runner.beat()
    assert await db.system.fetchval("select lease_until > now() + interval '10 s' from jobs where id = $1", job)
    await db.system.execute("update jobs set worker = 'another' where id = $1", job)
    await runner.beat()
    await stopped.wait()
    await task
    assert await db.system.fetchval("select worker from jobs where id = $1", job) == "another"


async def test_an_atomic_jobs_work_and_completion_commit_or_vanish_together(
        db: Database, tenant: SeededTenant) -> None:
    fail = True

    async def work(run: Run) -> None:
        await _rename(run)
        if fail:
            raise ValueError

    job, runner = await _queue(db, tenant), _runner(db, work, atomic=True)
    await runner.run(job)
    assert await db.system.fetchval("select name from tenants where id = $1", tenant.id) == "Atlas"
    fail = False
    await runner.run(job)
    assert await db.system.fetchval("select name from tenants where id = $1", tenant.id) == "Atlas!"
    assert (await _state(db, job))[0] == "done"


async def test_a_job_that_kills_its_workers_is_set_aside(db: Database, tenant: SeededTenant) -> None:
    job = await _queue(db, tenant, max_attempts=2)
    async with db.system.acquire() as connection:
        for expected in ("queued", "failed"):
            await rows.claim(connection, job, "a doomed worker")
            await connection.execute("update jobs set lease_until = now() - interval '1 s'")
            await rows.rescue(connection)
            assert (await _state(db, job))[0] == expected


async def test_a_failed_job_gives_way_to_a_newer_one_of_its_key(db: Database, tenant: SeededTenant) -> None:
    first = await _queue(db, tenant, key="cursor")

    async def work(_run: Run) -> None:
        await _queue(db, tenant, key="cursor")
        raise ValueError

    await _runner(db, work).run(first)
    state, _, error = await _state(db, first)
    assert state == "failed"
    assert error is not None
    assert "newer job" in error
    assert await db.system.fetchval("select count(*) from jobs where state = 'queued'") == 1


async def test_stopping_hands_unfinished_work_back_without_counting_it(db: Database, tenant: SeededTenant) -> None:
    started = asyncio.Event()

    async def work(_run: Run) -> None:
        started.set()
        await asyncio.Event().wait()

    job, runner = await _queue(db, tenant), _runner(db, work)
    task = asyncio.create_task(runner.run(job))
    await started.wait()
    await runner.drain(0.01)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await _state(db, job))[:2] == ("queued", 0)
    assert not await runner.run(job)


async def test_jobs_that_are_over_are_forgotten_after_a_while_and_failures_later(
        db: Database, tenant: SeededTenant) -> None:
    for state, age in (("done", "3 days"), ("done", "1 day"), ("failed", "3 days"), ("failed", "91 days")):
        await db.system.execute(
            f"""insert into jobs (tenant_id, name, state, finished_at)
                values ($1, 'old', '{state}', now() - interval '{age}')""", tenant.id)
    async with db.system_transaction() as connection:
        job = await enqueue(connection, None, "core", FORGET_HANDLER.name, {})
    assert await Runner(db, Handlers(FORGET_HANDLER)).run(job)
    left = await db.system.fetch("select state from jobs where name = 'old' order by state")
    assert [row["state"] for row in left] == ["done", "failed"]
