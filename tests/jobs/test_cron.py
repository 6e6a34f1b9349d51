import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.db.pool import Connection, Database
from core.jobs.cron import Clock, Cron
from core.jobs.queue import enqueue

_NOON = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)


async def _fire(connection: Connection, due: datetime) -> None:
    await enqueue(connection, None, "core", "sweep", {"due": due.isoformat()})


async def _ticks(db: Database) -> list[str]:
    return [row["args"]["due"] for row in await db.system.fetch("select args from jobs order by id")]


def _clocks(db: Database, count: int) -> list[Clock]:
    return [Clock(db, [Cron("core.sweep", "* * * * *", _fire)]) for _ in range(count)]


async def test_a_tick_fires_once_across_workers(db: Database) -> None:
    clocks = _clocks(db, 3)
    for minute in range(4):
        await asyncio.gather(*(clock.tick(_NOON + timedelta(minutes=minute)) for clock in clocks))
    assert await _ticks(db) == [f"2026-11-23T12:0{minute}:00+00:00" for minute in (1, 2, 3)]


async def test_a_schedule_seen_for_the_first_time_waits_for_its_next_tick(db: Database) -> None:
    (clock,) = _clocks(db, 1)
    assert await clock.tick(_NOON) == []
    assert await clock.tick(_NOON + timedelta(minutes=1)) == ["core.sweep"]


async def test_ticks_missed_while_no_worker_ran_fire_once(db: Database) -> None:
    first, second = _clocks(db, 2)
    await first.tick(_NOON)
    assert await second.tick(_NOON + timedelta(hours=5)) == ["core.sweep"]
    assert len(await _ticks(db)) == 1


async def test_a_slow_clock_does_not_bring_back_an_old_tick(db: Database) -> None:
    first, second, slow = _clocks(db, 3)
    await first.tick(_NOON)
    await first.tick(_NOON + timedelta(days=3))
    await second.tick(_NOON + timedelta(days=3))
    assert await slow.tick(_NOON + timedelta(minutes=1)) == []


def test_a_schedule_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no cron schedule"):
        Cron("core.sweep", "every day", _fire)
