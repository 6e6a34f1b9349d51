"""The table of invitations. Every statement names the tenant: these run as the system role, for the tenant's own may
neither look up people nor write here."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.messaging.page import Page, by_time, page

_SELECT: Final = """
select i.id, i.email, i.role, i.created_at, s.state, jsonb_build_object(
    'id', i.id, 'email', i.email, 'role', i.role, 'teams', to_jsonb(i.team_ids),
    'invited_by', case when u.id is not null then
        jsonb_build_object('id', u.id, 'name', coalesce(m.name, u.name)) end,
    'created_at', i.created_at, 'expires_at', i.expires_at, 'state', s.state) as resource
from invitations i
cross join lateral (select case
    when i.accepted_at is not null then 'accepted' when i.revoked_at is not null then 'revoked'
    when i.expires_at <= now() then 'expired' else 'waiting' end as state) s
left join users u on u.id = i.invited_by
left join memberships m on m.tenant_id = i.tenant_id and m.user_id = i.invited_by
where i.tenant_id = $1
"""
_PAGE = f"""{_SELECT} and ($2::timestamptz is null or (i.created_at, i.id) < ($2, $3::uuid))
order by i.created_at desc, i.id desc limit $4"""
_ONE = f"{_SELECT} and i.id = $2"

# The lock makes the tenant's invitations one request at a time: else two could invite one address at once.
_LOCK = """
select t.id, t.name, t.locale, (
    select count(*) from invitations i where i.tenant_id = t.id and i.created_at > now() - interval '1 day') as today
from tenants t where t.id = $1 for no key update of t
"""
_REPLACE = """
update invitations set revoked_at = now()
where tenant_id = $1 and email = $2 and accepted_at is null and revoked_at is null
"""
_INSERT = """
insert into invitations (tenant_id, email, role, team_ids, token_hash, invited_by, expires_at)
values ($1, $2, $3, $4, $5, $6, now() + interval '24 hours') returning id
"""
_RENEW = """
update invitations set token_hash = $3, expires_at = now() + interval '24 hours', invited_by = coalesce($4, invited_by)
where tenant_id = $1 and id = $2
"""


async def list_invitations(db: Database, tenant_id: UUID, *, limit: int, cursor: str | None = None) -> Page:
    """Newest first, those that are over included."""
    moment, identifier = by_time(cursor)
    rows = await db.system.fetch(_PAGE, tenant_id, moment, identifier, limit + 1)
    return page(rows, limit, "created_at", "id")


async def lock_tenant(connection: Connection, tenant_id: UUID) -> Any:
    """id, name and locale, and how many invitations were made within a day."""
    return await connection.fetchrow(_LOCK, tenant_id)


async def find(connection: Connection, tenant_id: UUID, invitation_id: UUID) -> Any:
    """id, email, role, state and resource, or None."""
    return await connection.fetchrow(_ONE, tenant_id, invitation_id)


async def insert(connection: Connection, tenant_id: UUID, email: str, role: str, teams: Sequence[UUID],
                 token_hash: bytes, invited_by: UUID | None) -> dict[str, Any]:  # fmt: skip
    """A new invitation's resource; the one that waited for this address is revoked."""
    await connection.execute(_REPLACE, tenant_id, email)
    invitation_id = await connection.fetchval(_INSERT, tenant_id, email, role, list(teams), token_hash, invited_by)
    return await _resource(connection, tenant_id, invitation_id)


async def renew(connection: Connection, tenant_id: UUID, invitation_id: UUID, token_hash: bytes,
                invited_by: UUID | None) -> dict[str, Any]:  # fmt: skip
    """With another token, and another day."""
    await connection.execute(_RENEW, tenant_id, invitation_id, token_hash, invited_by)
    return await _resource(connection, tenant_id, invitation_id)


async def revoke(connection: Connection, tenant_id: UUID, invitation_id: UUID) -> dict[str, Any]:
    """Over."""
    await connection.execute("update invitations set revoked_at = now() where tenant_id = $1 and id = $2",
                             tenant_id, invitation_id)  # fmt: skip
    return await _resource(connection, tenant_id, invitation_id)


async def members_among(connection: Connection, tenant_id: UUID, emails: Sequence[str]) -> frozenset[str]:
    """Which of these addresses belong to members."""
    rows = await connection.fetch(
        "select u.email from memberships m join users u on u.id = m.user_id "
        "where m.tenant_id = $1 and u.email = any($2)", tenant_id, list(emails),
    )  # fmt: skip
    return frozenset(row["email"] for row in rows)


async def teams_of(connection: Connection, tenant_id: UUID) -> frozenset[UUID]:
    """The tenant's teams."""
    rows = await connection.fetch("select id from teams where tenant_id = $1", tenant_id)
    return frozenset(row["id"] for row in rows)


async def locale_of(connection: Connection, email: str) -> str | None:
    """The language of whoever has this address, if they have an account and chose one."""
    found: str | None = await connection.fetchval("select locale from users where email = $1", email)
    return found


async def _resource(connection: Connection, tenant_id: UUID, invitation_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await find(connection, tenant_id, invitation_id))["resource"]
    return found
