"""The real worker process: starts, says it is ready, does the work of every room, ends when told to."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from core.commands.migrate import migrate
from core.config import load
from core.db.pool import Database
from core.events import outbox
from tests.seed import SeededTenant

_PATIENCE_SECONDS = 30.0
Running = tuple[asyncio.subprocess.Process, str]


@pytest.fixture
def environment(database_url: str, valkey_url: str, tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url, "VALKEY_URL": valkey_url, "COMPTOIR_DATA": str(tmp_path)}


@pytest.fixture
async def worker(environment: dict[str, str], tenant: SeededTenant) -> AsyncIterator[Running]:
    """A running worker on a migrated database, and the URL of its health port."""
    assert await migrate(load(environment), lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        fd = listener.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "core.cli", "worker", "--fd", str(fd), env=environment, pass_fds=[fd],
            stderr=asyncio.subprocess.DEVNULL)
        try:
            yield process, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _ready(url: str) -> dict[str, object]:
    async with asyncio.timeout(_PATIENCE_SECONDS), httpx2.AsyncClient(trust_env=False) as client:
        while (answer := await client.get(f"{url}/readyz", timeout=_PATIENCE_SECONDS)).status_code == 503:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        found: dict[str, object] = answer.json()
        return found


async def test_it_numbers_events_enables_plugins_and_ends_at_sigterm(
        worker: Running, db: Database, tenant: SeededTenant) -> None:
    process, url = worker
    assert (await _ready(url))["status"] == "ready"
    async with db.system_transaction() as connection:
        await outbox.append(connection, tenant.id, "webhook.unhandled", {"field": "flows", "value": {}})
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while await db.system.fetchval("select count(*) from event_log") == 0:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        while await db.system.fetchval("select count(*) from plugin_cursors") < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        assert await process.wait() == 0
