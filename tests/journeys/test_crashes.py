"""Kill any process at any moment: nothing acknowledged is lost, nothing is applied or sent twice."""

import asyncio
import os
import signal
from collections import Counter
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from benchmarks.payload import Target, body
from tests.journeys.conftest import Running
from tests.journeys.screen import received, screen
from tests.journeys.signed import post_signed


def _wamid(payload: bytes) -> str:
    return payload.split(b'"id": "wamid.')[1].split(b'"')[0].decode()


async def _deliver_until_acknowledged(target: Target, payload: bytes) -> None:
    """Like Meta: come again until the answer is 200."""
    async with asyncio.timeout(60):
        while await post_signed(target, payload) != 200:  # noqa: ASYNC110 - Meta polls us too
            await asyncio.sleep(0.2)


async def _stored(dsn: str, wamids: list[str], seconds: float = 60) -> Counter[str]:
    """How often each wamid stands in the ledger, once nothing waits any more. The database may be restarting."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                connection = await asyncpg.connect(dsn, timeout=5)
                try:
                    waiting = await connection.fetchval("select exists (select from journal_pending)")
                    rows = await connection.fetch("select wamid from messages where wamid = any($1)", wamids)
                finally:
                    await connection.close()
                if not waiting and len({r["wamid"] for r in rows}) == len(set(wamids)):
                    return Counter(r["wamid"] for r in rows)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pass
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("victim", ["receiver", "worker", "web", "postgres"])
async def test_a_killed_process_loses_and_doubles_no_customer_message(running: Running, victim: str) -> None:
    payloads = [body(running.target, 212640000000 + i % 20) for i in range(300)]
    wamids = ["wamid." + _wamid(p) for p in payloads]
    pid = running.pid(victim)

    async def strike() -> None:
        await asyncio.sleep(0.15)
        os.kill(pid, signal.SIGKILL)

    gate = asyncio.Semaphore(16)

    async def deliver(payload: bytes) -> None:
        async with gate:
            await _deliver_until_acknowledged(running.target, payload)
            await _deliver_until_acknowledged(running.target, payload)

    await asyncio.gather(strike(), *(deliver(p) for p in payloads))
    assert set((await _stored(running.demo["database_url"], wamids)).values()) == {1}


@pytest.mark.timeout(180)  # killed between claim and POST: the lease (25 s), then the grace (60 s), then once more
async def test_a_worker_killed_while_sending_sends_each_answer_once(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    async with screen(api, running.demo["url"]) as seen:
        hello = f"hello {uuid4()}"
        await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": hello})
        conversation = (await seen.until(received(hello)))["data"]["conversation"]
        answers = [f"answer {n} {uuid4()}" for n in range(12)]
        for number, text in enumerate(answers):
            sent = await api.post(f"/conversations/{conversation['id']}/messages", json={"type": "text", "body": text})
            assert sent.status_code == 202, sent.text
            if number == 5:
                os.kill(running.pid("worker"), signal.SIGKILL)
        last = sent.json()["id"]
        await seen.until(
            lambda f: f["type"] == "message.status" and f["data"]["message"]["id"] == last
            and f["data"]["message"]["status"] == "delivered", seconds=150)
    bubbles = (await meta.get(f"/phones/{phone['id']}/messages")).json()["items"]
    assert [b["content"]["body"] for b in bubbles if b["side"] == "business"] == answers


async def test_a_wiped_valkey_loses_no_message(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    from redis.asyncio import Redis

    async with Redis.from_url(running.demo["valkey_url"]) as valkey:
        await valkey.flushall()
    os.kill(running.pid("valkey"), signal.SIGKILL)
    async with screen(api, running.demo["url"]) as seen:
        text = f"still there? {uuid4()}"
        await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": text})
        conversation = (await seen.until(received(text)))["data"]["conversation"]
        sent = await api.post(f"/conversations/{conversation['id']}/messages", json={"type": "text", "body": "yes"})
        message = sent.json()["id"]
        await seen.until(lambda f: f["type"] == "message.status" and f["data"]["message"]["id"] == message
                         and f["data"]["message"]["status"] == "delivered")
