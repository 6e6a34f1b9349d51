"""Exports of a tenant: asked for, made by a job, kept for a week, forgotten."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, NotFound
from core.events import outbox
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.storage import Storage
from core.tenancy.archive import Archive

_log = logging.getLogger(__name__)
JOB: Final = "export_tenant"
FORGET: Final = "forget_exports"
KEPT_DAYS: Final = 7
_HOURS: Final = 12
_SHOWN: Final = """
select e.id, e.created_at, jsonb_build_object(
    'id', e.id, 'state', e.state, 'size', e.size, 'sha256', e.sha256, 'error', e.error,
    'requested_by', case when e.requested_by is not null then jsonb_build_object('id', e.requested_by, 'name', (
        select m.name from memberships m where m.tenant_id = e.tenant_id and m.user_id = e.requested_by)) end,
    'created_at', e.created_at, 'finished_at', e.finished_at, 'expires_at', e.expires_at) as resource
from exports e where e.tenant_id = $1
"""
_ALL: Final = f"{_SHOWN} order by e.created_at desc, e.id desc limit 100"
_ONE: Final = f"{_SHOWN} and e.id = $2"
_WAITING: Final = "select id from exports where tenant_id = $1 and state = 'waiting' order by created_at limit 1"
_ASK: Final = "insert into exports (tenant_id, requested_by) values ($1, $2) returning id"
_FINISH: Final = """
update exports set state = 'ready', storage_key = $3, size = $4, sha256 = $5, finished_at = now(),
    expires_at = now() + make_interval(days => $6)
where tenant_id = $1 and id = $2 and state = 'waiting' returning id
"""
_FAIL: Final = """
update exports set state = 'failed', error = $3, finished_at = now(), expires_at = now() + make_interval(days => $4)
where tenant_id = $1 and id = $2 and state = 'waiting' returning id
"""
# Its job was set aside by somebody else: a worker that kept dying of it.
_ABANDONED: Final = """
select e.tenant_id, e.id from exports e where e.state = 'waiting' and e.created_at < now() - interval '1 minute'
    and not exists (select from jobs j where j.tenant_id = e.tenant_id and j.plugin = 'core' and j.name = $1
        and j.state in ('queued', 'running') and j.args ->> 'export_id' = e.id::text)
"""
_OVER: Final = "select tenant_id, id, storage_key from exports where expires_at < now() order by expires_at limit 500"
_FRESH: Final = """
select exists (select from exports
    where tenant_id = $1 and state = 'ready' and finished_at > now() - interval '24 hours' and expires_at > now())
"""
_FAILED: Final = "It could not be made: ask for it again, and look at the log of the workers if that fails too."


def storage_key(tenant_id: UUID, export_id: UUID) -> str:
    """Where its bytes are kept."""
    return f"{tenant_id}/exports/{export_id}.zip"


async def list_exports(db: Database) -> list[dict[str, Any]]:
    """Of the tenant in scope, the newest first; older ones than a week are gone."""
    async with db.tenant() as connection:
        return [row["resource"] for row in await connection.fetch(_ALL, require_tenant())]


async def request_export(db: Database, user_id: UUID | None) -> dict[str, Any]:
    """Ask for one in the tenant in scope. While one is being made, that is the answer."""
    async with db.tenant_transaction() as connection:
        return await ask(connection, require_tenant(), user_id)


async def ask(connection: Connection, tenant_id: UUID, user_id: UUID | None) -> dict[str, Any]:
    """As `request_export`, in the caller's transaction."""
    export_id = await connection.fetchval(_WAITING, tenant_id)
    if export_id is None:
        export_id = await connection.fetchval(_ASK, tenant_id, user_id)
        await enqueue(connection, tenant_id, CORE, JOB, {"export_id": str(export_id)}, key=str(export_id))
        await audit.record_for(connection, tenant_id, "export.requested", "export", export_id)
    return await _resource(connection, tenant_id, export_id)


async def begin(connection: Connection, tenant_id: UUID) -> UUID:
    """One that the caller makes by itself, without a job."""
    async with connection.transaction():
        export_id: UUID = await connection.fetchval(_ASK, tenant_id, None)
        await audit.record_for(connection, tenant_id, "export.requested", "export", export_id)
    return export_id


async def take_export(db: Database, export_id: UUID) -> dict[str, Any]:
    """For somebody who fetches its bytes, which is written into the log. Raises NotFound, or Conflict while it is being
    made."""
    async with db.tenant_transaction() as connection:
        found = await _resource(connection, require_tenant(), export_id)
        if found["state"] == "waiting":
            raise Conflict("It is still being made: try again in a moment.", state="waiting")
        if found["state"] == "failed":
            raise NotFound("It could not be made: ask for another one.", state="failed")
        await audit.record(connection, "export.downloaded", "export", export_id)
    return found


async def has_fresh_export(connection: Connection, tenant_id: UUID) -> bool:
    """Whether one of the last 24 hours is ready to be fetched."""
    return bool(await connection.fetchval(_FRESH, tenant_id))


async def _resource(connection: Connection, tenant_id: UUID, export_id: UUID) -> dict[str, Any]:
    row = await connection.fetchrow(_ONE, tenant_id, export_id)
    if row is None:
        raise NotFound("There is no such export; they are kept for a week.")
    resource: dict[str, Any] = row["resource"]
    return resource


@dataclass(frozen=True, slots=True)
class Made:
    """Where the bytes are kept, and what they are."""

    key: str
    size: int
    sha256: str


class Exporter:
    """Makes them, and forgets them."""

    def __init__(self, db: Database, storage: Storage) -> None:
        self._db, self._storage = db, storage

    def handlers(self) -> list[Handler]:
        return [Handler(CORE, JOB, self.run, timeout=_HOURS * 3600), Handler(CORE, FORGET, self.forget, timeout=600)]

    async def run(self, run: Run) -> None:
        """A job of the tenant. Begun again from the start after a crash: nothing is kept before all is."""
        assert run.tenant_id is not None  # noqa: S101 - see `ask`
        try:
            await self.make(run.tenant_id, UUID(run.args["export_id"]))
        except Exception:
            if run.attempt >= run.max_attempts:
                await self._fail(run.tenant_id, UUID(run.args["export_id"]))
            raise

    async def make(self, tenant_id: UUID, export_id: UUID) -> Made:
        """Make the archive, keep it, and say so."""
        key = storage_key(tenant_id, export_id)
        async with aclosing(Archive(self._db, self._storage, tenant_id).pieces()) as pieces:
            reading = _Hashed(pieces)
            size = await self._storage.put(key, reading.pieces(), "application/zip")
        async with self._db.system_transaction() as connection:
            finished = await connection.fetchval(_FINISH, tenant_id, export_id, key, size, reading.sha256, KEPT_DAYS)
            if finished is not None:
                await _tell(connection, tenant_id, export_id, "ready")
        if finished is None:  # the tenant is being erased, or another worker was faster and wrote the same place
            await self._delete_unless_kept(tenant_id, export_id, key)
        return Made(key, size, reading.sha256)

    async def forget(self, _: Run) -> None:
        """What is over, bytes first; and say of those whose job is gone that they failed."""
        for row in await self._db.system.fetch(_ABANDONED, JOB):
            await self._fail(row["tenant_id"], row["id"])
        while rows := await self._db.system.fetch(_OVER):
            for row in rows:
                if row["storage_key"] is not None:
                    await self._storage.delete(row["storage_key"])
                await self._db.system.execute("delete from exports where tenant_id = $1 and id = $2",
                                              row["tenant_id"], row["id"])  # fmt: skip

    async def _fail(self, tenant_id: UUID, export_id: UUID) -> None:
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(_FAIL, tenant_id, export_id, _FAILED, KEPT_DAYS) is not None:
                _log.error("the export %s of tenant %s could not be made", export_id, tenant_id)
                await _tell(connection, tenant_id, export_id, "failed")

    async def _delete_unless_kept(self, tenant_id: UUID, export_id: UUID, key: str) -> None:
        kept = await self._db.system.fetchval(
            "select storage_key from exports where tenant_id = $1 and id = $2", tenant_id, export_id)  # fmt: skip
        if kept is None:
            await self._storage.delete(key)


class _Hashed:
    """Hashes the bytes on their way into the storage."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source, self._digest = source, hashlib.sha256()

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in self._source:
            self._digest.update(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


async def _tell(connection: Connection, tenant_id: UUID, export_id: UUID, state: str) -> None:
    await outbox.append(connection, tenant_id, "export.finished", {"id": str(export_id), "state": state})


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, FORGET, {}, key="cron")


FORGET_EXPORTS_CRON = Cron(f"{CORE}.{FORGET}", "23 * * * *", _fire)
