"""Server-side sessions. The browser holds a random token; the database its hash, so a stolen dump opens nothing.

They end 12 h after the last request and 7 days after login, whichever comes first, or at once when revoked, when the
user is disabled, leaves the tenant, or the tenant is suspended.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.standing import MEMBER, principal_of
from core.db.pool import Connection, Database

IDLE_HOURS = 12
ABSOLUTE_SECONDS = 7 * 24 * 3600

_VALID = f"""
    select c.id, c.tenant_id, c.user_id, c.csrf_secret, {MEMBER.columns},
        c.last_seen_at < now() - interval '1 minute' as stale
    from sessions c {MEMBER.joins}
    where c.revoked_at is null and c.expires_at > now() and c.last_seen_at > now() - interval '12 hours'
"""  # noqa: S608 - constants
_BY_TOKEN = f"{_VALID} and c.token_hash = $1"
_BY_IDS = f"{_VALID} and c.id = any($1)"


async def open_session(
    connection: Connection, user_id: UUID, tenant_id: UUID, *, user_agent: str | None = None, ip: str | None = None,
    until: datetime | None = None,
) -> str:  # fmt: skip
    """Start a session and return its token. Always a new one: a token set before the login is worth nothing after.

    `until`: when a session ends that this one takes the place of. `connection` is of the system role, or its pool.
    """
    token = secrets.token_urlsafe(32)
    await connection.execute(
        "insert into sessions (token_hash, user_id, tenant_id, csrf_secret, user_agent, ip, expires_at) "
        "values ($1, $2, $3, $4, left($5, 400), $6, least($8, now() + make_interval(secs => $7)))",
        _digest(token), user_id, tenant_id, secrets.token_bytes(32), user_agent, ip, float(ABSOLUTE_SECONDS), until,
    )  # fmt: skip
    return token


async def find_session(db: Database, permissions: Permissions, token: str) -> Principal | None:
    """Whom the valid session of this token stands for, or None. Notes the visit at most once a minute."""
    row = await db.system.fetchrow(_BY_TOKEN, _digest(token))
    if row is None:
        return None
    if row["stale"]:
        await db.system.execute("update sessions set last_seen_at = now() where id = $1", row["id"])
    return principal_of(row, "session", permissions, row["csrf_secret"])


async def present_sessions(
    db: Database, permissions: Permissions, session_ids: Iterable[UUID]
) -> dict[UUID, Principal]:
    """Whom each session that is still valid stands for now. Those that are not are absent."""
    rows = await db.system.fetch(_BY_IDS, list(session_ids))
    return {row["id"]: principal_of(row, "session", permissions, row["csrf_secret"]) for row in rows}


async def rotate_session(connection: Connection, session_id: UUID) -> str:
    """A new token for the same session: copies of the old cookie are worth nothing from the commit on."""
    token = secrets.token_urlsafe(32)
    await connection.execute("update sessions set token_hash = $2 where id = $1", session_id, _digest(token))
    return token


async def revoke_session(connection: Connection, session_id: UUID) -> None:
    """End one session."""
    await connection.execute("update sessions set revoked_at = now() where id = $1 and revoked_at is null", session_id)


async def revoke_session_of_token(connection: Connection, token: str) -> datetime | None:
    """End the session of this token, if there is one; when it would have ended by itself."""
    until: datetime | None = await connection.fetchval(
        "update sessions set revoked_at = now() where token_hash = $1 and revoked_at is null returning expires_at",
        _digest(token),
    )
    return until


async def revoke_sessions_of(connection: Connection, user_id: UUID) -> None:
    """End every session of a user: after a password change, or when they are disabled."""
    await connection.execute(
        "update sessions set revoked_at = now() where user_id = $1 and revoked_at is null", user_id
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
