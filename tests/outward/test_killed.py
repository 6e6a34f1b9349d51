"""A worker that is killed in the middle loses nothing: what was under way comes again under its id."""

import asyncio
import json
import os
import sys

from core.db.pool import Database
from core.outward.endpoints import Endpoints
from tests.egress.loopback import Received, serving
from tests.outward.conftest import Tell, admin_of
from tests.seed import SECRET_KEY, SeededTenant

COUNT = 60


async def started(database_url: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.outward.sender_program", stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": database_url, "MASTER_KEY": SECRET_KEY})  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"sending\n"
    return process


async def test_nothing_is_lost_and_ids_repeat_at_most(
    database_url: str, db: Database, endpoints: Endpoints, tell: Tell, tenant: SeededTenant
) -> None:
    arrived, killing, done = 0, asyncio.Event(), asyncio.Event()

    async def slowly(received: Received, writer: asyncio.StreamWriter) -> None:
        nonlocal arrived
        arrived += 1
        if arrived in (10, 25):
            killing.set()
            await asyncio.sleep(5)  # it dies without an answer
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        if json.loads(received.body)["data"]["name"] == str(COUNT - 1):
            done.set()

    async with serving(slowly) as server:
        await endpoints.create(admin_of(tenant), "shop", f"{server.url}/", ["account.updated"])
        await tell(tenant, *(str(n) for n in range(COUNT)))
        async with asyncio.timeout(60):
            for _ in range(2):
                process = await started(database_url)
                await killing.wait()
                killing.clear()
                process.kill()
                await process.wait()
                # Its lease would run out by itself, in half a minute.
                await db.system.execute("update webhook_endpoints set leased_until = now()")
            process = await started(database_url)
            await done.wait()
            process.terminate()
            await process.wait()
        names = [int(json.loads(one.body)["data"]["name"]) for one in server.received]
        ids = [one.headers["webhook-id"] for one in server.received]
    assert sorted(set(names)) == list(range(COUNT))
    assert names == sorted(names)
    assert COUNT < len(names) <= COUNT + 4
    assert len(set(ids)) == COUNT
