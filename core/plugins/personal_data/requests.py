"""Requests for one person's data: asked for, worked on by a job, told how far they are."""

from typing import Any, Final, Literal
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, NotFound
from core.jobs.queue import enqueue
from core.jobs.work import CORE
from core.messaging.contacts import get_contact
from core.messaging.page import Page, by_time, page

Kind = Literal["export", "erasure"]
JOBS: Final[dict[Kind, str]] = {"export": "export_person", "erasure": "erase_person"}
EXPORT_ATTEMPTS: Final = 3
_REQUESTED: Final[dict[Kind, str]] = {"export": "personal_data.export_requested",
                                      "erasure": "personal_data.erasure_requested"}
_SHOWN: Final = """
select r.id, r.created_at, jsonb_build_object(
    'id', r.id, 'kind', r.kind, 'contact_id', r.contact_id, 'state', r.state, 'plugins', r.plugins,
    'attempts', r.attempts, 'error', r.error, 'size', r.size, 'sha256', r.sha256,
    'requested_by', case when r.requested_by is not null then jsonb_build_object('id', r.requested_by, 'name', (
        select m.name from memberships m where m.tenant_id = r.tenant_id and m.user_id = r.requested_by)) end,
    'created_at', r.created_at, 'next_attempt_at', r.next_attempt_at, 'finished_at', r.finished_at,
    'expires_at', r.expires_at) as resource
from personal_data_requests r where r.tenant_id = $1
"""
_NEWEST: Final = f"""{_SHOWN} and ($2::uuid is null or r.contact_id = $2)
    and ($3::timestamptz is null or (r.created_at, r.id) < ($3, $4))
order by r.created_at desc, r.id desc limit $5"""
_ONE: Final = f"{_SHOWN} and r.id = $2"
_WAITING: Final = """
select id, kind from personal_data_requests
where tenant_id = $1 and contact_id = $2 and state = 'waiting' for update
"""
_ASK: Final = """
insert into personal_data_requests (tenant_id, kind, contact_id, requested_by) values ($1, $2, $3, $4)
on conflict (tenant_id, kind, contact_id) where state = 'waiting' do nothing returning id
"""


async def list_requests(db: Database, *, limit: int, cursor: str | None = None,
                        contact_id: UUID | None = None) -> Page:
    """Of the tenant in scope, the newest first."""
    moment, after = by_time(cursor)
    async with db.tenant() as connection:
        rows = await connection.fetch(_NEWEST, require_tenant(), contact_id, moment, after, limit + 1)
    return page(rows, limit, "created_at", "id")


async def get_request(db: Database, request_id: UUID) -> dict[str, Any]:
    """One of the tenant in scope. Raises NotFound."""
    async with db.tenant() as connection:
        return await _resource(connection, request_id)


async def ask(db: Database, kind: Kind, contact_id: UUID, user_id: UUID | None) -> dict[str, Any]:
    """Ask for one in the tenant in scope; while it is being worked on, that is the answer. Raises NotFound for a
    contact that is not there, Conflict for an export of somebody who is being erased."""
    await get_contact(db, contact_id)
    tenant_id = require_tenant()
    async with db.tenant_transaction() as connection:
        waiting = {row["kind"]: row["id"] for row in await connection.fetch(_WAITING, tenant_id, contact_id)}
        if kind == "export" and "erasure" in waiting:
            raise Conflict("This contact is being erased: there is nothing to take away any more.")
        request_id = waiting.get(kind) or await connection.fetchval(_ASK, tenant_id, kind, contact_id, user_id)
        if request_id is None:
            raise Conflict("Somebody asked for the same at this very moment: look at the list.")
        if kind not in waiting:
            await enqueue(connection, tenant_id, CORE, JOBS[kind], {"request_id": str(request_id)},
                          key=str(request_id), max_attempts=EXPORT_ATTEMPTS)
            await audit.record(connection, _REQUESTED[kind], "contact", contact_id)
        return await _resource(connection, request_id)


async def take_export(db: Database, request_id: UUID) -> dict[str, Any]:
    """For somebody who fetches its bytes, which is written into the log. Raises NotFound, or Conflict while it is being
    made."""
    async with db.tenant_transaction() as connection:
        found = await _resource(connection, request_id)
        check_ready(found)
        await audit.record(connection, "personal_data.downloaded", "contact", found["contact_id"])
    return found


def check_ready(request: dict[str, Any]) -> None:
    """Raises NotFound or Conflict for a request without bytes to fetch."""
    if request["kind"] == "export" and request["state"] == "waiting":
        raise Conflict("It is still being made: try again in a moment.", state="waiting")
    if request["state"] != "ready":
        raise NotFound("There is nothing to fetch of this request: ask for an export.", state=request["state"])


async def _resource(connection: Connection, request_id: UUID) -> dict[str, Any]:
    row = await connection.fetchrow(_ONE, require_tenant(), request_id)
    if row is None:
        raise NotFound("There is no such request; exports are kept for a week.")
    resource: dict[str, Any] = row["resource"]
    return resource
