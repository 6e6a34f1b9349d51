"""`ctx.members`: who works here, read from what the API's members and roles are made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from comptoir_sdk import Member, NotFound, Team
from comptoir_sdk.context import Caller

from core.auth.giving import GivenRole, roles_of
from core.auth.permissions import Permissions
from core.db.scope import tenant_scope
from core.plugins.doors import Doors

_ANSWER: Final = frozenset({"conversations.read", "messages.send"})
_PERMISSIONS: Final = Permissions()
"""The kernel's: what plugins add says nothing of who may answer."""
_MEMBERS: Final = """
select m.user_id as id, m.name, m.role, u.disabled_at is null as enabled,
    coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by lower(t.name))
        from team_members tm join teams t on t.tenant_id = tm.tenant_id and t.id = tm.team_id
        where tm.tenant_id = m.tenant_id and tm.user_id = m.user_id), '[]'::jsonb) as teams,
    greatest(
        (select max(s.last_seen_at) from sessions s where s.user_id = m.user_id and s.tenant_id = m.tenant_id),
        (select max(f.last_used_at) from token_families f where f.user_id = m.user_id and f.tenant_id = m.tenant_id))
        as seen_at
from memberships m join users u on u.id = m.user_id
where m.tenant_id = $1 and ($2::uuid is null or m.user_id = $2) order by lower(m.name), m.user_id
"""


_SEEN_SINCE: Final = """
select m.user_id from memberships m where m.tenant_id = $1 and (exists (
    select from sessions s where s.user_id = m.user_id and s.tenant_id = m.tenant_id and s.last_seen_at > $2)
    or exists (select from token_families f
        where f.user_id = m.user_id and f.tenant_id = m.tenant_id and f.last_used_at > $2))
"""

# The policy `visibility` of 11_walls.sql, asked from the other side.
_SEEING: Final = """
select m.user_id, m.role from memberships m
join users u on u.id = m.user_id and u.disabled_at is null
join conversations v on v.tenant_id = m.tenant_id and v.id = $2
left join roles r on r.tenant_id = m.tenant_id and r.key = m.role
where m.tenant_id = $1 and (coalesce(r.sees, 'all') = 'all' or v.assignee_id = m.user_id
    or (r.sees = 'team' and exists (select from team_members tm
        where tm.tenant_id = m.tenant_id and tm.user_id = m.user_id and tm.team_id = v.team_id)))
"""


@dataclass(frozen=True)
class MemberDoor(Doors):
    caller: Caller | None

    async def list(self) -> tuple[Member, ...]:
        return await self._members(None)

    async def get(self, member_id: UUID) -> Member:
        for member in await self._members(member_id):
            return member
        raise NotFound("There is no such member.")

    async def seen_since(self, moment: datetime) -> frozenset[UUID]:
        async with self.db.system.acquire() as connection:
            rows = await connection.fetch(_SEEN_SINCE, self.tenant_id, moment)
        return frozenset(row["user_id"] for row in rows)

    async def seeing(self, conversation_id: UUID) -> frozenset[UUID]:
        with tenant_scope(self.tenant_id):
            async with self.db.tenant() as connection:  # as the caller: what is hidden from them is not there
                if not await connection.fetchval("select true from conversations where id = $1", conversation_id):
                    raise NotFound("There is no such conversation.")
        async with self.db.system.acquire() as connection:
            rows = await connection.fetch(_SEEING, self.tenant_id, conversation_id)
            roles = await roles_of(connection, _PERMISSIONS, self.tenant_id)
        return frozenset(row["user_id"] for row in rows
                         if "conversations.read" in roles.find(row["role"]).permissions)

    async def _members(self, member_id: UUID | None) -> tuple[Member, ...]:
        async with self.db.system.acquire() as connection:
            rows = await connection.fetch(_MEMBERS, self.tenant_id, member_id)
            roles = await roles_of(connection, _PERMISSIONS, self.tenant_id)
        return tuple(self._member(row, roles.find(row["role"])) for row in rows)

    def _member(self, row: Any, role: GivenRole) -> Member:
        shows_presence = self.caller is None or "members.manage" in self.caller.permissions
        return Member(row["id"], row["name"], role.key, tuple(Team.of(one) for one in row["teams"]),
                      row["enabled"] and role.permissions >= _ANSWER, role.sees,
                      row["seen_at"] if shows_presence else None)
