"""Jobs that are over are kept for a while, for whoever asks what happened, and then forgotten."""

from datetime import datetime, timedelta
from typing import Final

from core.db.pool import Connection
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run

JOB: Final = "forget_jobs"
DONE_KEPT: Final = timedelta(days=2)
FAILED_KEPT: Final = timedelta(days=90)


async def forget(run: Run) -> None:
    """Delete what is older than it is kept."""
    assert run.connection is not None  # noqa: S101 - atomic
    await run.connection.execute(
        """delete from jobs where (state = 'done' and finished_at < now() - $1::interval)
            or (state = 'failed' and finished_at < now() - $2::interval)""", DONE_KEPT, FAILED_KEPT)


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, JOB, {}, key="cron")


FORGET_HANDLER = Handler(CORE, JOB, forget, timeout=300, atomic=True)
FORGET_CRON = Cron(f"{CORE}.{JOB}", "17 * * * *", _fire)
