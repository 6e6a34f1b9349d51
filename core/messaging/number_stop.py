"""Meta takes nothing of a number before somebody has done something: it is restricted, locked, unpaid, unregistered.

The number pauses, everybody concerned hears of it, once, and when the pause ends Meta is asked again by what waits.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.events import outbox
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.mail import Mail
from core.messaging.caretakers import write_to_caretakers
from core.messaging.send_errors import ErrorJson

JOB: Final = "tell_number_stopped"
_FORGOTTEN: Final = timedelta(days=1)
"""A stop that ended longer ago than this was another one."""

_STOP: Final = """
with before as (
    select id, stopped_until from accounts where tenant_id = $1 and id = $2 and status = 'connected' for update
)
update accounts a set pause_error = $4, paused_until = greatest(a.paused_until, $3),
    stopped_until = greatest(a.stopped_until, $3)
from before b where a.tenant_id = $1 and a.id = b.id
returning coalesce(b.stopped_until < $5, true) as news
"""
_LIFT: Final = """
update accounts set paused_until = null, stopped_until = null
where tenant_id = $1 and id = $2 and stopped_until is not null
"""
_RESOURCE: Final = "select resource from account_resources where tenant_id = $1 and id = $2"


async def stop(
    connection: Connection, tenant_id: UUID, account_id: UUID, until: datetime, error: ErrorJson, now: datetime
) -> bool:
    """In the caller's transaction, by the system role. True when this is the first that is heard of it."""
    if not await connection.fetchval(_STOP, tenant_id, account_id, until, error, now - _FORGOTTEN):
        return False
    resource = await connection.fetchval(_RESOURCE, tenant_id, account_id)
    told = {"account_id": str(account_id), "account": resource, "error": error}
    await outbox.append(connection, tenant_id, "account.stopped", told)
    await audit.record_for(connection, tenant_id, "account.was_stopped", "account", account_id,
                           {"code": [None, error["code"]]})  # fmt: skip
    letter = {"number": resource["display_phone_number"], "code": error["code"]}
    await enqueue(connection, tenant_id, CORE, JOB, letter, key=str(account_id))
    return True


async def lift(connection: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """Somebody says that it is mended: the next message tells."""
    await connection.execute(_LIFT, tenant_id, account_id)


class StopTeller:
    """Runs the jobs: intake, which hears of most stops, has no keys to seal mail with."""

    def __init__(self, db: Database, mail: Mail) -> None:
        self._db, self._mail = db, mail

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self.run, atomic=True, transaction=lambda _: self._db.system_transaction())

    async def run(self, run: Run) -> None:
        """A mail to each, in the job's transaction."""
        assert run.connection is not None and run.tenant_id is not None  # noqa: S101, PT018 - atomic, and a tenant's
        await write_to_caretakers(run.connection, self._mail, run.tenant_id, "number_stopped", run.args["number"],
                                  run.args["code"])  # fmt: skip
