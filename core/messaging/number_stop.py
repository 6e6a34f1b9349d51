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
from core.messaging.backoff import after_stop
from core.messaging.caretakers import write_to_caretakers
from core.messaging.send_errors import ErrorJson

JOB: Final = "tell_number_stopped"
_FORGOTTEN: Final = timedelta(days=1)
"""A stop that ended longer ago than this was another one."""

_BEFORE: Final = """
select stopped_until, pause_error from accounts where tenant_id = $1 and id = $2 and status = 'connected' for update
"""
_STOP: Final = """
update accounts set pause_error = $4, paused_until = greatest(paused_until, $3), stopped_until = $3
where tenant_id = $1 and id = $2
"""
_LIFT: Final = """
update accounts set paused_until = null, stopped_until = null
where tenant_id = $1 and id = $2 and stopped_until is not null
"""
_RESOURCE: Final = "select resource from account_resources where tenant_id = $1 and id = $2"


async def stop(
    connection: Connection, tenant_id: UUID, account_id: UUID, since: datetime, error: ErrorJson, now: datetime
) -> bool:
    """In the caller's transaction, by the system role. True when this is the first that is heard of it.

    Each stop that follows another one is twice as long; what is refused while one lasts does not lengthen it.
    """
    before = await connection.fetchrow(_BEFORE, tenant_id, account_id)
    if before is None:
        return False
    last = before["stopped_until"]
    news = last is None or last < now - _FORGOTTEN
    failures = 0 if news else int((before["pause_error"] or {}).get("failures", 0)) + (last <= now)
    until = last if not news and last > now else since + timedelta(seconds=after_stop(failures))
    await connection.execute(_STOP, tenant_id, account_id, until, {**error, "failures": failures})
    if not news:
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
