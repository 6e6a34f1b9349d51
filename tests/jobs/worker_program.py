"""A worker that the tests kill: feeder, SAQ and runner with two jobs that leave a mark in the table `marks`.

`python -m tests.jobs.worker_program DATABASE_URL VALKEY_URL PREFIX`; the lease is short, so that rescue is quick.
"""

import asyncio
import sys

from core.db.pool import Database
from core.db.wake import Wake
from core.jobs import rows
from core.jobs.executor import Executor
from core.jobs.feeder import RUN, Feeder, run_function
from core.jobs.runner import Runner
from core.jobs.work import CORE, Handler, Handlers, Run

rows.LEASE_SECONDS, rows.HEARTBEAT_SECONDS = 2, 1


async def mark(run: Run) -> None:
    """Half the work, a pause in which to be killed, the other half: together or not at all."""
    assert run.connection is not None
    await run.connection.execute("insert into marks values ($1, 'first')", run.id)
    await asyncio.sleep(0.05)
    await run.connection.execute("insert into marks values ($1, 'second')", run.id)


async def main(database_url: str, valkey_url: str, prefix: str) -> None:
    db, wake = await Database.open(database_url), Wake(database_url)
    handlers = Handlers(Handler(CORE, "mark", mark, atomic=True))
    worker = Runner(db, handlers)
    executor = Executor(valkey_url, {RUN: run_function(worker)}, handlers.plugins(), prefix=prefix)
    await wake.listen("jobs")
    await asyncio.gather(executor.run(), worker.run_heartbeat(), Feeder(db, wake, executor, handlers).run())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
