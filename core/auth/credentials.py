"""All that a person is logged in with, browsers' sessions and programs' token families, taken together."""

from uuid import UUID

from core.auth.principal import Principal
from core.auth.sessions import rotate_session
from core.db.pool import Connection


async def end_credentials_of(
    connection: Connection, user_id: UUID, because: str, *, but: UUID | None = None
) -> None:
    """End everything a person is logged in with, but one session or family. API keys are the tenant's and stay."""
    await connection.execute(
        "update sessions set revoked_at = now() "
        "where user_id = $1 and revoked_at is null and id is distinct from $2", user_id, but,
    )  # fmt: skip
    await connection.execute(
        "update token_families set revoked_at = now(), revoked_because = $3 "
        "where user_id = $1 and revoked_at is null and id is distinct from $2", user_id, but, because,
    )  # fmt: skip


async def renew(connection: Connection, principal: Principal) -> str | None:
    """A new cookie's token for the caller's session, so that copies of the old cookie are worth nothing. None for
    programs: their tokens change by themselves."""
    return await rotate_session(connection, principal.credential_id) if principal.auth == "session" else None
