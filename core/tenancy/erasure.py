"""Everything of a closing tenant goes: keys first, then files, rows in batches, deliveries, and the tenant at last.

Whatever step a crash cuts off, the next run begins anew and finds less to do: nothing is remembered but that the tenant
is closing. Customers may still write while it runs; the last step takes what came and the number itself in one
transaction, and `echoes` come by later for what was under way just then.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from core import audit
from core.audit.sealer import anchor_key
from core.db.pool import Connection, Database
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, NotNow, Run
from core.storage import Storage
from core.tenancy.catalogue import Table, tenant_tables
from core.tenancy.closing import ERASE
from core.tenancy.journal_erasure import Marks, as_json, erase_deliveries, last_delivery, marks_of

_log = logging.getLogger(__name__)
ECHOES: Final = "erase_echoes"
BATCH: Final = 2000
_HOURS: Final = 12
_ECHO_SECONDS: Final = (120, 3600)
"""After the audit log's anchor may have been written once more, and after what waited for a retry."""
_LAST: Final = frozenset({"accounts", "memberships"})
"""They say where customers' words belong and whose accounts go with the tenant, so they go with it."""
_AUDIT: Final = frozenset({"audit_log", "audit_heads"})
_CLOSING: Final = "select true from tenants where id = $1 and status = 'closing'"
_MEMBERS: Final = "select user_id from memberships where tenant_id = $1"
_PEOPLE: Final = """
delete from users u where u.id = any($1) and not u.platform_admin
    and not exists (select from memberships m where m.user_id = u.id)
"""


class TenantEraser:
    """`erase` may be run by several workers at once, and again."""

    def __init__(self, db: Database, storage: Storage, *, batch: int = BATCH) -> None:
        self._db, self._storage, self._batch = db, storage, batch

    def handlers(self) -> list[Handler]:
        return [Handler(CORE, ERASE, self._run, timeout=_HOURS * 3600),
                Handler(CORE, ECHOES, self._run_echoes, timeout=_HOURS * 3600)]  # fmt: skip

    async def _run(self, run: Run) -> None:
        try:
            await self.erase(UUID(run.args["tenant_id"]))
        except asyncpg.DeadlockDetectedError as error:  # customers wrote to it just then
            raise NotNow(1) from error

    async def _run_echoes(self, run: Run) -> None:
        await self.echoes(UUID(run.args["tenant_id"]), Marks(frozenset(run.args["marks"])), run.args["after"])

    async def erase(self, tenant_id: UUID) -> None:
        """Does nothing for a tenant that is not closing, or is gone."""
        async with self._db.system.acquire() as connection:
            if not await connection.fetchval(_CLOSING, tenant_id):
                return
            marks, after = await marks_of(connection, tenant_id), await last_delivery(connection)
            tables = await tenant_tables(connection)
        await self._shred(tenant_id)
        await self._erase_files(tenant_id)
        for table in _early(tables):
            await self._empty(table, tenant_id)
        await erase_deliveries(self._db, marks)
        await self._finish(tenant_id, tables, marks, after)
        _log.info("tenant %s is erased", tenant_id)

    async def echoes(self, tenant_id: UUID, marks: Marks, after: int) -> None:
        """What was written while the tenant went: deliveries, files, the anchor of its log."""
        await erase_deliveries(self._db, marks, after)
        await self._erase_files(tenant_id)

    async def _shred(self, tenant_id: UUID) -> None:
        """From here on its secrets are unreadable, in every backup too. No new key is made while it is closing."""
        await self._db.system.execute("delete from data_keys where tenant_id = $1", tenant_id)

    async def _erase_files(self, tenant_id: UUID) -> None:
        for folder in (str(tenant_id), f"plugins/{tenant_id}"):
            async for key in self._storage.keys(folder):
                await self._storage.delete(key)
        await self._storage.delete(anchor_key(tenant_id))

    async def _empty(self, table: Table, tenant_id: UUID) -> None:
        async with self._db.system.acquire() as connection:
            while await _delete(connection, table, tenant_id, self._batch):
                pass

    async def _finish(self, tenant_id: UUID, tables: Sequence[Table], marks: Marks, after: int) -> None:
        """In one transaction, behind a lock that keeps new rows out: what came meanwhile, and the tenant."""
        async with self._db.system_transaction() as connection:
            if not await connection.fetchval(f"{_CLOSING} for update", tenant_id):
                return  # another worker was faster
            members = [row["user_id"] for row in await connection.fetch(_MEMBERS, tenant_id)]
            for table in tables:
                while await _delete(connection, table, tenant_id, self._batch):
                    pass
            await connection.execute("delete from tenants where id = $1", tenant_id)
            await connection.execute(_PEOPLE, members)
            told = {"tenant_id": str(tenant_id), "marks": as_json(marks), "after": after}
            await _enqueue_echoes(connection, told)
            await audit.record_for(connection, audit.INSTALLATION, "tenant.erased", "tenant", tenant_id)


async def _enqueue_echoes(connection: Connection, told: dict[str, Any]) -> None:
    now = await connection.fetchval("select now()")
    for seconds in _ECHO_SECONDS:
        await enqueue(connection, None, CORE, ECHOES, told, key=f"{told['tenant_id']} {seconds}",
                      run_at=now + timedelta(seconds=seconds), max_attempts=20)  # fmt: skip


def _early(tables: Sequence[Table]) -> list[Table]:
    """All but the last ones and what those point at."""
    by_name = {table.name: table for table in tables}
    kept, waiting = set(_LAST), list(_LAST)
    while waiting:
        found = (by_name[waiting.pop()].parents & by_name.keys()) - kept
        kept |= found
        waiting += found
    return [table for table in tables if table.name not in kept]


async def _delete(connection: Connection, table: Table, tenant_id: UUID, batch: int) -> bool:
    """Up to `batch` rows. Whether there may be more."""
    if table.name in _AUDIT:  # nobody may delete single entries: the owner's function takes a closing tenant's
        return bool(await connection.fetchval("select erase_audit($1, $2)", tenant_id, batch) == batch)
    # The name comes from the catalogue, quoted by the database itself.
    done: str = await connection.execute(
        # A row's place is its own within one partition only: the tenant is named twice.
        f"delete from {table.name} where tenant_id = $1 and ctid = any(array("  # noqa: S608
        f"select ctid from {table.name} where tenant_id = $1 limit $2))", tenant_id, batch)
    return int(done.rpartition(" ")[2]) == batch
