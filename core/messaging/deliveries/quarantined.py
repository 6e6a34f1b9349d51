"""What was set aside: why, how much of it, applied once more or dismissed."""

from typing import Any, Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.errors import Conflict, NotFound
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.messaging.intake.again import apply_again
from core.messaging.intake.batch import Delivery
from core.messaging.page import Page, by_number, page

JOB: Final = "replay_quarantine"
_BATCH: Final = 50
_OPEN: Final = "q.replayed_at is null and q.dismissed_at is null"
_WAKE: Final = "select pg_notify('outbox', '')"
_SHOWN: Final = """select q.id, jsonb_build_object('id', q.id, 'delivery_id', q.delivery_id, 'item', q.path,
    'reason', q.reason, 'wamid', q.wamid, 'phone', q.phone, 'content', q.item, 'created_at', q.created_at,
    'tenant', (select jsonb_build_object('id', t.id, 'slug', t.slug) from tenants t where t.id = q.tenant_id),
    'state', case when q.replayed_at is not null then 'replayed' when q.dismissed_at is not null then 'dismissed'
        else 'open' end,
    'closed_at', coalesce(q.replayed_at, q.dismissed_at), 'dismissed_by', q.dismissed_by, 'note', q.note) as resource
from quarantine q"""
_REASONS: Final = """select jsonb_build_object('reason', q.reason, 'count', count(*), 'first_at', min(q.created_at),
    'last_at', max(q.created_at)) as resource
from quarantine q where {where} group by q.reason order by count(*) desc, q.reason limit 500"""
_LOCK: Final = """select q.id, q.tenant_id, j.id as delivery_id, j.app_slug, j.received_at, j.body
from quarantine q join journal j on j.id = q.delivery_id where q.id = $1 and {where} for update of q"""
_NEXT: Final = """select j.id, j.app_slug, j.received_at, j.body, j.headers ->> 'x-request-id'
from journal j where j.id = any(array(
    select distinct q.delivery_id from quarantine q where q.reason = $1 and q.delivery_id > $2 and {where}
    order by q.delivery_id limit $3)) order by j.id"""
_DISMISS: Final = """update quarantine q set dismissed_at = now(), dismissed_by = ${who}, note = $2
where q.id = $1 and {where} returning q.tenant_id"""


async def list_items(db: Database, tenant_id: UUID | None, *, reason: str | None, state: str | None, limit: int,
                     cursor: str | None) -> Page:  # fmt: skip
    """Newest first."""
    where, values = _theirs(tenant_id, 2)
    for condition, value in (("q.reason = ${}", reason), ("q.id < ${}", by_number(cursor))):
        if value is not None:
            values.append(value)
            where += f" and {condition.format(len(values) + 1)}"
    chosen = {"open": _OPEN, "replayed": "q.replayed_at is not null", "dismissed": "q.dismissed_at is not null"}
    where += f" and {chosen[state]}" if state else ""
    rows = await db.system.fetch(f"{_SHOWN} where {where} order by q.id desc limit $1", limit + 1, *values)
    return page(rows, limit, "id", "id")


async def reasons(db: Database, tenant_id: UUID | None) -> list[dict[str, Any]]:
    """Of what is open: each reason with its count, the most frequent first."""
    where, values = _theirs(tenant_id, 1)
    rows = await db.system.fetch(_REASONS.format(where=f"{where} and {_OPEN}"), *values)
    return [row["resource"] for row in rows]


async def replay_one(db: Database, quarantine_id: int, tenant_id: UUID | None) -> dict[str, Any]:
    """Apply it once more; what it is then. Raises NotFound, and Conflict when it is closed already."""
    where, values = _theirs(tenant_id, 2)
    async with db.system_transaction() as connection:
        row = await connection.fetchrow(_LOCK.format(where=f"{where} and {_OPEN}"), quarantine_id, *values)
        if row is None:
            raise await _absent(connection, quarantine_id, tenant_id)
        delivery = Delivery(row["delivery_id"], row["app_slug"], row["received_at"], row["body"])
        await apply_again(connection, [delivery], tenant_id)
        await connection.execute(_WAKE)
        await _record(connection, tenant_id, "quarantine.replayed", quarantine_id)
    return await get(db, quarantine_id, tenant_id)


async def replay_all(db: Database, reason: str, tenant_id: UUID | None) -> None:
    """Everything with this reason, by a worker."""
    async with db.system_transaction() as connection:
        told = {"reason": reason, "tenant_id": str(tenant_id) if tenant_id else None}
        await enqueue(connection, tenant_id, CORE, JOB, told, key=f"{tenant_id} {reason}", max_attempts=20)
        await _record(connection, tenant_id, "quarantine.replayed", None, {"reason": [None, reason]})


async def dismiss(db: Database, quarantine_id: int, tenant_id: UUID | None, note: str, who: str) -> dict[str, Any]:
    """It stays in the list with the note, and is never applied. Raises NotFound and Conflict."""
    where, values = _theirs(tenant_id, 4)
    async with db.system_transaction() as connection:
        statement = _DISMISS.format(where=f"{where} and {_OPEN}", who=3)
        if not await connection.fetch(statement, quarantine_id, note, who, *values):
            raise await _absent(connection, quarantine_id, tenant_id)
        await _record(connection, tenant_id, "quarantine.dismissed", quarantine_id, {"note": [None, note]})
    return await get(db, quarantine_id, tenant_id)


async def get(db: Database, quarantine_id: int, tenant_id: UUID | None) -> dict[str, Any]:
    """Raises NotFound."""
    where, values = _theirs(tenant_id, 2)
    row = await db.system.fetchrow(f"{_SHOWN} where q.id = $1 and {where}", quarantine_id, *values)
    if row is None:
        raise _nothing()
    resource: dict[str, Any] = row["resource"]
    return resource


async def _absent(connection: Connection, quarantine_id: int, tenant_id: UUID | None) -> NotFound | Conflict:
    where, values = _theirs(tenant_id, 2)
    there = await connection.fetchval(f"{_SHOWN} where q.id = $1 and {where}", quarantine_id, *values)
    return Conflict("It was replayed or dismissed already: look again.") if there else _nothing()


def _nothing() -> NotFound:
    return NotFound("Nothing of this number is set aside.")


def _theirs(tenant_id: UUID | None, n: int) -> tuple[str, list[Any]]:
    """Rows of the tenant; all of them for the operator."""
    return (f"q.tenant_id = ${n}", [tenant_id]) if tenant_id else ("true", [])


async def _record(connection: Connection, tenant_id: UUID | None, action: str, subject: object,
                  changes: dict[str, Any] | None = None) -> None:  # fmt: skip
    await audit.record_for(connection, tenant_id or audit.INSTALLATION, action, "quarantine", subject, changes)


class QuarantineReplayer:
    """Everything that has one reason, a batch of deliveries at a time, each in a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self._run, timeout=3600)

    async def _run(self, run: Run) -> None:
        only = UUID(run.args["tenant_id"]) if run.args["tenant_id"] else None
        await self.replay(run.args["reason"], only)

    async def replay(self, reason: str, tenant_id: UUID | None) -> None:
        """What fails again stays where it is, and is passed by."""
        after = 0
        while (reached := await self._batch(reason, tenant_id, after)) is not None:
            after = reached

    async def _batch(self, reason: str, tenant_id: UUID | None, after: int) -> int | None:
        where, values = _theirs(tenant_id, 4)
        async with self._db.system_transaction() as connection:
            rows = await connection.fetch(_NEXT.format(where=f"{where} and {_OPEN}"), reason, after, _BATCH, *values)
            if rows:
                await apply_again(connection, [Delivery(*row) for row in rows], tenant_id)
                await connection.execute(_WAKE)
        return rows[-1]["id"] if rows else None
