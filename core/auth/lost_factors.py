"""For whoever has lost the phone and the recovery codes: the operator, who knows the person, lets them begin again.

No tenant's administrator may: a person may belong to several tenants, and one of them could take them over.
"""

from typing import Final
from uuid import UUID

from core.auth.credentials import end_credentials_of
from core.db.pool import Connection

_FORGET: Final = (
    "update users set totp_sealed = null, totp_enabled_at = null, totp_last_step = null where id = $1",
    "delete from recovery_codes where user_id = $1",
    "delete from passkeys where user_id = $1",
    "update login_challenges set used_at = now() where user_id = $1 and used_at is null",
)


async def forget_factors(connection: Connection, user_id: UUID) -> None:
    """The password alone opens the door again. Whatever else they are logged in with ends: it may be with the phone.

    Whoever calls it audits it, for every tenant that the person belongs to.
    """
    for statement in _FORGET:
        await connection.execute(statement, user_id)
    await end_credentials_of(connection, user_id, "factors lost")
