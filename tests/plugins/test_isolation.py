"""`isolate: true`: a plugin's jobs and observers run in a worker process of their own, within their own memory."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.commands.migrate import migrate
from core.config import load
from core.db.pool import Database
from core.jobs.queue import enqueue
from core.jobs.work import CORE
from core.plugins import isolation
from core.plugins.incidents import Incidents
from tests.seed import SeededTenant

_PATIENCE = 120.0
_PLUGIN = '''
import os, time
from comptoir_sdk import Job, Plugin, hookimpl

class Hog(Plugin):
    name = "acme_hog"
    version = "1.0"

    @hookimpl
    def register_jobs(self):
        return [Job("eat", eat), Job("tell", tell), Job("nap", nap, retries=0)]

async def eat(ctx):
    eaten = []
    while True:
        eaten.append(bytearray(4_000_000))

async def tell(ctx):
    await ctx.storage.put("pid", str(os.getpid()).encode())

async def nap(ctx):
    time.sleep(60)

plugin = Hog()
'''
_CONFIG = """
plugins: {acme_hog: {isolate: true, memory_mb: 96}, contacts: {}}
tenants: {defaults: {plugins: [acme_hog, contacts]}}
"""


@pytest.fixture
def environment(database_url: str, valkey_url: str, tmp_path: Path) -> dict[str, str]:
    site = tmp_path / "site"
    info = site / "acme_hog-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "acme_hog.py").write_text(_PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-hog\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[comptoir.plugins]\nacme_hog = acme_hog:plugin\n")
    config = tmp_path / "config.yaml"
    config.write_text(_CONFIG)
    return {**os.environ, "DATABASE_URL": database_url, "VALKEY_URL": valkey_url, "COMPTOIR_DATA": str(tmp_path),
            "COMPTOIR_CONFIG": str(config), "PYTHONPATH": str(site)}


@pytest.fixture
async def worker(environment: dict[str, str], tenant: SeededTenant,
                 tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    assert await migrate(load(environment), lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as listener, (tmp_path / "worker.log").open("w") as log:
        listener.set_inheritable(True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "core.cli", "worker", "--fd", str(listener.fileno()), env=environment,
            pass_fds=[listener.fileno()], stderr=log)
        yield process
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_PATIENCE):
            assert await process.wait() == 0


@pytest.mark.timeout(400)
async def test_its_jobs_run_apart_within_their_memory_and_it_comes_back_when_it_dies(
        worker: asyncio.subprocess.Process, db: Database, tenant: SeededTenant, tmp_path: Path) -> None:
    await _done(db, await _enqueue(db, tenant, "acme_hog", "tell"))
    first = _pid(tmp_path)
    assert first != worker.pid
    assert _parent(first) == worker.pid

    # Too hungry: that job fails with its reason, at once and for good; the others are done.
    hungry = await _enqueue(db, tenant, "acme_hog", "eat")
    after = await _enqueue(db, tenant, "acme_hog", "tell")
    kernels = await _enqueue(db, None, CORE, "forget_jobs")
    told = await _failed(db, hungry)
    assert "acme_hog.eat needed more memory than its worker may use" in told
    assert "eaten.append(bytearray(4_000_000))" in told
    await _done(db, after)
    await _done(db, kernels)

    # What holds its loop is interrupted, and held up nobody of the kernel's.
    stuck = await _enqueue(db, tenant, "acme_hog", "nap")
    await _done(db, await _enqueue(db, None, CORE, "forget_jobs"))
    assert "Interrupted" in await _failed(db, stuck)
    # Its own process tells of it a little later, and is not asked to survive until then.
    await _incident(db, ("blocked", "job nap", "worker acme_hog"))

    os.kill(_pid(tmp_path), signal.SIGKILL)
    await _done(db, await _enqueue(db, tenant, "acme_hog", "tell"))
    assert _pid(tmp_path) != first
    await _incident(db, ("load", "its worker", "worker"))
    # Where a machine is busy, eating holds the loop for long, too.
    assert await _incidents(db) - {("blocked", "job eat", "worker acme_hog")} == {
        ("blocked", "job nap", "worker acme_hog"), ("load", "its worker", "worker"),
        ("memory", "job eat", "worker acme_hog")}


async def test_one_that_cannot_be_started_or_dies_at_each_start_is_told_and_stops_no_other(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs = {"acme_dies": "raise SystemExit(3)", "acme_fine": "import time; time.sleep(600)"}

    async def launch(name: str, _environment: object) -> asyncio.subprocess.Process:
        if name not in programs:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return await asyncio.create_subprocess_exec(sys.executable, "-c", programs[name])

    monkeypatch.setattr(isolation, "_launch", launch)
    monkeypatch.setattr(isolation, "_FIRST_PAUSE", 0.01)
    incidents = Incidents()
    names = ["acme_lost", "acme_dies", "acme_fine"]
    isolated = isolation.Isolated(names, tmp_path / "config.yaml", tmp_path, incidents)
    running, told = asyncio.create_task(isolated.run()), dict[tuple[str, str], int]()
    try:
        async with asyncio.timeout(_PATIENCE):
            while min((told.get((name, kind), 0) for name, kind in _EXPECTED), default=0) < 2:
                assert not running.done()
                for one, count in incidents.take():
                    told[one.plugin, one.told] = told.get((one.plugin, one.told), 0) + count
                await asyncio.sleep(0.02)
        assert set(told) == set(_EXPECTED)
        assert set(isolated.pids) >= {"acme_fine"}
        os.kill(isolated.pids["acme_fine"], 0)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


_EXPECTED = [("acme_lost", "its process could not be started: [Errno 12] Cannot allocate memory"),
             ("acme_dies", "its process ended with status 3: its log says why")]


def _pid(folder: Path) -> int:
    return int(next((folder / "media").rglob("pid")).read_text())


def _parent(pid: int) -> int:
    told = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in told.splitlines() if line.startswith("PPid:")).split()[1])


async def _enqueue(db: Database, tenant: SeededTenant | None, plugin: str, name: str) -> UUID:
    async with db.system_transaction() as connection:
        return await enqueue(connection, tenant.id if tenant else None, plugin, name, {}, max_attempts=1)


async def _failed(db: Database, job: UUID) -> str:
    return str(await _over(db, job, "failed"))


async def _incident(db: Database, wanted: tuple[str, str, str]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while wanted not in await _incidents(db):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.1)


async def _incidents(db: Database) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in await db.system.fetch("select kind, call, process from plugin_incidents")}


async def _done(db: Database, job: UUID) -> None:
    await _over(db, job, "done")


async def _over(db: Database, job: UUID, how: str) -> str | None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            state, told = await db.system.fetchrow("select state, last_error from jobs where id = $1", job) or ("", "")
            if state in ("done", "failed"):
                assert state == how, told
                return str(told)
            await asyncio.sleep(0.1)
