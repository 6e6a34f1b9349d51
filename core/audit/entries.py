"""The audit log as people read it: newest first, filtered, with the names that ids have today."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.db.scope import Viewer, require_tenant, tenant_scope, viewer_scope
from core.errors import Invalid

_NAMED: Final = """
select a.n, a.at, a.action, a.request_id, host(a.ip) as ip, a.changes, a.actor_kind, a.actor_id, a.subject_kind,
    a.subject_id,
    case a.actor_kind
        when 'member' then (select m.name from memberships m
            where m.tenant_id = a.tenant_id and m.user_id::text = a.actor_id)
        when 'api_key' then (select k.name from api_keys k
            where k.tenant_id = a.tenant_id and k.id::text = a.actor_id)
        when 'plugin' then a.actor_id end as actor_name,
    case a.subject_kind
        when 'member' then (select m.name from memberships m where m.tenant_id = a.tenant_id
            and m.user_id::text = a.subject_id)
        when 'api_key' then (select k.name from api_keys k
            where k.tenant_id = a.tenant_id and k.id::text = a.subject_id)
        when 'contact' then (select c.display_name from contacts c where c.tenant_id = a.tenant_id
            and c.id::text = a.subject_id)
        when 'conversation' then (select coalesce(c.display_name, g.subject) from conversations v
            left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
            left join groups g on g.tenant_id = v.tenant_id and g.conversation_id = v.id
            where v.tenant_id = a.tenant_id and v.id::text = a.subject_id)
        when 'account' then (select coalesce(nullif(n.verified_name, ''), n.display_phone_number) from accounts n
            where n.tenant_id = a.tenant_id and n.id::text = a.subject_id)
        when 'team' then (select t.name from teams t where t.tenant_id = a.tenant_id and t.id::text = a.subject_id)
        when 'role' then (select r.name from roles r where r.tenant_id = a.tenant_id and r.key = a.subject_id)
        end as subject_name
from page a order by a.n desc
"""
# The page first, from the index; then names for its rows alone.
_PAGE: Final = "with page as materialized (select * from audit_log where {conditions} order by n desc limit {limit:d}) "
_ACTIONS: Final = """
with recursive known as (
    (select action from audit_log where chain = $1 order by action limit 1)
    union all
    select (select a.action from audit_log a where a.chain = $1 and a.action > known.action order by a.action limit 1)
    from known where known.action is not null)
select action from known where action is not null
"""
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """Each None lets everything through. `action` is a whole one or a noun: `member` means `member.*`."""

    action: str | None = None
    actor: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_entries(db: Database, wanted: Filter, *, limit: int, cursor: str | None = None) -> dict[str, Any]:
    """Newest first, in the tenant's scope. Raises Invalid for a cursor that is none."""
    found = await _read(db, wanted, _before(cursor), limit + 1)
    return {"items": found[:limit], "next": str(found[limit - 1]["n"]) if len(found) > limit else None}


async def every_entry(
    db: Database, tenant_id: UUID, viewer: Viewer | None, wanted: Filter
) -> AsyncIterator[dict[str, Any]]:
    """All of them, newest first, read in pieces: outside the scope of the request that asked, which has ended. Names
    of what the viewer does not see are left out, as in the list."""
    before: int | None = None
    while True:
        with tenant_scope(tenant_id), viewer_scope(viewer):
            found = await _read(db, wanted, before, _BATCH)
        for entry in found:
            yield entry
        if len(found) < _BATCH:
            return
        before = found[-1]["n"]


async def actions(db: Database) -> list[str]:
    """Every action that the tenant's log holds, by name. A loose index scan: one step for each action."""
    async with db.tenant() as connection:
        return [row["action"] for row in await connection.fetch(_ACTIONS, require_tenant())]


async def _read(db: Database, wanted: Filter, before: int | None, limit: int) -> list[dict[str, Any]]:
    conditions, values = _conditions(wanted, before)
    query = _PAGE.format(conditions=" and ".join(conditions), limit=limit) + _NAMED
    async with db.tenant() as connection:
        return [_resource(row) for row in await connection.fetch(query, *values)]


def _conditions(wanted: Filter, before: int | None) -> tuple[list[str], list[Any]]:
    conditions, values = ["chain = $1"], [require_tenant()]  # type: tuple[list[str], list[Any]]
    given = {
        "n < {}": before, "actor_id = {}": wanted.actor, "subject_kind = {}": wanted.subject_kind,
        "subject_id = {}": wanted.subject_id, "at >= {}": wanted.since, "at < {}": wanted.until,
        "action = {}": wanted.action if wanted.action and "." in wanted.action else None,
        "split_part(action, '.', 1) = {}": wanted.action if wanted.action and "." not in wanted.action else None,
    }  # fmt: skip
    for condition, value in given.items():
        if value is not None:
            values.append(value)
            conditions.append(condition.format(f"${len(values)}"))
    return conditions, values


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise Invalid("The cursor is not one of ours: take it from `next` of the previous page, or leave it out.",
                      errors=[{"loc": ["cursor"], "msg": "not a cursor of this list"}])  # fmt: skip
    return int(cursor)


def _resource(row: Any) -> dict[str, Any]:
    return {
        "n": row["n"], "at": row["at"].isoformat(), "action": row["action"],
        "actor": {"kind": row["actor_kind"], "id": row["actor_id"], "name": row["actor_name"]},
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]},
        "ip": row["ip"], "request_id": row["request_id"], "changes": row["changes"],
    }  # fmt: skip
