"""The receiver of the documentation, run as it stands, against what the product sends."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from core.db.pool import Database
from core.outward import attempts
from core.outward.endpoints import Endpoints
from core.outward.sender import Sender
from tests.outward.conftest import Tell, admin_of, due_now
from tests.seed import SeededTenant

RECEIVER = Path(__file__).parents[2] / "docs" / "plugins" / "webhook_receiver.py"


@asynccontextmanager
async def receiver(port: int, secret: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Running and listening."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(RECEIVER), str(port), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "WEBHOOK_SECRET": secret})  # fmt: skip
    try:
        async with asyncio.timeout(20):
            while not await listens(port):  # noqa: ASYNC110 - another process listens when it listens
                await asyncio.sleep(0.05)
        yield process
    finally:
        process.kill()
        await process.wait()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def test_it_takes_what_is_genuine_once_and_refuses_the_rest(
    port: int, endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    made = await endpoints.create(admin_of(tenant), "shop", f"http://127.0.0.1:{port}/", ["account.updated"])
    async with receiver(port, made["secret"]) as process:
        assert process.stdout is not None
        await tell(tenant, "a", "b")
        await sender.drain()
        rows = await db.system.fetch("select id, status from webhook_attempts order by at, id")
        assert [row["status"] for row in rows] == [204, 204]
        await attempts.ask_again(db, tenant.id, UUID(made["id"]), rows[0]["id"])
        await tell(tenant, "c")
        await sender.drain()
        said = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
        assert said == [f"account.updated {{'name': '{name}'}}" for name in "abc"]
    async with receiver(port, "whsec_bm90IHRoZSBzZWNyZXQgb2YgdGhpcyBlbmRwb2ludA=="):
        await tell(tenant, "d")
        await due_now(db)
        await sender.drain()
        newest = "select status from webhook_attempts order by at desc, id desc limit 1"
        assert await db.system.fetchval(newest) == 401
