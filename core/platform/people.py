"""Everybody who has an account here, whichever tenants they work for."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth.credentials import end_credentials_of
from core.db.pool import Connection, Database
from core.errors import Conflict, NotFound
from core.messaging.page import Page, by_name, page

_SHOWN: Final = """
select u.id, u.email as sort, jsonb_build_object(
    'id', u.id, 'name', u.name, 'email', u.email, 'platform_admin', u.platform_admin,
    'disabled', u.disabled_at is not null, 'second_factor', u.totp_enabled_at is not null,
    'tenants', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name,
            'role', m.role) order by t.slug)
        from memberships m join tenants t on t.id = m.tenant_id where m.user_id = u.id), '[]'::jsonb),
    'created_at', u.created_at, 'version', u.version,
    'last_seen_at', (select max(s.last_seen_at) from sessions s where s.user_id = u.id)) as resource
from users u
"""
_PAGE: Final = f"""{_SHOWN}
where ($1::text is null or position($1 in u.email) > 0 or position($1 in lower(u.name)) > 0)
    and ($2::text is null or (u.email, u.id) > ($2, $3::uuid))
order by u.email, u.id limit $4
"""
_ONE: Final = f"{_SHOWN} where u.id = $1"
# Whoever changes who runs the installation takes a lock, so that the last two cannot take each other's right away.
_ALONE: Final = "select pg_advisory_xact_lock(hashtextextended('comptoir platform admins', 0))"
_LOCK: Final = "select disabled_at is not null as disabled, platform_admin from users where id = $1 for update"
_OTHERS: Final = "select exists (select from users where platform_admin and disabled_at is null and id <> $1)"
_WRITE: Final = """
update users set disabled_at = case when $2 then coalesce(disabled_at, now()) end, platform_admin = $3,
    version = version + 1 where id = $1
"""


@dataclass(frozen=True, slots=True)
class Change:
    """None: as it is."""

    disabled: bool | None = None
    platform_admin: bool | None = None


async def list_people(db: Database, *, q: str | None, limit: int, cursor: str | None) -> Page:
    """By address."""
    email, identifier = by_name(cursor)
    wanted = (q or "").strip().lower() or None
    rows = await db.system.fetch(_PAGE, wanted, email, identifier, limit + 1)
    return page(rows, limit, "sort", "id")


async def change_person(db: Database, user_id: UUID, change: Change) -> dict[str, Any]:
    """Whoever is disabled is logged out everywhere at once. Raises NotFound, and Conflict when nobody would be left who
    runs the installation."""
    async with db.system_transaction() as connection:
        await connection.execute(_ALONE)
        before = await connection.fetchrow(_LOCK, user_id)
        if before is None:
            raise NotFound("There is no such person.")
        disabled = before["disabled"] if change.disabled is None else change.disabled
        admin = before["platform_admin"] if change.platform_admin is None else change.platform_admin
        await _check_somebody_stays(connection, user_id, before, stays=admin and not disabled)
        await connection.execute(_WRITE, user_id, disabled, admin)
        if disabled:
            await end_credentials_of(connection, user_id, "the person was disabled")
        await _tell(connection, user_id, before, {"disabled": disabled, "platform_admin": admin})
        resource: dict[str, Any] = (await connection.fetchrow(_ONE, user_id))["resource"]
    return resource


async def _check_somebody_stays(connection: Connection, user_id: UUID, before: Any, *, stays: bool) -> None:
    ran_it = before["platform_admin"] and not before["disabled"]
    if ran_it and not stays and not await connection.fetchval(_OTHERS, user_id):
        raise Conflict("Nobody else runs this installation: make somebody else a platform admin first.")


async def _tell(connection: Connection, user_id: UUID, before: Any, after: dict[str, bool]) -> None:
    changes = {name: [before[name], value] for name, value in after.items() if value != before[name]}
    if changes:
        await audit.record_for(connection, audit.INSTALLATION, "person.updated", "user", user_id, changes)
