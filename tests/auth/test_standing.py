"""What a credential stands for: role, permissions, sight, platform."""

from typing import Any
from uuid import UUID

from core.auth.api_keys import create_api_key, holder_of
from core.auth.permissions import ADMINISTER, READ, WORK, Permissions
from core.auth.principal import Principal
from core.auth.sessions import find_session, open_session, present_sessions
from core.db.pool import Database
from tests.seed import SeededTenant

PERMISSIONS = Permissions(["notes.read", "notes.manage"])


async def _custom_role(db: Database, tenant: SeededTenant, permissions: list[str], sees: str) -> None:
    await db.system.execute(
        "insert into roles (tenant_id, key, name, permissions, sees) values ($1, 'night', 'Night shift', $2, $3)",
        tenant.id, permissions, sees,
    )  # fmt: skip
    await db.system.execute("update memberships set role = 'night' where user_id = $1", tenant.agent_id)


async def _principal(db: Database, tenant: SeededTenant, user_id: UUID) -> Principal:
    found = await find_session(db, PERMISSIONS, await open_session(db.system, user_id, tenant.id))
    assert found is not None
    return found


async def test_a_built_in_role_holds_its_permissions_and_sees_everything(db: Database, tenant: SeededTenant) -> None:
    principal = await _principal(db, tenant, tenant.agent_id)
    assert (principal.role, principal.permissions, principal.sees) == ("agent", WORK | {"notes.read"}, "all")


async def test_a_custom_role_holds_what_it_lists_and_nothing_unknown(db: Database, tenant: SeededTenant) -> None:
    listed = ["conversations.read", "notes.manage", "gone.write", "tenant.delete", "platform.manage"]
    await _custom_role(db, tenant, listed, "own")
    principal = await _principal(db, tenant, tenant.agent_id)
    assert principal.permissions == {"conversations.read", "notes.manage"}
    assert principal.sees == "own"


async def test_a_built_in_role_may_be_limited_in_sight_alone(db: Database, tenant: SeededTenant) -> None:
    await db.system.execute(
        "insert into roles (tenant_id, key, name, sees) values ($1, 'agent', 'Agent', 'team')", tenant.id
    )
    principal = await _principal(db, tenant, tenant.agent_id)
    assert (principal.permissions, principal.sees) == (WORK | {"notes.read"}, "team")


async def test_the_limits_of_one_tenants_roles_are_not_those_of_another(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await _custom_role(db, other_tenant, ["conversations.read"], "own")
    await db.system.execute(
        "insert into roles (tenant_id, key, name, sees) values ($1, 'agent', 'Agent', 'own')", other_tenant.id
    )
    assert (await _principal(db, tenant, tenant.agent_id)).sees == "all"


async def test_a_platform_admin_may_manage_the_platform_in_any_role(db: Database, tenant: SeededTenant) -> None:
    await db.system.execute("update users set platform_admin = true where id = $1", tenant.agent_id)
    principal = await _principal(db, tenant, tenant.agent_id)
    assert principal.permissions == WORK | {"notes.read", "platform.manage"}
    await _custom_role(db, tenant, [], "own")
    assert (await _principal(db, tenant, tenant.agent_id)).permissions == {"platform.manage"}


async def test_a_key_holds_what_its_role_and_its_scopes_both_allow(db: Database, tenant: SeededTenant) -> None:
    key = await create_api_key(db, tenant.id, "a program", "viewer")
    await db.system.execute("update api_keys set scopes = '{conversations.read,messages.send}'")
    holder = await holder_of(db, PERMISSIONS, key)
    assert holder is not None
    assert holder.user_id is None
    assert holder.permissions == {"conversations.read"}
    await db.system.execute("update api_keys set scopes = null, role = 'admin'")
    holder = await holder_of(db, PERMISSIONS, key)
    assert holder is not None
    assert holder.permissions == ADMINISTER | {"notes.read", "notes.manage"}


async def test_standing_changes_with_role_permissions_sight_and_teams(db: Database, tenant: SeededTenant) -> None:
    await _custom_role(db, tenant, sorted(READ), "team")
    before = await _principal(db, tenant, tenant.agent_id)

    async def changed(statement: str, *values: Any) -> bool:
        nonlocal before
        await db.system.execute(statement, *values)
        now = (await present_sessions(db, PERMISSIONS, [before.credential_id]))[before.credential_id]
        same, before = now.standing == before.standing, now
        return not same

    assert not await changed("update memberships set name = 'Another name' where user_id = $1", tenant.agent_id)
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'A') returning id", tenant.id)
    assert await changed("insert into team_members values ($1, $2, $3)", tenant.id, team, tenant.agent_id)
    assert await changed("delete from team_members")
    assert await changed("update roles set permissions = '{conversations.read}'")
    assert await changed("update roles set sees = 'own'")
    assert not await changed("insert into team_members values ($1, $2, $3)", tenant.id, team, tenant.agent_id)
    assert await changed("update memberships set role = 'viewer' where user_id = $1", tenant.agent_id)


async def test_whoever_is_disabled_gone_or_suspended_stands_for_nothing(db: Database, tenant: SeededTenant) -> None:
    token = await open_session(db.system, tenant.agent_id, tenant.id)
    for undo, do in (
        ("update users set disabled_at = null", "update users set disabled_at = now()"),
        ("update tenants set status = 'active'", "update tenants set status = 'suspended'"),
        ("select 1", "delete from memberships"),
    ):
        assert await find_session(db, PERMISSIONS, token) is not None
        await db.system.execute(do)
        assert await find_session(db, PERMISSIONS, token) is None
        await db.system.execute(undo)
