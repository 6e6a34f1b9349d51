"""What was done with a conversation, for whoever sees it: out of the audit log, which has it by its subject.

What ended without anybody's deed, a snooze by its time, a closing by the customer's word, is read beside it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
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
# A customer's word opens what is closed or snoozed, and so does the end of a snooze, unless somebody was there before.
# The index of a thread has Meta's time, which may be late by as long as Meta took to tell.
_ENDED: Final = """
select a.n, m.created_at as written, case when a.until <= now() and (f.at is null or a.until < f.at) then a.until end
    as over
from unnest($3::bigint[], $4::timestamptz[], $5::timestamptz[]) a(n, at, until)
left join lateral (
    select l.at from audit_log l where l.chain = $1 and l.subject_kind = 'conversation' and l.subject_id = $2::text
        and l.action = any($6) and l.n > a.n order by l.n limit 1) f on true
left join lateral (
    select m.created_at from messages m where m.tenant_id = $1 and m.conversation_id = $2::uuid
        and m.at > a.at - interval '1 day' and (f.at is null or m.at < f.at + interval '1 minute')
        and m.direction = 'inbound' and m.author_kind = 'customer' and m.type <> 'system'
        and (m.type <> 'call' or m.status = 'missed') and m.created_at > a.at
        and (f.at is null or m.created_at < f.at) order by m.at, m.id limit 1) m on true
"""
_STATES: Final = ("reopened", "snoozed", "closed")
_MEMBERS: Final = "select user_id::text as id, name from memberships where tenant_id = $1 and user_id::text = any($2)"
_TEAMS: Final = "select id::text as id, name from teams where tenant_id = $1 and id::text = any($2)"
_ALL: Final = [f"conversation.{action}" for action in ACTIONS]


async def list_acts(db: Database, conversation_id: UUID, *, limit: int, cursor: str | None = None) -> Page:
    """Newest first; what ended a closing or a snooze comes with it, beyond the limit. Raises NotFound for a
    conversation that the caller does not see."""
    before, tenant_id = by_number(cursor), require_tenant()
    async with db.tenant() as connection:
        if not await connection.fetchval("select true from conversations where id = $1", conversation_id):
            raise NotFound("There is no such conversation.")
        rows = await connection.fetch(_ACTS, tenant_id, str(conversation_id), _ALL, before, limit + 1)
        kept = rows[:limit]
        members = await _names(connection, _MEMBERS, tenant_id, kept, "assignee")
        teams = await _names(connection, _TEAMS, tenant_id, kept, "team")
        ended = await _ended(connection, tenant_id, conversation_id, kept)
    items = [one for row in kept for one in (*_ending(row, ended), _act(row, members | teams))]
    return Page(items, encode(kept[-1]["n"], kept[-1]["n"]) if len(rows) > limit else None)


async def _ended(connection: Connection, tenant_id: UUID, conversation_id: UUID, rows: Sequence[Any]) -> dict[int, Any]:
    put_aside = [row for row in rows if _name(row) in ("snoozed", "closed")]
    if not put_aside:
        return {}
    until = [datetime.fromisoformat(told) if (told := _until(row)) else None for row in put_aside]
    found = await connection.fetch(
        _ENDED, tenant_id, str(conversation_id), [row["n"] for row in put_aside], [row["at"] for row in put_aside],
        until, [f"conversation.{state}" for state in _STATES])  # fmt: skip
    return {row["n"]: row for row in found}


def _ending(row: Any, ended: dict[int, Any]) -> Iterator[dict[str, Any]]:
    """What put it aside is over: by the customer's word or by its time, whichever was first."""
    end = ended.get(row["n"])
    moments = [] if end is None else [one for one in (end["over"], end["written"]) if one is not None]
    if end is None or not moments:
        return
    at, until = min(moments), _until(row)
    changes = {"status": [_name(row), "open"], **({"snoozed_until": [until, None]} if until else {})}
    kind = "system" if at == end["over"] else "customer"
    yield {"id": f"{row['n']}-end", "at": at.isoformat(), "action": "reopened",
           "actor": {"kind": kind, "id": None, "name": None}, "changes": changes, "reason": None}  # fmt: skip


def _name(row: Any) -> str:
    found: str = row["action"].partition(".")[2]
    return found


def _until(row: Any) -> str | None:
    found: str | None = row["changes"].get("snoozed_until", (None, None))[1]
    return found


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
    return {"id": str(row["n"]), "at": row["at"].isoformat(), "action": _name(row),
            "actor": actor, "changes": changes, "reason": reason}  # fmt: skip
