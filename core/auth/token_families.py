"""What an API client gets from one login: refresh tokens that replace one another, each good once.

A used one that comes again was copied: by whom, nobody can say, so the whole family ends, the newest token and the
access tokens with it. A client that retries a refresh whose answer was lost therefore logs in again.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core import audit
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.standing import MEMBER, principal_of
from core.db.pool import Connection, Database
from core.errors import Unauthenticated

SCHEME: Final = "wrt_"
REFRESH_SECONDS: Final = 7 * 24 * 3600
FAMILY_SECONDS: Final = 30 * 24 * 3600

# Older than the password is as good as revoked, should whoever changes passwords ever forget to revoke.
_VALID: Final = f"""
    select c.id, c.tenant_id, c.user_id, c.expires_at, {MEMBER.columns},
        c.last_used_at < now() - interval '1 minute' as stale
    from token_families c {MEMBER.joins}
    where c.revoked_at is null and c.expires_at > now()
        and c.created_at >= coalesce(u.password_changed_at, '-infinity')
"""  # noqa: S608 - constants
_BY_CLAIMS: Final = f"{_VALID} and c.id = $1 and c.user_id = $2 and c.tenant_id = $3"
_BY_IDS: Final = f"{_VALID} and c.id = any($1)"
_USED: Final = "update token_families set last_used_at = now() where id = $1"
_USE: Final = """
    update refresh_tokens set used_at = now() where token_hash = $1 and used_at is null and expires_at > now()
    returning family_id
"""
_REUSED: Final = """
    select f.id, f.tenant_id, f.user_id from refresh_tokens r join token_families f on f.id = r.family_id
    where r.token_hash = $1 and r.used_at is not null
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """A family and the newest of its refresh tokens, to be shown now and never again."""

    family_id: UUID
    user_id: UUID
    tenant_id: UUID
    refresh_token: str
    refresh_seconds: int


async def open_family(
    connection: Connection, user_id: UUID, tenant_id: UUID, *, user_agent: str | None = None, ip: str | None = None
) -> Grant:
    """Start a family, with its first refresh token."""
    family_id: UUID = await connection.fetchval(
        "insert into token_families (user_id, tenant_id, user_agent, ip, expires_at) "
        "values ($1, $2, left($3, 400), $4, now() + make_interval(secs => $5)) returning id",
        user_id, tenant_id, user_agent, ip, float(FAMILY_SECONDS),
    )  # fmt: skip
    return await _grant(connection, family_id, user_id, tenant_id)


async def rotate(db: Database, refresh_token: str) -> Grant:
    """The next refresh token in exchange for this one. Of several exchanges of one token at once exactly one is
    answered with a new one, and the others end the family. Raises Unauthenticated."""
    async with db.system_transaction() as connection:
        family_id = await connection.fetchval(_USE, _digest(refresh_token))
        if family_id is None:
            await _end_if_used_before(connection, refresh_token)
        elif row := await connection.fetchrow(f"{_VALID} and c.id = $1", family_id):
            await connection.execute(_USED, family_id)
            return await _grant(connection, family_id, row["user_id"], row["tenant_id"])
    raise Unauthenticated("The refresh token is unknown, used, expired or revoked: log in again.")


async def find_family(
    db: Database, permissions: Permissions, family_id: UUID, *, user_id: UUID, tenant_id: UUID
) -> Principal | None:
    """Whom a valid family of this user in this tenant stands for, or None."""
    row = await db.system.fetchrow(_BY_CLAIMS, family_id, user_id, tenant_id)
    if row is None:
        return None
    if row["stale"]:
        await db.system.execute(_USED, row["id"])
    return principal_of(row, "token", permissions)


async def present_families(db: Database, permissions: Permissions, ids: Iterable[UUID]) -> dict[UUID, Principal]:
    """Whom each family that is still valid stands for now. Those that are not are absent."""
    rows = await db.system.fetch(_BY_IDS, list(ids))
    return {row["id"]: principal_of(row, "token", permissions) for row in rows}


async def revoke_family(connection: Connection, family_id: UUID, because: str) -> bool:
    """End one family: its next request is refused and its sockets close. Whether it had not ended before."""
    return await connection.fetchval(
        "update token_families set revoked_at = now(), revoked_because = $2 where id = $1 and revoked_at is null "
        "returning true", family_id, because,
    ) is not None  # fmt: skip


async def _end_if_used_before(connection: Connection, refresh_token: str) -> None:
    family = await connection.fetchrow(_REUSED, _digest(refresh_token))
    if family is not None and await revoke_family(connection, family["id"], "reuse"):
        await audit.record_for(connection, family["tenant_id"], "token_family.revoked", "member", family["user_id"],
                               {"because": [None, "a used refresh token came again"]})  # fmt: skip


async def _grant(connection: Connection, family_id: UUID, user_id: UUID, tenant_id: UUID) -> Grant:
    token = SCHEME + secrets.token_urlsafe(32)
    seconds: int = await connection.fetchval(
        "insert into refresh_tokens (token_hash, family_id, expires_at) "
        "select $1, f.id, least(f.expires_at, now() + make_interval(secs => $3)) from token_families f where f.id = $2 "
        "returning extract(epoch from expires_at - now())::int",
        _digest(token), family_id, float(REFRESH_SECONDS),
    )  # fmt: skip
    return Grant(family_id, user_id, tenant_id, token, seconds)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
