"""The end of a tenant begins: nobody enters any more, nothing is sent, and a job erases what there is.

There is no way back. Its data is exported before (core.tenancy.exports); what it had is erased by core.tenancy.erasure.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.errors import Conflict, ExportFirst
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE
from core.tenancy.exports import has_fresh_export
from core.tenancy.status import end_credentials, lock_status

ERASE: Final = "erase_tenant"
MAX_ATTEMPTS: Final = 50
_CLOSE: Final = "update tenants set status = 'closing', updated_at = now(), version = version + 1 where id = $1"
_END_KEYS: Final = "update api_keys set revoked_at = coalesce(revoked_at, now()) where tenant_id = $1"
# Its secrets go with its key; a number of another tenant that is signed for by this app would hear nothing any more.
_LENT: Final = """
select p.slug from meta_apps p join accounts a on a.meta_app_id = p.id and a.tenant_id <> p.tenant_id
where p.tenant_id = $1 limit 1
"""
_LEFT_ALONE: Final = """
select t.id from tenants t where t.status = 'closing' and not exists (select from jobs j
    where j.plugin = 'core' and j.name = $1 and j.state in ('queued', 'running')
        and j.args ->> 'tenant_id' = t.id::text)
"""


async def close_tenant(db: Database, tenant_id: UUID, *, without_export: bool = False) -> None:
    """Raises NotFound, ExportFirst unless an export of the last 24 hours is ready, and Conflict while a number of
    another tenant uses one of its Meta apps. Closing what is closing already changes nothing."""
    async with db.system_transaction() as connection:
        before = await lock_status(connection, tenant_id)
        if before == "closing":
            return
        if not without_export and not await has_fresh_export(connection, tenant_id):
            raise ExportFirst("Export the organisation's data first, and fetch the file: what is deleted is gone.")
        if slug := await connection.fetchval(_LENT, tenant_id):
            raise Conflict(f"A number of another organisation uses the Meta app {slug}: give it another app first.")
        await connection.execute(_CLOSE, tenant_id)
        await end_credentials(connection, tenant_id, "the organisation was deleted")
        await connection.execute(_END_KEYS, tenant_id)
        await _enqueue(connection, tenant_id)
        for chain in (audit.INSTALLATION, tenant_id):
            await audit.record_for(connection, chain, "tenant.closed", "tenant", tenant_id,
                                   {"status": [before, "closing"]})  # fmt: skip


async def _enqueue(connection: Connection, tenant_id: UUID) -> None:
    """A job of the installation: the tenant's own jobs are erased with it."""
    await enqueue(connection, None, CORE, ERASE, {"tenant_id": str(tenant_id)}, key=str(tenant_id),
                  max_attempts=MAX_ATTEMPTS)  # fmt: skip


async def _look_after(connection: Connection, _due: datetime) -> None:
    """Whatever became of the job: a tenant that is closing is erased."""
    for row in await connection.fetch(_LEFT_ALONE, ERASE):
        await _enqueue(connection, row["id"])


CLOSING_CRON = Cron(f"{CORE}.{ERASE}", "*/10 * * * *", _look_after)
