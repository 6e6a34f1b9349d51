"""The job that erases one person: every plugin is asked until it has erased what it keeps, then the contact goes.

It never gives up: a plugin that fails, or could not be loaded, is waited for and asked again after a growing pause, up
to an hour, and the request tells whom it waits for. One that is off is listed as such, and not waited for. Those
that have erased are asked once more before the end, for what came while another was waited for.
"""

import logging
from typing import Any, Final
from uuid import UUID

from comptoir_sdk import Contact

from core import audit
from core.audit import Actor, acting
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import NotFound
from core.jobs.work import CORE, Handler, NotNow, Run
from core.messaging.contacts import delete_contact, get_contact
from core.plugins.guard import PluginFailed, Resting
from core.plugins.hooks import Hooks
from core.plugins.personal_data.requests import JOBS
from core.plugins.personal_data.unasked import OFF, missing, unasked
from core.storage import Storage

_log = logging.getLogger(__name__)
_HOOK: Final = "erase_personal_data"
_TIMEOUT: Final = 3600
_LONGEST_PAUSE: Final = 3600.0
_GONE: Final = ("The contact was deleted meanwhile, or merged with another one: what plugins had not erased by then "
                "went with it, or to the other contact. Look for them, and ask again.")
_WANTED: Final = """
select contact_id, requested_by, attempts, plugins from personal_data_requests
where tenant_id = $1 and id = $2 and kind = 'erasure' and state = 'waiting'
"""
_SAVE: Final = "update personal_data_requests set plugins = $3 where tenant_id = $1 and id = $2 and state = 'waiting'"
_LATER: Final = """
update personal_data_requests set attempts = attempts + 1, error = $3,
    next_attempt_at = now() + make_interval(secs => $4)
where tenant_id = $1 and id = $2 and state = 'waiting'
"""
_FINISH: Final = """
update personal_data_requests set state = $3, error = $4, attempts = attempts + 1, next_attempt_at = null,
    finished_at = now()
where tenant_id = $1 and id = $2 and state = 'waiting' returning true
"""
_EXPORTS: Final = """
select id, storage_key from personal_data_requests where tenant_id = $1 and contact_id = $2 and kind = 'export'
"""


def pause_after(attempts: int) -> float:
    """Seconds: 5, 20, 80 … an hour."""
    return min(5.0 * 4.0 ** min(attempts, 8), _LONGEST_PAUSE)


class PersonEraser:
    """Erases them."""

    def __init__(self, db: Database, storage: Storage, hooks: Hooks) -> None:
        self._db, self._storage, self._hooks = db, storage, hooks

    def handler(self) -> Handler:
        return Handler(CORE, JOBS["erasure"], self.run, timeout=_TIMEOUT)

    async def run(self, run: Run) -> None:
        """One attempt. Raises NotNow while a plugin could not erase."""
        assert run.tenant_id is not None  # noqa: S101 - see `ask`
        tenant_id, request_id = run.tenant_id, UUID(run.args["request_id"])
        request = await self._db.system.fetchrow(_WANTED, tenant_id, request_id)
        if request is None:
            return
        with tenant_scope(tenant_id):
            attempt = _Attempt(self._db, self._hooks, tenant_id, request_id, request,
                               await unasked(self._db, self._hooks, tenant_id, _HOOK))
            contact = await self._contact(request["contact_id"])
            if contact is None:
                await self._finish(tenant_id, request_id, request["contact_id"], gone=not attempt.complete)
                return
            if failed := await attempt.erase(contact):
                await self._later(tenant_id, request_id, request["attempts"], failed)
            actor = Actor("member", str(request["requested_by"])) if request["requested_by"] else Actor("system")
            with acting(actor):
                await delete_contact(self._db, contact.id)
                await self._finish(tenant_id, request_id, contact.id, gone=False)

    async def _contact(self, contact_id: UUID) -> Contact | None:
        try:
            return Contact.of(await get_contact(self._db, contact_id))
        except NotFound:
            return None

    async def _later(self, tenant_id: UUID, request_id: UUID, attempts: int, failed: PluginFailed) -> None:
        seconds = pause_after(attempts)
        if isinstance(failed, Resting):
            seconds = max(seconds, failed.seconds)
        _log.error("a person is not erased yet: %s; asked again in %d s", failed, seconds)
        await self._db.system.execute(_LATER, tenant_id, request_id, _why(failed), seconds)
        raise NotNow(seconds)

    async def _finish(self, tenant_id: UUID, request_id: UUID, contact_id: UUID, *, gone: bool) -> None:
        """Their exports go first: they hold what was just erased."""
        for row in await self._db.system.fetch(_EXPORTS, tenant_id, contact_id):
            if row["storage_key"] is not None:
                await self._storage.delete(row["storage_key"])
            await self._db.system.execute("delete from personal_data_requests where tenant_id = $1 and id = $2",
                                          tenant_id, row["id"])
        state, error = ("failed", _GONE) if gone else ("done", None)
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(_FINISH, tenant_id, request_id, state, error) and not gone:
                await audit.record_for(connection, tenant_id, "personal_data.erased", "contact", contact_id)


class _Attempt:
    """Who has erased, kept in the request after each answer."""

    def __init__(self, db: Database, hooks: Hooks, tenant_id: UUID, request_id: UUID, request: Any,
                 others: list[dict[str, Any]]) -> None:
        self._db, self._hooks, self._tenant_id, self._request_id = db, hooks, tenant_id, request_id
        known = {one["plugin"]: dict(one) for one in request["plugins"]}
        fresh = {"state": "waiting", "rows": 0, "why": None}
        self._asked = {name: {"plugin": name, **(fresh if known.get(name, {}).get("rows") is None else known[name])}
                       for name in hooks.of_people(tenant_id, _HOOK)}
        self._others = {one["plugin"]: {**one, "rows": known.get(one["plugin"], one)["rows"]} for one in others}

    @property
    def complete(self) -> bool:
        """Whether every plugin has erased that is not off."""
        return all(one["state"] in {"done", OFF} for one in self._told)

    @property
    def _told(self) -> list[dict[str, Any]]:
        return [*self._asked.values(), *self._others.values()]

    async def erase(self, contact: Contact) -> PluginFailed | None:
        """What kept it from being complete, if anything."""
        before = [name for name, one in self._asked.items() if one["state"] == "done"]
        await self._save()
        failures = [*missing(list(self._others.values()), _HOOK),
                    *await self._ask([name for name in self._asked if name not in before], contact)]
        if not failures:
            failures = await self._ask(before, contact)
        return failures[-1] if failures else None

    async def _ask(self, names: list[str], contact: Contact) -> list[PluginFailed]:
        failures = []
        for name in names:
            one = self._asked[name]
            try:
                one["rows"] += await self._hooks.erase_from(self._tenant_id, name, contact)
                one |= {"state": "done", "why": None}
            except PluginFailed as failed:
                one |= {"state": "failed", "why": failed.why}
                failures.append(failed)
            await self._save()
        return failures

    async def _save(self) -> None:
        await self._db.system.execute(_SAVE, self._tenant_id, self._request_id, self._told)


def _why(failed: PluginFailed) -> str:
    return (f"The plugin {failed.plugin} could not erase what it keeps on this person ({failed.why}). It is asked "
            "again by itself.")
