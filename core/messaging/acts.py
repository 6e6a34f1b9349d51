"""What was done with a conversation, for whoever sees it: out of the audit log, which has it by its subject."""

from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import NotFound
from core.messaging.page import Page, by_number, encode

ACTIONS: Final = ("assigned", "moved", "reopened", "snoozed", "closed", "tagged", "prioritised")
# The page first, from the index by subject; then names for its rows alone.
_ACTS: Final = """
with page as materialized (
    select n, at, action, actor_kind, actor_id, changes from audit_log
    where chain = $1 and subject_kind = 'conversation' and subject_id = $2 and action = any($3)
        and ($4::bigint is null or n < $4) order by n desc limit $5)
select p.n, p.at, p.action, p.changes, p.actor_kind as kind,
    case p.actor_kind when 'member' then p.actor_id end as member, case p.actor_kind
    when 'member' then (select m.name from memberships m where m.tenant_id = $1 and m.user_id::text = p.actor_id)
    when 'api_key' then (select k.name from api_keys k where k.tenant_id = $1 and k.id::text = p.actor_id)
    when 'plugin' then p.actor_id end as name
from page p order by p.n desc
"""
_MEMBERS: Final = "select user_id::text as id, name from memberships where tenant_id = $1 and user_id::text = any($2)"
_TEAMS: Final = "select id::text as id, name from teams where tenant_id = $1 and id::text = any($2)"
_ALL: Final = [f"conversation.{action}" for action in ACTIONS]


async def list_acts(db: Database, conversation_id: UUID, *, limit: int, cursor: str | None = None) -> Page:
    """Newest first. Raises NotFound for a conversation that the caller does not see."""
    before, tenant_id = by_number(cursor), require_tenant()
    async with db.tenant() as connection:
        if not await connection.fetchval("select true from conversations where id = $1", conversation_id):
            raise NotFound("There is no such conversation.")
        rows = await connection.fetch(_ACTS, tenant_id, str(conversation_id), _ALL, before, limit + 1)
        kept = rows[:limit]
        members = await _names(connection, _MEMBERS, tenant_id, kept, "assignee")
        teams = await _names(connection, _TEAMS, tenant_id, kept, "team")
    items = [_act(row, members | teams) for row in kept]
    return Page(items, encode(kept[-1]["n"], kept[-1]["n"]) if len(rows) > limit else None)


async def _names(connection: Connection, query: str, tenant_id: UUID, rows: Any, field: str) -> dict[str, str]:
    wanted = {one for row in rows for one in row["changes"].get(field, ()) if one is not None}
    found = await connection.fetch(query, tenant_id, list(wanted)) if wanted else []
    return {row["id"]: row["name"] for row in found}


def _act(row: Any, names: dict[str, str]) -> dict[str, Any]:
    """Who is no member any more, and a team that is gone, have no name."""
    changes = dict(row["changes"])
    for field in ("assignee", "team"):
        if field in changes:
            changes[field] = [one and {"id": one, "name": names.get(one)} for one in changes[field]]
    _, reason = changes.pop("reason", (None, None))
    actor = {"kind": row["kind"], "id": row["member"], "name": row["name"]}
    return {"id": str(row["n"]), "at": row["at"].isoformat(), "action": row["action"].partition(".")[2],
            "actor": actor, "changes": changes, "reason": reason}  # fmt: skip
