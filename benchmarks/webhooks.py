"""How fast webhooks are acknowledged and applied, as ratios to a bare route measured in the same run."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import asyncpg

from benchmarks import plain
from benchmarks.load import Outcome, fire
from benchmarks.payload import Target, requests
from benchmarks.report import Report
from benchmarks.stack import bare_server

_CONNECTIONS = 32


async def measure(demo: dict[str, Any], report: Report) -> None:
    """R, then acknowledgements, then messages applied with their events numbered, then latency at a fixed rate."""
    target = Target(demo["webhook_url"], demo["app_secret"], demo["phone_number_id"], demo["waba_id"])
    ledger = await asyncpg.connect(demo["database_url"])
    reference = await _bare(target, "uvicorn")
    report.add("bare Uvicorn route, verifies, stores nothing (R)", reference, "requests/s")
    report.add("bare Quart route on Hypercorn", await _bare(target, "quart"), "requests/s", ratio=reference)
    report.add("bare INSERT, one row a commit, one connection", await _inserts(ledger), "rows/s", ratio=reference)
    await plain.prepare(ledger)
    bare = await plain.rate(ledger, [await ledger.fetchval("select id from tenants limit 1")], 10_000)
    await plain.clear(ledger)
    report.add("plain set-based SQL, raw, message and event, 500 a commit (S)", bare, "messages/s", ratio=reference)
    for round_number in (1, 2, 3):
        acknowledged, applied = await _sustained(target, ledger, 20_000)
        report.add(f"durable acknowledgements, round {round_number}", acknowledged, "requests/s", ratio=reference)
        report.add(f"applied and numbered, round {round_number}", applied, "messages/s", ratio=bare, of="S")
    again = await _bare(target, "uvicorn")
    report.add("bare Uvicorn route again", again, "requests/s", ratio=reference)
    calm = await fire(target.url, requests(target, 2_000), _CONNECTIONS, rate=100)
    report.add("acknowledgement p50 at 100/s", calm.percentile(0.5), "ms")
    report.add("acknowledgement p99 at 100/s", calm.percentile(0.99), "ms")
    await ledger.close()


async def _bare(target: Target, kind: str) -> float:
    with bare_server(kind, target.app_secret) as url:
        there = replace(target, url=url)
        await fire(url, requests(there, 1_000), _CONNECTIONS)
        return _accepted(await fire(url, requests(there, 20_000 if kind == "uvicorn" else 6_000), _CONNECTIONS))


def _accepted(outcome: Outcome) -> float:
    if set(outcome.codes) != {200}:
        raise RuntimeError(f"not every request was accepted: {dict(outcome.codes)}")
    return outcome.accepted_per_second


async def _inserts(ledger: "asyncpg.Connection[asyncpg.Record]", rows: int = 2_000) -> float:
    await ledger.execute("create unlogged table if not exists bench_plain (body bytea)")
    await ledger.execute("alter table bench_plain set logged")
    start = time.perf_counter()
    for _ in range(rows):
        await ledger.execute("insert into bench_plain values ($1)", b"x" * 600)
    seconds = time.perf_counter() - start
    await ledger.execute("drop table bench_plain")
    return rows / seconds


async def _sustained(
    target: Target, ledger: "asyncpg.Connection[asyncpg.Record]", count: int
) -> tuple[float, float]:
    """Acknowledgements a second, and messages a second from the first request until the last event has its number."""
    numbered = "select count(*) from event_log where type = 'message.received'"
    before = await ledger.fetchval(numbered)
    prepared = requests(target, count)
    start = time.perf_counter()
    outcome = await fire(target.url, prepared, _CONNECTIONS)
    await _until_idle(ledger)
    seconds = time.perf_counter() - start
    if await ledger.fetchval(numbered) - before != count:
        raise RuntimeError("messages were lost or doubled")
    return _accepted(outcome), count / seconds


async def _until_idle(ledger: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Until nothing waits for intake and nothing for its number: both leave in the transaction that does the work."""
    busy = "select exists (select from journal_pending) or exists (select from event_outbox)"
    async with asyncio.timeout(120):
        while await ledger.fetchval(busy):  # noqa: ASYNC110 - another process's work has no event here
            await asyncio.sleep(0.02)
