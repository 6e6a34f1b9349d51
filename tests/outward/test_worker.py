"""The worker itself, with what config.yaml says: a customer writes, and the shop hears of it."""

import asyncio
import json
from pathlib import Path

from core.config import load
from core.db.pool import Database
from core.outward.endpoints import Endpoints
from core.storage import open_storage
from core.worker import Worker
from tests.egress.loopback import Received, serving
from tests.messaging.intake.deliveries import delivery, journal, text
from tests.outward.conftest import admin_of
from tests.seed import SECRET_KEY, SeededTenant


async def test_what_a_customer_writes_is_sent_within_seconds(
    database_url: str, valkey_url: str, db: Database, endpoints: Endpoints, tenant: SeededTenant, tmp_path: Path
) -> None:
    heard: asyncio.Queue[Received] = asyncio.Queue()

    async def hear(received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 204 Taken\r\n\r\n")
        await writer.drain()
        heard.put_nowait(received)

    config = tmp_path / "config.yaml"
    config.write_text("egress: {webhooks: ['127.0.0.1']}\n")
    settings = load({"DATABASE_URL": database_url, "VALKEY_URL": valkey_url, "COMPTOIR_DATA": str(tmp_path),
                     "COMPTOIR_SECRET_KEY": SECRET_KEY}, config)  # fmt: skip
    storage, stop = await open_storage(settings.storage, settings.data_dir), asyncio.Event()
    worker = Worker(settings, db, storage)
    running = asyncio.create_task(worker.run(stop))
    try:
        async with serving(hear) as server:
            await endpoints.create(admin_of(tenant), "shop", f"{server.url}/", ["message.received"])
            await journal(db, tenant, delivery(tenant, text("wamid.1", body="Salam")))
            async with asyncio.timeout(20):
                told = json.loads((await heard.get()).body)
    finally:
        stop.set()
        await running
        await worker.close()
        await storage.close()
    assert told["type"] == "message.received"
    assert told["data"]["message"]["body"] == "Salam"
