"""The job that makes the archive of one person. What a plugin cannot tell fails it, by name: no archive with a hole."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final
from uuid import UUID

from comptoir_sdk import Contact

from core import audit
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import NotFound
from core.jobs.work import CORE, Handler, Run
from core.messaging.contacts import get_contact
from core.plugins.guard import PluginFailed
from core.plugins.hooks import Hooks
from core.plugins.personal_data.archive import PersonArchive
from core.plugins.personal_data.requests import JOBS
from core.plugins.personal_data.unasked import missing, unasked
from core.storage import Storage

_log = logging.getLogger(__name__)
_HOOK: Final = "provide_personal_data"
KEPT_DAYS: Final = 7
_HOUR: Final = 3600
_WANTED: Final = """
select contact_id from personal_data_requests
where tenant_id = $1 and id = $2 and kind = 'export' and state = 'waiting'
"""
_TRIED: Final = """
update personal_data_requests set attempts = attempts + 1, error = $3,
    state = case when $4 then 'failed' else state end,
    finished_at = case when $4 then now() end, expires_at = case when $4 then now() + make_interval(days => $5) end
where tenant_id = $1 and id = $2 and state = 'waiting'
"""
_FINISH: Final = """
update personal_data_requests set state = 'ready', attempts = attempts + 1, error = null, storage_key = $3, size = $4,
    sha256 = $5, plugins = $6, finished_at = now(), expires_at = now() + make_interval(days => $7)
where tenant_id = $1 and id = $2 and state = 'waiting' returning true
"""


def storage_key(tenant_id: UUID, request_id: UUID) -> str:
    """Where its bytes are kept."""
    return f"{tenant_id}/people/{request_id}.zip"


class PersonExporter:
    """Makes them."""

    def __init__(self, db: Database, storage: Storage, hooks: Hooks) -> None:
        self._db, self._storage, self._hooks = db, storage, hooks

    def handler(self) -> Handler:
        return Handler(CORE, JOBS["export"], self.run, timeout=_HOUR)

    async def run(self, run: Run) -> None:
        """Begun again from the start after a crash or a failure: nothing is kept before all is."""
        assert run.tenant_id is not None  # noqa: S101 - see `ask`
        request_id = UUID(run.args["request_id"])
        contact_id = await self._db.system.fetchval(_WANTED, run.tenant_id, request_id)
        if contact_id is None:
            return
        try:
            await self._make(run.tenant_id, request_id, contact_id)
        except Exception as error:
            last = run.attempt >= run.max_attempts or isinstance(error, NotFound)
            await self._db.system.execute(_TRIED, run.tenant_id, request_id, _why(error), last, KEPT_DAYS)
            if isinstance(error, NotFound):
                return  # no further attempt finds them
            raise

    async def _make(self, tenant_id: UUID, request_id: UUID, contact_id: UUID) -> None:
        with tenant_scope(tenant_id):
            contact = Contact.of(await get_contact(self._db, contact_id))
            others = await unasked(self._db, self._hooks, tenant_id, _HOOK)
            if absent := missing(others, _HOOK):
                raise absent[0]
            told = await self._hooks.personal_data(tenant_id, contact)
        key = storage_key(tenant_id, request_id)
        digest = hashlib.sha256()
        async with aclosing(PersonArchive(self._db, self._storage, tenant_id, contact_id, told).pieces()) as pieces:
            size = await self._storage.put(key, _hashed(pieces, digest), "application/zip")
        asked = [{"plugin": name, "state": "done", "rows": None, "why": None} for name in told] + others
        async with self._db.system_transaction() as connection:
            kept = await connection.fetchval(_FINISH, tenant_id, request_id, key, size, digest.hexdigest(), asked,
                                             KEPT_DAYS)
            if kept:
                await audit.record_for(connection, tenant_id, "personal_data.exported", "contact", contact_id)
        if not kept:  # they are being erased, or another worker was faster and wrote the same place
            await self._delete_unless_kept(tenant_id, request_id, key)

    async def _delete_unless_kept(self, tenant_id: UUID, request_id: UUID, key: str) -> None:
        kept = await self._db.system.fetchval(
            "select storage_key from personal_data_requests where tenant_id = $1 and id = $2", tenant_id, request_id)
        if kept is None:
            await self._storage.delete(key)


def _why(error: Exception) -> str:
    if isinstance(error, PluginFailed):
        return (f"The plugin {error.plugin} could not tell what it keeps on this person ({error.why}): ask again, or "
                "tell whoever runs the installation.")
    if isinstance(error, NotFound):
        return error.detail
    _log.error("a person's export could not be made: %s", type(error).__name__)
    return "It could not be made: ask again, and look at the log of the workers if that fails too."


async def _hashed(pieces: AsyncIterator[bytes], digest: Any) -> AsyncIterator[bytes]:
    async for piece in pieces:
        digest.update(piece)
        yield piece

