"""Exports that are over are forgotten, bytes first; work whose job is gone is taken up again."""

from datetime import datetime
from typing import Final

from core.db.pool import Connection, Database
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.plugins.personal_data.requests import EXPORT_ATTEMPTS, JOBS
from core.storage import Storage

FORGET: Final = "forget_people"
_OVER: Final = """
select tenant_id, id, storage_key from personal_data_requests where expires_at < now() order by expires_at limit 500
"""
# Their jobs were set aside by somebody else: a worker that kept dying of them, a database that was away for long.
_ABANDONED: Final = """
select r.tenant_id, r.id, r.kind from personal_data_requests r
where r.state = 'waiting' and r.created_at < now() - interval '1 minute'
    and not exists (select from jobs j where j.tenant_id = r.tenant_id and j.plugin = 'core' and j.name = any($1)
        and j.state in ('queued', 'running') and j.args ->> 'request_id' = r.id::text)
order by r.created_at limit 500
"""
_FAIL: Final = """
update personal_data_requests set state = 'failed', finished_at = now(), expires_at = now() + interval '7 days',
    error = coalesce(error, 'It could not be made: ask again, and look at the log of the workers if that fails too.')
where tenant_id = $1 and id = $2 and state = 'waiting'
"""


class PeopleForgetter:
    """Runs each hour."""

    def __init__(self, db: Database, storage: Storage) -> None:
        self._db, self._storage = db, storage

    def handler(self) -> Handler:
        return Handler(CORE, FORGET, self.run, timeout=600)

    async def run(self, _: Run) -> None:
        for row in await self._db.system.fetch(_ABANDONED, list(JOBS.values())):
            async with self._db.system_transaction() as connection:
                if row["kind"] == "export":
                    await connection.execute(_FAIL, row["tenant_id"], row["id"])
                else:  # an erasure is owed
                    await enqueue(connection, row["tenant_id"], CORE, JOBS["erasure"], {"request_id": str(row["id"])},
                                  key=str(row["id"]), max_attempts=EXPORT_ATTEMPTS)
        while rows := await self._db.system.fetch(_OVER):
            for row in rows:
                if row["storage_key"] is not None:
                    await self._storage.delete(row["storage_key"])
                await self._db.system.execute("delete from personal_data_requests where tenant_id = $1 and id = $2",
                                              row["tenant_id"], row["id"])


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, FORGET, {}, key="cron")


FORGET_PEOPLE_CRON: Final = Cron(f"{CORE}.{FORGET}", "37 * * * *", _fire)
