"""The journal's days: made ahead, and dropped when they are old. What an open row still needs is kept aside."""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg

from core.db.pool import Connection, Database
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, NotNow, Run

_log = logging.getLogger(__name__)
JOB: Final = "keep_journal"
AHEAD: Final = 7
_MOST_MOVED: Final = 20_000
"""Of rows that came before their day was made: moving more would hold up the receiver."""
_BATCH: Final = 5000
_LOCK_SECONDS: Final = 2
"""Deliveries wait behind the lock that a day is attached and detached under, and are refused after four."""

_DAYS: Final = r"""
select substring(c.relname from '^journal_(.*)$') as suffix,
    substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([^'']+)''\)')::timestamptz as ends
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'journal'::regclass and c.relname <> 'journal_default' order by ends
"""
_EARLY: Final = """select greatest(
    (select count(*) from (select from journal_default where received_at >= $1 and received_at < $2 limit $3) j),
    (select count(*) from (select from journal_traces_default where received_at >= $1 and received_at < $2 limit $3) t))
"""
_MOVE: Final = """with moved as (
    delete from {name}_default where received_at >= $1 and received_at < $2 returning *)
insert into {name}_{suffix} select * from moved"""
_NEEDED: Final = """select id from journal_pending union
select delivery_id from quarantine where replayed_at is null and dismissed_at is null"""
_KEEP: Final = {
    "journal": "insert into journal overriding system value select * from journal_{suffix} where id in ({needed})",
    "journal_traces":
        "insert into journal_traces select * from journal_traces_{suffix} where delivery_id in ({needed})",
}
_FORGET: Final = {
    "journal_default": f"id not in ({_NEEDED})", "journal_traces_default": f"delivery_id not in ({_NEEDED})",
}  # fmt: skip
_FORGET_OLD: Final = """delete from {table} where ctid = any(array(
    select ctid from {table} where received_at < $1 and {unneeded} limit $2))"""
_FORGET_CLOSED: Final = """delete from quarantine where coalesce(replayed_at, dismissed_at) < $1
    and not exists (select from journal j where j.id = delivery_id)"""
_FORGET_OBSERVATIONS: Final = """delete from observations where ctid = any(array(
    select ctid from observations where at < $1 limit $2))"""


@dataclass(frozen=True, slots=True)
class Day:
    """A partition: `suffix` is its day, or "before" for what was there when the journal had no days."""

    suffix: str
    ends: datetime


async def days(connection: Connection) -> list[Day]:
    """Those there are, the oldest first; not the default partition."""
    return [Day(row["suffix"], row["ends"]) for row in await connection.fetch(_DAYS)]


async def make_days(db: Database, today: date, ahead: int = AHEAD) -> list[date]:
    """From today on, whichever are missing. Those made."""
    async with db.system.acquire() as connection:
        there = await days(connection)
    covered = max((day.ends for day in there if day.suffix == "before"), default=None)
    suffixes = {day.suffix for day in there}
    wanted = [today + timedelta(days=n) for n in range(ahead + 1)]
    missing = [day for day in wanted if f"{day:%Y%m%d}" not in suffixes and (covered is None or _start(day) >= covered)]
    return [day for day in missing if await _make(db, day)]


async def _make(db: Database, day: date) -> bool:
    """False when too much of that day lies in the default partition already: it stays there."""
    starts, ends = _start(day), _start(day + timedelta(days=1))
    async with db.system_transaction() as connection:
        await _lock_briefly(connection)
        await connection.execute("lock table journal_default, journal_traces_default in access exclusive mode")
        if await connection.fetchval(_EARLY, starts, ends, _MOST_MOVED + 1) > _MOST_MOVED:
            _log.warning("journal: the day %s stays in the default partition, where too much of it lies already", day)
            return False
        await connection.execute("select journal_make_day($1)", day)
        for name in ("journal", "journal_traces"):
            await connection.execute(_MOVE.format(name=name, suffix=f"{day:%Y%m%d}"), starts, ends)
        await connection.execute("select journal_attach_day($1)", day)
    return True


async def drop_days(db: Database, before: datetime, keep: int) -> list[str]:
    """Whole days that ended by then, and what is as old in the default partition. The suffixes of those dropped.

    `keep` days must have been made after one, as happens once a day: a clock that jumps ahead drops next to nothing.
    """
    async with db.system.acquire() as connection:
        there = await days(connection)
    old = [day for later, day in enumerate(reversed(there)) if day.ends <= before and later >= keep][::-1]
    for day in old:
        await _drop(db, day)
    await _forget(db, before)
    return [day.suffix for day in old]


async def _drop(db: Database, day: Day) -> None:
    async with db.system_transaction() as connection:
        await _lock_briefly(connection)
        await connection.execute("select journal_detach($1)", day.suffix)
        for statement in _KEEP.values():
            await connection.execute(statement.format(suffix=day.suffix, needed=_NEEDED))
        await connection.execute("select journal_drop($1)", day.suffix)
    _log.info("journal: the day %s is dropped", day.suffix)


async def _forget(db: Database, before: datetime) -> None:
    """What no day holds, and what told of deliveries that are gone."""
    async with db.system.acquire() as connection:
        for table, unneeded in _FORGET.items():
            await _in_batches(connection, _FORGET_OLD.format(table=table, unneeded=unneeded), before)
        await _in_batches(connection, _FORGET_OBSERVATIONS, before)
        await connection.execute(_FORGET_CLOSED, before)


async def _in_batches(connection: Connection, statement: str, before: datetime) -> None:
    while int((await connection.execute(statement, before, _BATCH)).rpartition(" ")[2]) == _BATCH:
        pass


async def _lock_briefly(connection: Connection) -> None:
    await connection.execute(f"set local lock_timeout = '{_LOCK_SECONDS}s'")


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class JournalKeeper:
    """Every hour: the days ahead, and those that are over. A week is made ahead, so that hours may be missed."""

    def __init__(self, db: Database, keep_days: int) -> None:
        self._db, self._keep = db, keep_days

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self._run, timeout=1800)

    async def _run(self, _run: Run) -> None:
        now = datetime.now(UTC)
        try:
            await make_days(self._db, now.date())
            await drop_days(self._db, now - timedelta(days=self._keep), self._keep)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as busy:
            raise NotNow(60) from busy  # a backup reads it just now


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, JOB, {}, key="cron")


KEEP_JOURNAL_CRON: Final = Cron(f"{CORE}.{JOB}", "7 * * * *", _fire)
