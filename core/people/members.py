"""The members of a tenant: who they are, in which role, and how they leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth.giving import TenantRoles, check_may_give, check_may_take, roles_of
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.errors import Invalid, LastOwner, NotFound
from core.messaging.page import Page, by_name, encode
from core.messaging.unassign import unassign_all, unassign_closed
from core.people.membership_events import tell_removed, tell_saved

_SELECT: Final = """
select m.user_id, lower(m.name) as sort, m.role, jsonb_build_object(
    'id', m.user_id, 'name', m.name, 'email', u.email, 'role', m.role, 'role_name', coalesce(r.name, m.role),
    'teams', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by lower(t.name))
        from team_members tm join teams t on t.tenant_id = tm.tenant_id and t.id = tm.team_id
        where tm.tenant_id = m.tenant_id and tm.user_id = m.user_id), '[]'::jsonb),
    'second_factor', u.totp_enabled_at is not null,
    'last_seen_at', greatest(
        (select max(s.last_seen_at) from sessions s where s.user_id = m.user_id and s.tenant_id = m.tenant_id),
        (select max(f.last_used_at) from token_families f where f.user_id = m.user_id and f.tenant_id = m.tenant_id)),
    'created_at', m.created_at, 'version', m.version) as resource
from memberships m join users u on u.id = m.user_id
left join roles r on r.tenant_id = m.tenant_id and r.key = m.role and r.permissions is not null
where m.tenant_id = $1
"""
_PAGE: Final = f"""{_SELECT} and ($2::text is null or (lower(m.name), m.user_id) > ($2, $3::uuid))
order by lower(m.name), m.user_id limit $4"""
_SOME: Final = f"{_SELECT} and m.user_id = any($2) order by lower(m.name), m.user_id"
# Owners are locked too: else two of them could unmake each other at once, and nobody would be left.
_LOCK: Final = """
select m.user_id, m.name, m.role, u.disabled_at is null as enabled from memberships m join users u on u.id = m.user_id
where m.tenant_id = $1 and (m.user_id = any($2) or m.role = 'owner') order by m.user_id for no key update of m
"""
_UPDATE: Final = """
update memberships set role = $3, name = $4, updated_at = now(), version = version + 1
where tenant_id = $1 and user_id = $2
"""
# For this tenant: elsewhere they stay who they are.
_END: Final = (
    "update sessions set revoked_at = now() where tenant_id = $1 and user_id = $2 and revoked_at is null",
    "update token_families set revoked_at = now(), revoked_because = 'left' "
    "where tenant_id = $1 and user_id = $2 and revoked_at is null",
)  # fmt: skip
_DELETE: Final = "delete from memberships where tenant_id = $1 and user_id = $2"


@dataclass(frozen=True, slots=True)
class Change:
    """What is given changes; None leaves it."""

    role: str | None = None
    name: str | None = None


class Members:
    """Changed by whoever may manage members, and never beyond what they hold themselves."""

    def __init__(self, db: Database, permissions: Permissions) -> None:
        self._db, self._permissions = db, permissions

    async def page(self, viewer: Principal, *, limit: int, cursor: str | None = None) -> Page:
        """By name."""
        name, identifier = by_name(cursor)
        rows = await self._db.system.fetch(_PAGE, viewer.tenant_id, name, identifier, limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        return Page([_shown(row["resource"], viewer) for row in rows[:limit]],
                    encode(last["sort"], last["user_id"]) if last else None)  # fmt: skip

    async def get(self, viewer: Principal, member_id: UUID) -> dict[str, Any]:
        """Raises NotFound."""
        return (await self._some(self._db.system, viewer, [member_id]))[0]

    async def change(self, giver: Principal, changes: Mapping[UUID, Change]) -> list[dict[str, Any]]:
        """All of them or, when one may not be, none. Raises NotFound, Invalid for a role there is not, Forbidden for
        a role beyond the giver's own, to give or to take, LastOwner."""
        async with self._db.system_transaction() as connection:
            present = await _lock(connection, giver.tenant_id, changes)
            roles = await roles_of(connection, self._permissions, giver.tenant_id)
            after = {member_id: present[member_id]["role"] for member_id in present}
            for member_id, change in changes.items():
                after[member_id] = _new_role(giver, roles, present[member_id]["role"], change.role)
            _check_owners(present, after)
            moved = [(member_id, done) for member_id, change in changes.items()
                     if (done := _done(present[member_id], after[member_id], change.name))]  # fmt: skip
            for member_id, done in moved:
                await _write(connection, giver.tenant_id, member_id, done)
            for member_id, done in moved:
                await audit.record_for(connection, giver.tenant_id, "member.updated", "member", member_id, _told(done))
            return await self._some(connection, giver, list(changes))

    async def remove(self, taker: Principal, member_id: UUID) -> None:
        """They are out at once; then their conversations are nobody's, and then they are no member. Who gives up in
        between may ask again. Raises NotFound, Forbidden, LastOwner."""
        async with self._db.system_transaction() as connection:
            await self._may_remove(connection, taker, member_id)
            await _end_sessions(connection, taker.tenant_id, member_id)
        left = await unassign_closed(self._db, taker.tenant_id, member_id)
        async with self._db.system_transaction() as connection:
            role = await self._may_remove(connection, taker, member_id)
            left += await unassign_all(connection, taker.tenant_id, member_id)
            await _end_sessions(connection, taker.tenant_id, member_id)
            await connection.execute(_DELETE, taker.tenant_id, member_id)
            await tell_removed(connection, taker.tenant_id, member_id)
            await audit.record_for(connection, taker.tenant_id, "member.removed", "member", member_id,
                                   {"role": [role, None], "conversations": [left, 0]})  # fmt: skip

    async def _may_remove(self, connection: Connection, taker: Principal, member_id: UUID) -> str:
        """Their role. Raises NotFound, Forbidden, LastOwner."""
        present = await _lock(connection, taker.tenant_id, [member_id])
        roles = await roles_of(connection, self._permissions, taker.tenant_id)
        role: str = present[member_id]["role"]
        check_may_take(taker, roles.find(role))
        _check_owners(present, {one: row["role"] for one, row in present.items() if one != member_id})
        return role

    async def _some(self, connection: Connection, viewer: Principal, ids: list[UUID]) -> list[dict[str, Any]]:
        rows = await connection.fetch(_SOME, viewer.tenant_id, ids)
        if len(rows) < len(ids):
            raise NotFound("There is no such member.")
        return [_shown(row["resource"], viewer) for row in rows]


async def _end_sessions(connection: Connection, tenant_id: UUID, member_id: UUID) -> None:
    for statement in _END:
        await connection.execute(statement, tenant_id, member_id)


async def _lock(connection: Connection, tenant_id: UUID, ids: Any) -> dict[UUID, Any]:
    rows = await connection.fetch(_LOCK, tenant_id, list(ids))
    present = {row["user_id"]: row for row in rows}
    if any(one not in present for one in ids):
        raise NotFound("There is no such member.")
    return present


def _new_role(giver: Principal, roles: TenantRoles, before: str, wish: str | None) -> str:
    if wish is None or wish == before:
        return before
    after = roles.find(wish)
    check_may_take(giver, roles.find(before))
    check_may_give(giver, after)
    return after.key


def _check_owners(present: Mapping[UUID, Any], after: Mapping[UUID, str]) -> None:
    """Somebody who can log in must own the tenant, unless nobody could before."""
    owned = any(row["role"] == "owner" and row["enabled"] for row in present.values())
    if owned and not any(role == "owner" and present[one]["enabled"] for one, role in after.items()):
        raise LastOwner("The last owner stays: make somebody else an owner first.")


def _done(before: Any, role: str, name: str | None) -> dict[str, list[Any]]:
    after = {"role": role, "name": name or before["name"]}
    changed = {field: [before[field], value] for field, value in after.items() if before[field] != value}
    return changed and {field: [before[field], value] for field, value in after.items()}


async def _write(connection: Connection, tenant_id: UUID, member_id: UUID, done: Mapping[str, list[Any]]) -> None:
    role, name = done["role"][1], done["name"][1]
    await connection.execute(_UPDATE, tenant_id, member_id, role, name)
    await tell_saved(connection, tenant_id, member_id, name, role)


def _told(done: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """A name without its letters: the log outlives the person."""
    return {field: values if field == "role" else [None, None] for field, values in done.items()
            if values[0] != values[1]}  # fmt: skip


def _shown(resource: dict[str, Any], viewer: Principal) -> dict[str, Any]:
    if viewer.may("members.manage"):
        return resource
    return {**resource, "email": None, "second_factor": None, "last_seen_at": None}


def unique(pairs: list[tuple[UUID, Change]]) -> dict[UUID, Change]:
    """Raises Invalid when a member is named twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Invalid("A member is in the list twice.", errors=[{"loc": ["members"], "msg": "names somebody twice"}])
    return found
