"""What the guards of all processes share through the database: breakers, incidents, time spent."""

import asyncio
import logging
from typing import Final

import asyncpg

from core.db.pool import Connection, Database
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.plugins.breakers import Breaker
from core.plugins.guard import Guard
from core.plugins.incidents import Incidents
from core.plugins.spending import Spending

_SECONDS: Final = 2.0
AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_log = logging.getLogger(__name__)

_TELL_BREAKER: Final = """
insert into plugin_breakers as b (plugin, door, rests_until, rests, why)
values ($1, $2, now() + make_interval(secs => $3), $4, $5)
on conflict (plugin, door) do update set rests_until = excluded.rests_until, rests = excluded.rests,
    why = excluded.why, changed_at = clock_timestamp()
returning changed_at
"""
_BREAKERS: Final = """
select plugin, door, rests, why, changed_at, extract(epoch from rests_until - now())::float8 as seconds
from plugin_breakers
"""
_TELL_INCIDENT: Final = """
insert into plugin_incidents as i (plugin, fingerprint, kind, call, told, place, traceback, process, count)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (plugin, fingerprint) do update set told = excluded.told, traceback = excluded.traceback,
    process = excluded.process, count = i.count + excluded.count, last_at = now()
"""
_TELL_SPENT: Final = """
insert into plugin_spending as s (plugin, day, call, calls, failures, seconds, longest)
values ($1, (now() at time zone 'UTC')::date, $2, $3, $4, $5, $6)
on conflict (plugin, day, call) do update set calls = s.calls + excluded.calls,
    failures = s.failures + excluded.failures, seconds = s.seconds + excluded.seconds,
    longest = greatest(s.longest, excluded.longest)
"""


class Record:
    """`run` keeps one process's guard and the database alike. What cannot be written now is tried again."""

    def __init__(self, guard: Guard, process: str) -> None:
        self._guard, self._process = guard, process

    async def run(self, db: Database) -> None:
        """For ever, each two seconds."""
        while True:
            await asyncio.sleep(_SECONDS)
            try:
                await self.settle(db)
            except AWAY as error:
                _log.warning("what plugins did is not written down yet: %s", type(error).__name__)
            except Exception:  # were this to end, the process would neither tell nor hear of a rest again
                _log.exception("what plugins did is not written down yet")

    async def settle(self, db: Database) -> None:
        """Once: tell what happened here, hear what happened elsewhere."""
        guard = self._guard
        async with db.system.acquire() as connection:
            for (plugin, door), breaker in list(guard.breakers.items()):  # calls that add to them go on meanwhile
                if breaker.changed:
                    await self._tell_breaker(connection, plugin, door, breaker)
            await self._hear(connection)
            await tell_incidents(connection, guard.incidents, self._process)
            await _tell_spending(connection, guard.spending)

    async def _tell_breaker(self, connection: Connection, plugin: str, door: str, breaker: Breaker) -> None:
        breaker.changed = False
        seconds = max(breaker.until - self._guard.now(), 0.0) if breaker.until else None
        try:
            breaker.known = await connection.fetchval(_TELL_BREAKER, plugin, door, seconds, breaker.rests, breaker.why)
        except BaseException:  # a cancellation too
            breaker.changed = True
            raise

    async def _hear(self, connection: Connection) -> None:
        for row in await connection.fetch(_BREAKERS):
            breaker = self._guard.breakers.setdefault((row["plugin"], row["door"]), Breaker())
            if breaker.changed or (breaker.known is not None and row["changed_at"] <= breaker.known):
                continue
            until = 0.0 if row["seconds"] is None else self._guard.now() + row["seconds"]
            breaker.adopt(row["rests"], until, row["why"], row["changed_at"])


async def tell_rest(connection: Connection, plugin: str, door: str, seconds: float, why: str) -> None:
    """A rest that the process which found it does not live to see."""
    await connection.execute(_TELL_BREAKER, plugin, door, seconds, 1, why)


async def tell_incidents(connection: Connection, incidents: Incidents, process: str) -> None:
    """Write down those that wait."""
    taken = incidents.take()
    told = [(one.plugin, one.fingerprint, one.kind, one.call, one.told, one.place, one.traceback, process, count)
            for one, count in taken]
    try:
        await connection.executemany(_TELL_INCIDENT, sorted(told))
    except BaseException:
        incidents.give_back(taken)
        raise


async def _tell_spending(connection: Connection, spending: Spending) -> None:
    taken = spending.take()
    try:
        await connection.executemany(_TELL_SPENT, sorted(
            (plugin, call, one.calls, one.failures, one.seconds, one.longest) for plugin, call, one in taken))
    except BaseException:
        spending.give_back(taken)
        raise


_KEEP_INCIDENTS: Final = "14 days"
_KEEP_SPENDING: Final = 90
FORGET: Final = "forget_incidents"


async def _forget(run: Run) -> None:
    assert run.connection is not None  # noqa: S101 - atomic
    await run.connection.execute(f"delete from plugin_incidents where last_at < now() - interval '{_KEEP_INCIDENTS}'")  # noqa: S608 - a constant
    await run.connection.execute("delete from plugin_spending where day < (now() at time zone 'UTC')::date - $1::int",
                                 _KEEP_SPENDING)


async def _fire(connection: Connection, _due: object) -> None:
    await enqueue(connection, None, CORE, FORGET, {}, key="cron")


FORGET_INCIDENTS_HANDLER: Final = Handler(CORE, FORGET, _forget, timeout=120, atomic=True)
FORGET_INCIDENTS_CRON: Final = Cron(f"{CORE}.{FORGET}", "43 3 * * *", _fire)
