"""Memberships: which user works for which tenant, in which role."""

from typing import Any
from uuid import UUID

from core.auth.permissions import Role
from core.db.pool import Connection, Database
from core.errors import Suspended


async def add_member(db: Database, tenant_id: UUID, user_id: UUID, role: Role, *, name: str | None = None) -> None:
    """Let a user into a tenant, or change their role. `name` is what colleagues see; by default the user's own."""
    await db.system.execute(
        "insert into memberships (tenant_id, user_id, role, name) "
        "select $1, u.id, $3, coalesce($4, u.name) from users u where u.id = $2 "
        "on conflict (tenant_id, user_id) do update set role = excluded.role, name = excluded.name",
        tenant_id, user_id, role, name,
    )  # fmt: skip


async def join(connection: Connection, tenant_id: UUID, user_id: UUID, role: str, name: str) -> bool:
    """Make somebody a member, in a transaction of the system role. False when they are one already: nothing changed."""
    return bool(await connection.fetchval(
        "insert into memberships (tenant_id, user_id, role, name) values ($1, $2, $3, $4) "
        "on conflict do nothing returning true",
        tenant_id, user_id, role, name,
    ))  # fmt: skip


async def first_tenant_of(db: Database, user_id: UUID, slug: str | None) -> UUID | None:
    """The tenant to log into: the named one if they belong to it, else the one they joined first."""
    tenant_id = await db.system.fetchval(
        "select t.id from memberships m join tenants t on t.id = m.tenant_id and t.status = 'active' "
        "where m.user_id = $1 and ($2::text is null or t.slug = $2) order by m.created_at, t.id limit 1",
        user_id, slug,
    )  # fmt: skip
    return UUID(str(tenant_id)) if tenant_id else None


async def refuse_suspended(db: Database, user_id: UUID, slug: str | None) -> None:
    """For somebody who has proved who they are, and whom `first_tenant_of` gives nothing. Raises Suspended when the
    reason is that their organisation is not active."""
    if await db.system.fetchval(
        "select exists (select from memberships m join tenants t on t.id = m.tenant_id and t.status <> 'active' "
        "where m.user_id = $1 and ($2::text is null or t.slug = $2))", user_id, slug,
    ):  # fmt: skip
        raise Suspended("Your organisation is suspended: ask whoever runs this installation.")


async def member_resources(connection: Connection) -> list[dict[str, Any]]:
    """The members of the tenant in scope, as every screen knows them: {id, name, role}."""
    rows = await connection.fetch("select user_id, name, role from memberships order by lower(name), user_id")
    return [{"id": str(row["user_id"]), "name": row["name"], "role": row["role"]} for row in rows]


async def team_resources(connection: Connection) -> list[dict[str, Any]]:
    """The teams of the tenant in scope, as every screen knows them: {id, name}."""
    rows = await connection.fetch("select id, name from teams order by lower(name), id")
    return [{"id": str(row["id"]), "name": row["name"]} for row in rows]
