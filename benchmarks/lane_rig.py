"""What the lanes are measured with: a database, Valkey, two lane workers, and a sandbox for each of two tenants."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from benchmarks.stack import CHECKOUT, free_ports
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.embedded.scratch import scratch_database, scratch_postgres, scratch_valkey
from core.embedded.valkey import EmbeddedValkey
from tests.seed import SeededTenant, seed_tenant

_QUEUE = """
with people as (
    insert into contacts (tenant_id, phone) select $1, ($2::bigint + n)::text from generate_series(1, $3::integer) n
    returning id
), talks as (
    insert into conversations (tenant_id, account_id, contact_id, last_inbound_at)
    select $1, $4, id, now() from people returning id, contact_id
)
insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, direction, type, body,
    content, author_kind, status, status_rank, at, queued_at, bulk)
select $1, t.id, $4, t.contact_id, $5, 'outbound', 'text', 'salam ' || m, jsonb_build_object('body', 'salam ' || m),
    'api', 'queued', -3, now(), clock_timestamp(), $6 from talks t, generate_series(1, $7::integer) m
"""


@dataclass
class Rig:
    db: Database
    valkey: EmbeddedValkey
    tenants: list[SeededTenant]
    boxes: list[httpx2.AsyncClient]
    people: int = 212_600_000_000

    async def queue(self, place: int, people: int, *, bulk: bool, each: int = 1) -> None:
        """So many messages to each of so many new customers of a tenant."""
        tenant, first = self.tenants[place], self.people
        self.people += people
        await self.db.system.execute(_QUEUE, tenant.id, first, people, tenant.account_id, tenant.phone_number_id, bulk,
                                     each)  # fmt: skip
        await self.db.system.execute("select pg_notify('lanes', '')")

    async def forget(self) -> None:
        """What waits is gone, and Meta's ledgers are empty."""
        await self.db.system.execute("delete from messages where status = 'queued'")
        await asyncio.sleep(1)
        for box in self.boxes:
            (await box.delete("/sandbox/api/ledger")).raise_for_status()

    def kill_valkey(self) -> None:
        """As SIGKILL and a lost disk leave it."""
        if self.valkey.pid is not None:
            os.kill(self.valkey.pid, signal.SIGKILL)
        self.valkey.stop()
        for kept in self.valkey.data_dir.glob("append*"):
            shutil.rmtree(kept)

    async def ledger(self, place: int) -> Any:
        return (await self.boxes[place].get("/sandbox/api/ledger")).json()["sends"]

    async def moments(self, place: int) -> list[float]:
        """When Meta got what it took."""
        return sorted(send["at"] for send in (await self.ledger(place))["items"])


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    with ExitStack() as stack, ExitStack() as processes:
        postgres = stack.enter_context(scratch_postgres(fsync=True))
        valkey = stack.enter_context(scratch_valkey())
        async with scratch_database(postgres) as name:
            url = postgres.dsn(name)
            await migrate(url)
            db = await Database.open(url)
            tenants = [await seed_tenant(db, slug) for slug in ("atlas", "zagora")]
            hook = await asyncio.start_server(_thank, "127.0.0.1", 0)
            port = hook.sockets[0].getsockname()[1]
            boxes = [await _box(processes, db, tenant, port) for tenant in tenants]
            for _ in range(2):
                _start(processes, "-m", "benchmarks.lane_worker", url, valkey.url)
            await _until_both_work(db)
            try:
                yield Rig(db, valkey, tenants, boxes)
            finally:
                for box in boxes:
                    await box.aclose()
                processes.close()  # first: they hold connections
                hook.close()
                await db.close()


async def _until_both_work(db: Database) -> None:
    async with asyncio.timeout(120):
        while await db.system.fetchval("select count(*) from lane_workers") < 2:  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.2)


async def _box(stack: ExitStack, db: Database, tenant: SeededTenant, hook: int) -> httpx2.AsyncClient:
    port = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    _start(stack, "-m", "comptoir_sdk.sandbox", "--webhook-url", f"http://127.0.0.1:{hook}/", "--app-secret", "s",
           "--verify-token", "v", "--phone-number-id", tenant.phone_number_id, "--waba-id", tenant.waba_id,
           "--token", tenant.access_token, "--port", str(port))  # fmt: skip
    await db.system.execute("update accounts set graph_url = $2 where id = $1", tenant.account_id, url)
    box = httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30)
    for _ in range(600):
        try:
            await box.get("/sandbox/api/ledger")
            break
        except httpx2.HTTPError:
            await asyncio.sleep(0.2)
    manners = {"messages_per_second": 80, "pair_limit": True, "batch": 500, "batch_wait": 2000}
    (await box.patch("/sandbox/api/delivery", json=manners)).raise_for_status()
    return box


def _start(stack: ExitStack, *arguments: str) -> None:
    process = subprocess.Popen([sys.executable, *arguments], cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGTERM)


async def _thank(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """200 to every webhook."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
    await reader.readexactly(length)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()
