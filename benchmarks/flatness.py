"""python -m benchmarks.flatness [MOST]: is intake as fast with a million messages stored, and with 200 tenants?

Beside each figure stands what plain set-based SQL does with the same rows in the same database at that moment, and the
processor time of a message in intake, sequencer and their database sessions: on a machine that others use too, trust
these, not the messages a second. Writes benchmarks/FLATNESS.md.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks import plain, processor
from benchmarks.payload import Target, body
from benchmarks.report import Report, load_now
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.wake import Wake
from core.embedded.scratch import scratch_postgres
from core.events.sequencer import Sequencer
from core.messaging.intake import Intake
from tests.seed import SeededTenant, seed_tenant

_FEW, _DELIVERIES, _ROUNDS, _WARM = 10_000, 4_000, 3, 5_500
_PIECES = count()
_PEOPLE = 500
"""Customers who write now, some of them known; those who wrote before are others."""

# As many people as a tenth of the messages, a conversation each.
_FILL = """
with people as (
    insert into contacts (tenant_id, profile_name, phone)
    select $1, 'Customer ' || n, ($4::bigint + n)::text from generate_series(1, greatest($5::int / 10, 1)) n
    returning id, phone),
known as (
    insert into contact_identities (tenant_id, kind, value, contact_id)
    select $1, 'phone', phone, id from people),
talks as (
    insert into conversations (tenant_id, account_id, contact_id, last_message_at, last_inbound_at)
    select $1, $2, id, now() - interval '1 day', now() - interval '1 day' from people returning id, contact_id),
told as (select id, contact_id, row_number() over () - 1 as place from talks)
insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, type, body,
    author_kind, status, status_rank, at)
select $1, t.id, $2, t.contact_id, $3, 'wamid.' || $4 || '.' || n, 'inbound', 'text', 'Bonjour, est-ce en stock ?',
    'customer', 'received', 0, now() - interval '1 day' + n * interval '1 millisecond'
from generate_series(1, $5::int) n join told t on t.place = n % greatest($5::int / 10, 1)
"""
_JOURNAL = """
with written as (
    insert into journal (app_slug, headers, body)
    select a, '{}', b from unnest($1::text[], $2::bytea[]) d(a, b) returning id, received_at)
insert into journal_pending (id, received_at) select id, received_at from written
"""


@dataclass(frozen=True)
class Rate:
    """Messages a second, each the median of its rounds."""

    applied: float
    plain: float
    work: float
    """Microseconds of processor time for each."""

    @property
    def share(self) -> float:
        return self.applied / self.plain


async def measure(report: Report, most: int) -> None:
    """Four corners: few and many messages, one tenant and 200. Then how far apart they are."""
    rates: dict[tuple[int, int], Rate] = {}
    for tenants in (1, 200):
        with scratch_postgres(fsync=True) as server:
            await server.create_database("bench")
            await migrate(server.dsn("bench"))
            for stored, rate in await _grow(server.dsn("bench"), tenants, most, report):
                rates[stored, tenants] = rate
    for what, near, far in (
        ("1 tenant, from few messages to many", (_FEW, 1), (most, 1)),
        ("200 tenants, from few messages to many", (_FEW, 200), (most, 200)),
        ("few messages, from 1 tenant to 200", (_FEW, 1), (_FEW, 200)),
        ("many messages, from 1 tenant to 200", (most, 1), (most, 200)),
    ):
        report.add(f"slower by: {what}", rates[near].applied / rates[far].applied, "×")
        report.add(f"the same, as shares of plain SQL: {what}", rates[near].share / rates[far].share, "×")
        report.add(f"the same, in processor time: {what}", rates[far].work / rates[near].work, "×")


async def _grow(dsn: str, many: int, most: int, report: Report) -> list[tuple[int, Rate]]:
    db = await Database.open(dsn)
    try:
        tenants = [await seed_tenant(db, f"bench-{n}") for n in range(many)]
        await db.system.execute("truncate event_outbox")
        owner = await asyncpg.connect(dsn)
        await plain.prepare(owner)
        found, stored = [], 0
        for wanted in (_FEW, most):
            await _fill(owner, tenants, wanted - stored)
            stored = wanted
            rate = await _rate(db, owner, tenants)
            name = f"{wanted:,} messages, {many} tenants"
            report.add(f"applied and numbered: {name}", rate.applied, "messages/s", ratio=rate.plain, of="S")
            report.add(f"plain set-based SQL (S): {name}", rate.plain, "messages/s")
            report.add(f"processor time of a message: {name}", rate.work, "µs")
            found.append((wanted, rate))
        await owner.close()
        return found
    finally:
        await db.close()


async def _fill(owner: Any, tenants: Sequence[SeededTenant], messages: int) -> None:
    await owner.execute("set row_security = off")
    each = max(1, messages // len(tenants))
    for one in tenants:
        for piece in range(0, each, 50_000):
            first = 212_700_000_000 + 100_000 * next(_PIECES)
            await owner.execute(_FILL, one.id, one.account_id, one.phone_number_id, first, min(50_000, each - piece))
    await owner.execute("vacuum analyze")
    await owner.execute("checkpoint")


async def _rate(db: Database, owner: Any, tenants: Sequence[SeededTenant]) -> Rate:
    """Rounds of both in turn, so that a machine that is busy with something else slows both."""
    applied, bare, work = [], [], []
    intake, sequencer = Intake(db, Wake(db.url)), Sequencer(db, Wake(db.url))
    try:
        # Connections, plans, the customers; and the first batches of a connection, after each of which intake analyses.
        await _applied(db, owner, intake, sequencer, tenants, _WARM)
        for _ in range(_ROUNDS):
            bare.append(await plain.rate(owner, [one.id for one in tenants], _DELIVERIES))
            seconds, worked = await _applied(db, owner, intake, sequencer, tenants, _DELIVERIES)
            applied.append(_DELIVERIES / seconds)
            work.append(worked * 1e6 / _DELIVERIES)
    finally:
        await intake.close()
        await sequencer.close()
    return Rate(*(sorted(rounds)[_ROUNDS // 2] for rounds in (applied, bare, work)))


async def _applied(
    db: Database, owner: Any, intake: Intake, sequencer: Sequencer, tenants: Sequence[SeededTenant], deliveries: int
) -> tuple[float, float]:
    """Deliveries that wait in the journal, until each of their events has its number: seconds, and those worked."""
    targets = [(one.app_slug, Target("", "", one.phone_number_id, one.waba_id)) for one in tenants]
    slugs = [targets[n % len(targets)][0] for n in range(deliveries)]
    bodies = [body(targets[n % len(targets)][1], 212_610_000_000 + n % _PEOPLE) for n in range(deliveries)]
    await db.system.execute(_JOURNAL, slugs, bodies)
    numbered = "select count(*) from event_log where type = 'message.received'"
    before = await db.system.fetchval(numbered)
    spent, began = await processor.spent(owner), time.perf_counter()
    while await intake.step() + await sequencer.step():
        pass
    seconds, worked = time.perf_counter() - began, await processor.spent(owner) - spent
    if await db.system.fetchval(numbered) - before != deliveries:
        raise RuntimeError("messages were lost or doubled")
    return seconds, worked


def main(most: int) -> None:
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    asyncio.run(measure(report, most))
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("FLATNESS.md"), f"python -m benchmarks.flatness {most}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
