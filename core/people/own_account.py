"""What a person changes about themselves: name, language, how they like their screens, password."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core import audit
from core.auth.credentials import renew
from core.auth.password_rules import check_password
from core.auth.passwords import Passwords
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.errors import Conflict, Invalid
from core.mail import Mail
from core.people.membership_events import tell_saved
from core.people.passwords import replace_password, told_by_mail
from core.people.trail import record_for_person

_TENANTS = """
select t.id, t.slug, t.name, m.role, t.id = $2 as current
from memberships m join tenants t on t.id = m.tenant_id and t.status = 'active'
where m.user_id = $1 order by lower(t.name), t.id
"""
_MEMBER_OF = """
select t.id from memberships m join tenants t on t.id = m.tenant_id and t.status = 'active'
where m.user_id = $1 and t.slug = $2
"""
# Colleagues elsewhere see the new name too, unless an administrator there calls them something else.
_RENAME = """
update memberships m set name = $2, updated_at = now(), version = m.version + 1 from users u
where u.id = $1 and m.user_id = u.id and (m.tenant_id = $3 or m.name = u.name)
returning m.tenant_id, m.role
"""
_UPDATE = """
update users set name = coalesce($2, name), locale = case when $3 then $4 else locale end,
    preferences = preferences || $5, version = version + 1
where id = $1
"""


class OwnAccount:
    """For the person themselves; other members are core/auth/memberships.py's."""

    def __init__(self, db: Database, mail: Mail, passwords: Passwords) -> None:
        self._db, self._mail, self._passwords = db, mail, passwords

    async def change(self, principal: Principal, user_id: UUID, given: Mapping[str, Any]) -> None:
        """`name`, `locale` and `preferences`, those that are given. No language: the tenant's."""
        async with self._db.system_transaction() as connection:
            before = await connection.fetchrow("select name, locale from users where id = $1 for update", user_id)
            if name := given.get("name"):
                for row in await connection.fetch(_RENAME, user_id, name, principal.tenant_id):
                    await tell_saved(connection, row["tenant_id"], user_id, name, row["role"])
            await connection.execute(_UPDATE, user_id, given.get("name"), "locale" in given, given.get("locale"),
                                     given.get("preferences", {}))
            if not given.keys() & {"name", "locale"}:
                return  # nobody else's business
            await audit.record_for(connection, principal.tenant_id, "member.updated", "member", user_id,
                                   _changes(before, given))  # fmt: skip

    async def change_password(self, principal: Principal, user_id: UUID, current: str, new: str) -> str | None:
        """The new token of the caller's session; None for a program, whose tokens end. All other sessions and tokens
        end too. Raises Invalid for a wrong current password or a poor new one."""
        user = await self._user(user_id)
        if not await self._passwords.matches(user["password_hash"], current):
            raise Invalid("The current password is wrong.", errors=[{"loc": ["current"], "msg": "not your password"}])
        check_password(new, email=user["email"])
        hashed = await self._passwords.hash(new)
        async with self._db.system_transaction() as connection:
            await _check_unchanged(connection, user_id, user["password_hash"])
            await replace_password(connection, user_id, hashed, but=principal.credential_id)
            token = await renew(connection, principal)
            await told_by_mail(connection, self._mail, user_id)
            await record_for_person(connection, user_id, "password.changed")
        return token

    async def _user(self, user_id: UUID) -> Any:
        return await self._db.system.fetchrow("select email, password_hash from users where id = $1", user_id)

    async def tenants(self, principal: Principal, user_id: UUID) -> list[dict[str, Any]]:
        """Where the person may go."""
        rows = await self._db.system.fetch(_TENANTS, user_id, principal.tenant_id)
        return [{**row, "id": str(row["id"])} for row in rows]

    async def tenant_called(self, user_id: UUID, slug: str) -> UUID | None:
        """A tenant of theirs, or None."""
        found: UUID | None = await self._db.system.fetchval(_MEMBER_OF, user_id, slug)
        return found


async def _check_unchanged(connection: Connection, user_id: UUID, stored: str | None) -> None:
    """Two changes at once, both knowing the old password: one of them is late."""
    now = await connection.fetchval("select password_hash from users where id = $1 for no key update", user_id)
    if now != stored:
        raise Conflict("The password has just been changed elsewhere: log in with the new one.")


def _changes(before: Any, given: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """Names stay out of the log, which outlives people."""
    changes: dict[str, list[str | None]] = {"name": [None, None]} if given.get("name") else {}
    return {**changes, "locale": [before["locale"], given["locale"]]} if "locale" in given else changes
