"""The API keys that a tenant has given out. Nobody gives a key more than they hold, nor for longer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth.api_keys import SCHEME, fresh_key, revoke_api_key
from core.auth.giving import GivenRole, check_may_give, roles_of
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.errors import Invalid, NotFound

_RESOURCE: Final = """
    select k.id, k.name, k.prefix, k.role, k.scopes, k.created_at, k.last_used_at, k.expires_at, k.revoked_at,
        k.created_by, m.name as creator
    from api_keys k left join memberships m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
    where k.tenant_id = $1
"""
_LIST: Final = f"""{_RESOURCE} and ($2::timestamptz is null or (k.created_at, k.id) < ($2, $3::uuid))
    order by k.created_at desc, k.id desc limit $4
"""
_ONE: Final = f"{_RESOURCE} and k.id = $2"
# A key that makes keys would else outlive itself in them.
_ADD: Final = """
    insert into api_keys (tenant_id, prefix, secret_hash, name, role, scopes, created_by, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, least(
        now() + make_interval(days => $8), (select expires_at from api_keys where tenant_id = $1 and id = $9)))
    returning id
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """`scopes` None: everything the role may do, as the role changes. `expires_in_days` None: never."""

    name: str
    role: str
    scopes: Sequence[str] | None
    expires_in_days: int | None


async def list_keys(
    db: Database, tenant_id: UUID, limit: int, after: tuple[datetime | None, UUID | None]
) -> list[dict[str, Any]]:
    """Rows of (created_at, id, resource), the newest first, one more than `limit` when there are more."""
    rows = await db.system.fetch(_LIST, tenant_id, *after, limit + 1)
    return [{"created_at": row["created_at"], "id": row["id"], "resource": _resource(row)} for row in rows]


async def issue_key(db: Database, permissions: Permissions, giver: Principal, wish: Wish) -> dict[str, Any]:
    """The new key's resource, with `key`. Raises Invalid or Forbidden."""
    key = fresh_key()
    async with db.system_transaction() as connection:
        role = (await roles_of(connection, permissions, giver.tenant_id)).find(wish.role)
        check_may_give(giver, _narrowed(role, wish.scopes))
        key_id = await connection.fetchval(
            _ADD, giver.tenant_id, key.prefix, key.secret_hash, wish.name, role.key, wish.scopes, giver.user_id,
            wish.expires_in_days, giver.credential_id if giver.auth == "api_key" else None,
        )  # fmt: skip
        made = _resource(await connection.fetchrow(_ONE, giver.tenant_id, key_id))
        await _told(connection, giver, "api_key.created", made)
    return {**made, "key": key.text}


async def revoke_key(db: Database, principal: Principal, key_id: UUID) -> None:
    """Whoever manages keys may end any: a key that leaked cannot wait for somebody who holds as much. Raises
    NotFound."""
    async with db.system_transaction() as connection:
        if await connection.fetchrow(_ONE, principal.tenant_id, key_id) is None:
            raise NotFound("There is no such API key.")
        name = await revoke_api_key(connection, principal.tenant_id, key_id)
        if name is not None:
            await audit.record_for(connection, principal.tenant_id, "api_key.revoked", "api_key", key_id,
                                   {"name": [name, None]})  # fmt: skip


def _narrowed(role: GivenRole, scopes: Sequence[str] | None) -> GivenRole:
    if scopes is None:
        return role
    if beyond := sorted(set(scopes) - role.permissions):
        raise Invalid(f"The role {role.key} does not hold {', '.join(beyond)}: choose scopes among what it holds.",
                      errors=[{"loc": ["scopes"], "msg": f"{name} is not the role's"} for name in beyond])  # fmt: skip
    return replace(role, permissions=frozenset(scopes))


async def _told(connection: Connection, giver: Principal, action: str, made: dict[str, Any]) -> None:
    changes = {name: [None, made[name]] for name in ("name", "role", "scopes", "expires_at")}
    await audit.record_for(connection, giver.tenant_id, action, "api_key", made["id"], changes)


def _resource(row: Any) -> dict[str, Any]:
    times = {name: row[name] and row[name].isoformat() for name in ("created_at", "last_used_at", "expires_at",
                                                                    "revoked_at")}  # fmt: skip
    creator = {"id": str(row["created_by"]), "name": row["creator"]} if row["created_by"] else None
    return {"id": str(row["id"]), "name": row["name"], "prefix": SCHEME + row["prefix"], "role": row["role"],
            "scopes": row["scopes"], "created_by": creator, **times}  # fmt: skip
