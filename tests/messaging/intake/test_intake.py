import asyncio
import contextlib
import time

import asyncpg

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.intake import Intake
from core.metrics.numbers import ITEMS
from tests.messaging.intake.deliveries import count, delivery, journal, numbered, text
from tests.seed import SeededTenant


async def test_a_running_intake_is_woken_by_the_journal_and_survives_a_cut_connection(
    db: Database, tenant: SeededTenant
) -> None:
    wake = Wake(db.url)
    running = asyncio.create_task(Intake(db, wake).run())
    for n in range(5):
        await journal(db, tenant, delivery(tenant, text(f"wamid.{n}")))
        await db.system.execute("select pg_notify('journal', '')")
        await db.system.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
            "and (query like '%journal_pending%' or query like 'COMMIT%') and pid <> pg_backend_pid()")
    async with asyncio.timeout(15):
        while await count(db, "messages") < 5:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await wake.close()
    assert [e.type for e in await numbered(db, tenant)].count("message.received") == 5


async def test_what_waits_when_a_worker_starts_is_counted_before_it_is_touched(
    db: Database, tenant: SeededTenant
) -> None:
    await journal(db, tenant, delivery(tenant, text("wamid.1")))
    wake, holder = Wake(db.url), await asyncpg.connect(db.url)
    hold = holder.transaction()
    await hold.start()
    await holder.execute("lock table contacts in access exclusive mode")
    running = asyncio.create_task(Intake(db, wake).run())
    async with asyncio.timeout(10):
        while not await db.system.fetchval("select attempts from journal_pending"):  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
    await hold.rollback()
    await holder.close()
    async with asyncio.timeout(10):
        while await count(db, "messages") < 1:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await wake.close()


async def test_what_has_just_come_in_is_told_by_number_and_an_old_backlog_is_not(
    db: Database, tenant: SeededTenant
) -> None:
    heard: list[dict[str, int]] = []
    now = int(time.time())
    bodies = [delivery(tenant, text(f"wamid.{n}", at=now)) for n in range(3)]
    await journal(db, tenant, *bodies, delivery(tenant, text("wamid.old", at=now - 60)))
    intake = Intake(db, Wake(db.url), lambda counts: heard.append(dict(counts)))
    await intake.drain()
    await intake.close()
    assert sum(counts.get(tenant.phone_number_id, 0) for counts in heard) == 3


async def test_behind_a_full_batch_a_second_one_is_taken_along_and_nothing_is_doubled(
    db: Database, tenant: SeededTenant
) -> None:
    bodies = [delivery(tenant, text(f"wamid.{n}")) for n in range(1200)]
    await db.system.execute(
        """with written as (insert into journal (app_slug, headers, body)
            select $1, '{}', b from unnest($2::bytea[]) b returning id, received_at)
        insert into journal_pending (id, received_at) select id, received_at from written""", tenant.app_slug, bodies)
    counted = ITEMS.labels("message")._value.get()
    wake, holder = Wake(db.url), await asyncpg.connect(db.url)
    hold = holder.transaction()
    await hold.start()
    await holder.execute("lock table contacts in access exclusive mode")
    running = asyncio.create_task(Intake(db, wake).run())
    async with asyncio.timeout(15):
        while len(await db.system.fetch("select from journal_pending for update skip locked")) != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await hold.rollback()
    await holder.close()
    async with asyncio.timeout(30):
        while await count(db, "journal_pending"):  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await wake.close()
    assert await count(db, "messages") == 1200
    assert ITEMS.labels("message")._value.get() - counted == 1200
    assert [e.type for e in await numbered(db, tenant)].count("message.received") == 1200
