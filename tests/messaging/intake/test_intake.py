import asyncio
import contextlib
import time
from collections.abc import Sequence

import asyncpg
import pytest

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.intake import Intake, application, claim, loop
from core.messaging.intake.batch import Delivery
from core.messaging.intake.routing import Parsed
from core.messaging.turn import take_turn
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


async def test_what_is_first_in_the_queue_is_first_in_the_thread_however_long_it_takes_to_read(
    db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal(db, tenant, *(delivery(tenant, text(f"wamid.{n}")) for n in range(2)))
    monkeypatch.setattr(claim, "MOST_DELIVERIES", 1)
    reading, may_go_on, read = asyncio.Event(), asyncio.Event(), application._read

    async def slowly_at_first(deliveries: Sequence[Delivery]) -> list[Parsed]:
        if not reading.is_set():
            reading.set()
            await may_go_on.wait()
        return await read(deliveries)

    monkeypatch.setattr(application, "_read", slowly_at_first)
    leader = Intake(db, Wake(db.url))
    follower = Intake(db, Wake(db.url), order=leader._order)
    first = asyncio.create_task(leader.step())
    await reading.wait()
    second = asyncio.create_task(follower.step())
    await asyncio.wait([second], timeout=0.5)
    assert not second.done()
    may_go_on.set()
    assert [await first, await second] == [1, 1]
    told = [e.data["message"]["wamid"] for e in await numbered(db, tenant) if e.type == "message.received"]
    assert told == ["wamid.0", "wamid.1"]
    for one in (leader, follower):
        await one.close()


async def test_waiting_for_a_turn_is_held_against_no_delivery(
    db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal(db, tenant, delivery(tenant, text("wamid.0")))
    monkeypatch.setattr(loop, "_BATCH_SECONDS", 0.2)
    intake = Intake(db, Wake(db.url))
    async with db.system_transaction() as holder:
        await take_turn(holder, [tenant.id])
        intake._count = False
        assert await intake._surely(intake.step) == 0
    assert intake._count is False
    monkeypatch.undo()
    assert await intake.drain() == 1
    await intake.close()


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
