"""Whose conversations are searched: the system role looks, behind no wall, so the question itself must say it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.db.scope import current_viewer, require_tenant

_TEAMS: Final = "select team_id from team_members where tenant_id = $1 and user_id = $2"
_CONVERSATIONS: Final = """select id from conversations where tenant_id = $1 and assignee_id = $2
union select id from conversations where tenant_id = $1 and team_id = any ($3::uuid[]) limit $4"""


@dataclass(frozen=True, slots=True)
class Sight:
    """Of a member who does not see everything: what is assigned to `member_id` or to one of `teams`. `few`: the ids of
    all of it, if they are few."""

    member_id: UUID | None
    teams: list[UUID]
    few: list[UUID] | None


async def limited_sight(connection: Connection, few: int) -> Sight | None:
    """The viewer's, or None for who sees everything. No more than `few` conversations are few."""
    viewer = current_viewer()
    if viewer is None or viewer.sees == "all":
        return None
    tenant_id, teams = require_tenant(), list[UUID]()
    if viewer.sees == "team":
        teams = [row["team_id"] for row in await connection.fetch(_TEAMS, tenant_id, viewer.member_id)]
    rows = await connection.fetch(_CONVERSATIONS, tenant_id, viewer.member_id, teams, few + 1)
    return Sight(viewer.member_id, teams, [row["id"] for row in rows] if len(rows) <= few else None)
