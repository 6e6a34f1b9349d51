"""python -m benchmarks.journal: what days and traces cost the receiver and intake, as ratios measured in one run."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg

from benchmarks.report import Report
from core.db.migrate import run as migrate
from core.db.pool import Connection, Database
from core.db.wake import Wake
from core.embedded.scratch import scratch_postgres
from core.messaging.intake import Intake, traces
from core.messaging.journal import _APPEND

_ROUNDS = 5
_BATCHES, _BATCH = 60, 200
_DELIVERIES = 10_000
_PLAIN = """
create table plain (id bigint generated always as identity primary key, app_slug text not null,
    received_at timestamptz not null default now(), headers jsonb not null, body bytea not null);
create table plain_pending (id bigint primary key, attempts smallint not null default 0);
"""
_APPEND_PLAIN = """with written as (
    insert into plain (app_slug, headers, body)
    select a, h::jsonb, b from unnest($1::text[], $2::text[], $3::bytea[]) d(a, h, b) returning id),
pending as (insert into plain_pending (id) select id from written)
select pg_notify('nobody', '')"""
_TENANT = """with made as (insert into tenants (slug, name) values ('bench', 'Bench') returning id)
insert into accounts (tenant_id, phone_number_id, waba_id, display_phone_number, verified_name)
select id, '1060001', '1020001', '212520000000', 'Bench' from made"""


async def main() -> None:
    report = Report()
    with scratch_postgres(fsync=True) as server:
        url = server.dsn("bench_journal")
        await migrate(url)
        db = await Database.open(url)
        await db.system.execute(_TENANT)
        await _receiver(url, report)
        await _intake(db, report)
        await db.close()
    report.write(Path(__file__).with_name("JOURNAL.md"), "python -m benchmarks.journal")


async def _receiver(url: str, report: Report) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(_PLAIN)
    seconds = {"one table": 0.0, "by days": 0.0}
    for n in range(_ROUNDS * 2):  # in turn, so that both meet the same machine
        name, statement = [("one table", _APPEND_PLAIN), ("by days", _APPEND)][n % 2]
        seconds[name] += await _appended(connection, statement)
    await connection.execute("truncate journal, journal_pending, plain, plain_pending")
    await connection.close()
    rows = _ROUNDS * _BATCHES * _BATCH
    before = rows / seconds["one table"]
    report.add(f"receiver: deliveries written to one table, {_BATCH} a commit", before, "rows/s")
    report.add(f"receiver: deliveries written by days, {_BATCH} a commit", rows / seconds["by days"], "rows/s",
               ratio=before)  # fmt: skip


async def _appended(connection: "asyncpg.Connection[asyncpg.Record]", statement: str) -> float:
    prepared = await connection.prepare(statement)
    columns = ["app"] * _BATCH, ["{}"] * _BATCH, [b"x" * 900] * _BATCH
    start = time.perf_counter()
    for _ in range(_BATCHES):
        await prepared.fetchval(*columns)
    return time.perf_counter() - start


async def _intake(db: Database, report: Report) -> None:
    """What share of intake's own time the traces take: two runs, one with and one without, differ more by the ledger
    that has grown between them and by what else the machine does."""
    write, spent, whole = traces.write, 0.0, 0.0

    async def timed(*given: Any) -> None:
        nonlocal spent
        start = time.perf_counter()
        await write(*given)
        spent += time.perf_counter() - start

    with patch.object(traces, "write", timed):
        for n in range(_ROUNDS):
            whole += _DELIVERIES / await _applied(db, f"{n}")
    report.add("intake: messages applied, traces written", _ROUNDS * _DELIVERIES / whole, "messages/s")
    report.add("intake: share of its time that traces take", 100 * spent / whole, "%")


async def _applied(db: Database, label: str) -> float:
    bodies = [_delivery(label, n) for n in range(_DELIVERIES)]
    async with db.system_transaction() as connection:
        await _journal(connection, bodies)
    await db.system.execute("analyze")
    intake = Intake(db, Wake(db.url))
    start = time.perf_counter()
    await intake.drain()
    seconds = time.perf_counter() - start
    await intake.close()
    return _DELIVERIES / seconds


async def _journal(connection: Connection, bodies: list[bytes]) -> None:
    await connection.execute("""with written as (
        insert into journal (app_slug, headers, body) select 'app', '{}', b from unnest($1::bytea[]) b
        returning id, received_at)
        insert into journal_pending (id, received_at) select id, received_at from written""", bodies)


def _delivery(label: str, n: int) -> bytes:
    phone = f"2126{n % 2000:08d}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "212520000000", "phone_number_id": "1060001"},
        "contacts": [{"profile": {"name": "Amina"}, "wa_id": phone}],
        "messages": [{"id": f"wamid.HBgMMjEyNjExMTExMTEx{label}.{n:08d}", "from": phone, "type": "text",
                      "timestamp": str(int(time.time())), "text": {"body": "Is the blue one still there?"}}],
    }  # fmt: skip
    entry = {"id": "1020001", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


if __name__ == "__main__":
    asyncio.run(main())
