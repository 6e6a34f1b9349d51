"""Workers killed, Valkey wiped, Valkey away: nothing is lost, nothing is done twice."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from core.db.pool import Connection, Database
from core.jobs.queue import enqueue
from tests.seed import SeededTenant

_PATIENCE_SECONDS = 60.0
_NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
async def marks(database_url: str, tenant: SeededTenant) -> AsyncIterator[Connection]:
    """A connection to a database with the table that the worker's jobs write to."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("create table marks (job uuid, half text)")
    await connection.execute("grant all on marks to comptoir_app, comptoir_sys")
    yield connection
    await connection.close()


@asynccontextmanager
async def _worker(database_url: str, valkey_url: str, prefix: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.jobs.worker_program", database_url, valkey_url, prefix,
        stderr=asyncio.subprocess.DEVNULL)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _enqueue(db: Database, tenant: SeededTenant, count: int) -> None:
    async with db.system_transaction() as connection:
        for _number in range(count):
            await enqueue(connection, tenant.id, "core", "mark", {})


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


def _count(connection: Connection, at_least: int, what: str) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return int(await connection.fetchval(what) or 0) >= at_least
    return reached


_DONE = "select count(*) from jobs where state = 'done'"
_RUNNING = "select count(*) from jobs where state = 'running'"


async def _assert_each_once(connection: Connection, count: int) -> None:
    states = await connection.fetch("select state, count(*) as n from jobs group by state")
    assert {row["state"]: row["n"] for row in states} == {"done": count}
    assert await connection.fetchval("select count(*) from marks") == 2 * count
    assert await connection.fetchval("select count(distinct (job, half)) from marks") == 2 * count


async def test_workers_killed_in_the_middle_lose_nothing_and_do_nothing_twice(
        database_url: str, db: Database, valkey_url: str, tenant: SeededTenant,
        marks: Connection) -> None:
    await _enqueue(db, tenant, 120)
    prefix = uuid4().hex
    for goal in (10, 40, 70):
        async with _worker(database_url, valkey_url, prefix) as process:
            await _until(_count(marks, goal, _DONE))
            await _until(_count(marks, 1, _RUNNING))
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
    async with _worker(database_url, valkey_url, prefix):
        await _until(_count(marks, 120, _DONE))
    await _assert_each_once(marks, 120)
    assert await marks.fetchval("select count(*) from jobs where attempts > 1") > 0


async def test_a_wiped_valkey_loses_no_job(
        database_url: str, db: Database, valkey_url: str, tenant: SeededTenant,
        marks: Connection) -> None:
    await _enqueue(db, tenant, 200)
    async with Redis.from_url(valkey_url) as valkey, _worker(database_url, valkey_url, uuid4().hex):
        for goal in (5, 60):
            await _until(_count(marks, goal, _DONE))
            await valkey.flushall()
        await _until(_count(marks, 200, _DONE))
    await _assert_each_once(marks, 200)


async def test_without_valkey_the_worker_runs_the_jobs_itself(
        database_url: str, db: Database, tenant: SeededTenant, marks: Connection) -> None:
    await _enqueue(db, tenant, 10)
    async with _worker(database_url, _NOWHERE, uuid4().hex):
        await _until(_count(marks, 10, _DONE))
    await _assert_each_once(marks, 10)


async def test_two_workers_share_the_work(
        database_url: str, db: Database, valkey_url: str, tenant: SeededTenant,
        marks: Connection) -> None:
    prefix = uuid4().hex
    async with _worker(database_url, valkey_url, prefix), _worker(database_url, valkey_url, prefix):
        await _enqueue(db, tenant, 100)
        await _until(_count(marks, 100, _DONE))
    await _assert_each_once(marks, 100)
