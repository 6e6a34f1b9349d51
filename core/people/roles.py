"""The roles of a tenant: five built in, whose sight alone can be changed, and its own."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from core import audit
from core.auth.giving import check_within
from core.auth.permissions import ADMINISTER, EVERYTHING, ROLES, Permissions
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.db.scope import Sees
from core.errors import Conflict, Invalid, NameTaken, NotFound, RoleInUse

_MOST: Final = 100
_UNLIMITED: Final = ("owner", "admin")
_SELECT: Final = """
select k.key, r.name, r.permissions, coalesce(r.sees, 'all') as sees, coalesce(r.version, 1) as version,
    (select count(*) from memberships m where m.tenant_id = $1 and m.role = k.key) as members
from (select unnest($2::text[]) as key union select key from roles where tenant_id = $1) k
left join roles r on r.tenant_id = $1 and r.key = k.key
"""
_ALL: Final = f"{_SELECT} order by array_position($2, k.key) nulls last, lower(r.name), k.key"
_ONE: Final = f"{_SELECT} where k.key = $3"
_UPDATE: Final = """
update roles set name = $3, permissions = $4, sees = $5, updated_at = now(), version = version + 1
where tenant_id = $1 and key = $2
"""
# A built-in role has a row only where its sight was changed.
_LIMIT: Final = """
insert into roles (tenant_id, key, name, sees, version) values ($1, $2, $2, $3, 2)
on conflict (tenant_id, key) do update set sees = excluded.sees, updated_at = now(), version = roles.version + 1
"""
_USES: Final = """
select (select count(*) from memberships where tenant_id = $1 and role = $2) as members,
    (select count(*) from api_keys where tenant_id = $1 and role = $2 and revoked_at is null
        and (expires_at is null or expires_at > now())) as keys,
    (select count(*) from invitations where tenant_id = $1 and role = $2 and accepted_at is null
        and revoked_at is null and expires_at > now()) as invitations
"""
# What has ended may not hold on to its role; what it was stands in the audit log.
_LET_GO: Final = ("update api_keys set role = 'viewer' where tenant_id = $1 and role = $2",
                  "update invitations set role = 'viewer' where tenant_id = $1 and role = $2")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What is given changes; None leaves it."""

    name: str | None = None
    permissions: frozenset[str] | None = None
    sees: Sees | None = None


class Roles:
    """`offered` are the permissions of the plugins that the tenant has; the kernel's are known here."""

    def __init__(self, db: Database, permissions: Permissions) -> None:
        self._db, self._permissions = db, permissions

    async def all(self, tenant_id: UUID) -> list[dict[str, Any]]:
        """The built-in ones from the most to the least powerful, then the tenant's own by name."""
        rows = await self._db.system.fetch(_ALL, tenant_id, list(ROLES))
        return [self._resource(row) for row in rows]

    async def get(self, tenant_id: UUID, key: str) -> dict[str, Any]:
        """Raises NotFound."""
        return await self._one(self._db.system, tenant_id, key)

    async def create(
        self, giver: Principal, name: str, permissions: frozenset[str], sees: Sees, *, key: str | None,
        offered: Collection[str],
    ) -> dict[str, Any]:  # fmt: skip
        """Raises Invalid, Forbidden for more than the giver holds, NameTaken."""
        self._check_permissions(permissions, sees, frozenset(offered))
        check_within(giver, name, permissions, sees)
        async with self._db.system_transaction() as connection:
            key = await self._free_key(connection, giver.tenant_id, name, key)
            with _unique_names():
                await connection.execute(
                    "insert into roles (tenant_id, key, name, permissions, sees) values ($1, $2, $3, $4, $5)",
                    giver.tenant_id, key, name, sorted(permissions), sees,
                )  # fmt: skip
            made = {"name": [None, name], "permissions": [None, sorted(permissions)], "sees": [None, sees]}
            await audit.record_for(connection, giver.tenant_id, "role.created", "role", key, made)
            return await self._one(connection, giver.tenant_id, key)

    async def change(
        self, giver: Principal, key: str, change: Change, *, offered: Collection[str]
    ) -> dict[str, Any]:
        """Raises NotFound, Invalid, NameTaken, and Forbidden for what the giver does not hold: to give or to take."""
        async with self._db.system_transaction() as connection:
            await connection.execute("select from roles where tenant_id = $1 and key = $2 for update", giver.tenant_id,
                                     key)  # fmt: skip
            before = await self._one(connection, giver.tenant_id, key)
            after = self._after(before, change, offered)
            moved = frozenset(before["permissions"]) ^ frozenset(after["permissions"])
            sights = (before["sees"], after["sees"]) if before["sees"] != after["sees"] else ()
            check_within(giver, key, moved & self._permissions.grantable, *sights)
            changes = {name: [before[name], after[name]] for name in ("name", "permissions", "sees")
                       if before[name] != after[name]}  # fmt: skip
            if changes:
                await _write(connection, giver.tenant_id, before, after)
                await audit.record_for(connection, giver.tenant_id, "role.updated", "role", key, changes)
            return await self._one(connection, giver.tenant_id, key)

    async def delete(self, giver: Principal, key: str) -> None:
        """Raises NotFound, RoleInUse, or Conflict for a built-in one."""
        if key in ROLES:
            raise Conflict("Built-in roles stay.")
        async with self._db.system_transaction() as connection:
            gone = await self._one(connection, giver.tenant_id, key)
            await _let_go(connection, giver.tenant_id, key)
            was = {name: [gone[name], None] for name in ("name", "permissions", "sees")}
            await audit.record_for(connection, giver.tenant_id, "role.deleted", "role", key, was)

    def _after(self, before: Mapping[str, Any], change: Change, offered: Collection[str]) -> dict[str, Any]:
        listed = frozenset(before["permissions"])
        permissions = listed if change.permissions is None else change.permissions
        after = {"name": change.name or before["name"], "permissions": sorted(permissions),
                 "sees": change.sees or before["sees"]}  # fmt: skip
        if before["builtin"]:
            _check_built_in(before, after)
        else:
            self._check_permissions(permissions, change.sees or before["sees"], listed | frozenset(offered))
        return after

    def _check_permissions(self, permissions: frozenset[str], sees: Sees, known: frozenset[str]) -> None:
        if unknown := sorted(permissions - ADMINISTER - known):
            raise _invalid("permissions", f"{', '.join(unknown)}: not among those that a role can hold")
        if sees != "all" and (wide := sorted(permissions & EVERYTHING)):
            raise _invalid("permissions", f"{', '.join(wide)}: needs a role that sees all conversations")

    async def _free_key(self, connection: Connection, tenant_id: UUID, name: str, wish: str | None) -> str:
        rows = await connection.fetch("select key from roles where tenant_id = $1", tenant_id)
        taken = {*ROLES, *(row["key"] for row in rows)}
        if len(taken) >= _MOST:
            raise Conflict(f"An organisation has at most {_MOST} roles: delete one first.")
        if wish is not None and wish in taken:
            raise NameTaken(f"There is a role {wish!r} already: choose another key.",
                            errors=[{"loc": ["key"], "msg": "is taken"}])  # fmt: skip
        base = wish or _key_of(name)
        return next(key for number in range(1, _MOST + 2) if (key := base if number == 1 else f"{base}-{number}")
                    not in taken)  # fmt: skip

    async def _one(self, connection: Connection, tenant_id: UUID, key: str) -> dict[str, Any]:
        row = await connection.fetchrow(_ONE, tenant_id, list(ROLES), key)
        if row is None:
            raise NotFound("There is no such role.")
        return self._resource(row)

    def _resource(self, row: Any) -> dict[str, Any]:
        builtin = row["key"] in ROLES
        held = self._permissions.of(row["key"]) if builtin else row["permissions"]
        return {"key": row["key"], "name": row["key"] if builtin else row["name"], "builtin": builtin,
                "permissions": sorted(held), "sees": row["sees"], "members": row["members"],
                "version": row["version"]}  # fmt: skip


def _check_built_in(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name in ("name", "permissions"):
        if after[name] != before[name]:
            raise _invalid(name, "is fixed in a built-in role: make a role of your own")
    if before["key"] in _UNLIMITED and after["sees"] != "all":
        raise _invalid("sees", "owners and admins see everything")


async def _write(
    connection: Connection, tenant_id: UUID, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    if before["builtin"]:
        await connection.execute(_LIMIT, tenant_id, before["key"], after["sees"])
        return
    with _unique_names():
        await connection.execute(_UPDATE, tenant_id, before["key"], after["name"], after["permissions"], after["sees"])


async def _let_go(connection: Connection, tenant_id: UUID, key: str) -> None:
    uses = await connection.fetchrow(_USES, tenant_id, key)
    if any(uses.values()):
        raise RoleInUse("Members, API keys or invitations have this role: give them another first.", **dict(uses))
    for statement in _LET_GO:
        await connection.execute(statement, tenant_id, key)
    try:
        await connection.execute("delete from roles where tenant_id = $1 and key = $2", tenant_id, key)
    except asyncpg.ForeignKeyViolationError:
        raise RoleInUse("Somebody was given this role just now: look again.") from None


@contextmanager
def _unique_names() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise NameTaken("There is a role of this name: choose another.",
                        errors=[{"loc": ["name"], "msg": "is taken"}]) from None  # fmt: skip


def _key_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")
    return key if len(key) > 1 else "role"


def _invalid(field: str, reason: str) -> Invalid:
    return Invalid(f"About `{field}`: {reason}.", errors=[{"loc": [field], "msg": reason}])
