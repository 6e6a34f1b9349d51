"""What a person does about their own second factor. Each change is audited, and renews the session that made it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth import qr, recovery_codes, totp
from core.auth.credentials import end_credentials_of, renew
from core.auth.passkeys import list_passkeys
from core.auth.principal import Principal
from core.auth.second_factor import SecondFactor
from core.db.pool import Connection, Database
from core.errors import Conflict

_SINCE: Final = "select totp_enabled_at from users where id = $1"


@dataclass(frozen=True, slots=True)
class Changed:
    """`codes` to show once; `session_token` for the cookie, None when the caller has none."""

    codes: list[str]
    session_token: str | None


class OwnFactors:
    """`issuer` is what the app shows above its code."""

    def __init__(self, db: Database, second_factor: SecondFactor, issuer: str) -> None:
        self._db, self._second_factor, self._issuer = db, second_factor, issuer

    async def state(self, user_id: UUID) -> dict[str, Any]:
        """The resource of /me/factors."""
        async with self._db.system.acquire() as connection:
            since: datetime | None = await connection.fetchval(_SINCE, user_id)
            return {
                "totp": {"enabled": since is not None, "since": since.isoformat() if since else None},
                "recovery_codes_left": await recovery_codes.codes_left(connection, user_id),
                "passkeys": await list_passkeys(connection, user_id),
            }

    async def begin(self, user_id: UUID) -> dict[str, str]:
        """What an app needs to be set up. Raises Conflict while one is in use."""
        async with self._db.system_transaction() as connection:
            secret = await self._second_factor.app.begin(connection, user_id)
            email = await connection.fetchval("select email from users where id = $1", user_id)
        uri = totp.address_of(secret, email, self._issuer)
        return {"secret": secret, "uri": uri, "qr_svg": qr.svg(uri)}

    async def enable(self, principal: Principal, user_id: UUID, code: str) -> Changed:
        """Sessions and tokens that a password alone has opened end. Raises Invalid or Conflict."""
        async with self._db.system_transaction() as connection:
            await self._second_factor.app.confirm(connection, user_id, code)
            codes = await self._new_codes(connection, user_id)
            await end_credentials_of(connection, user_id, "second factor", but=principal.credential_id)
            token = await renew(connection, principal)
            await _told(connection, principal, "second_factor.enabled")
        return Changed(codes, token)

    async def disable(self, principal: Principal, user_id: UUID) -> Changed:
        """Raises Conflict when it is off."""
        async with self._db.system_transaction() as connection:
            if not await self._second_factor.app.remove(connection, user_id):
                raise Conflict("There is no authenticator app to remove.")
            await recovery_codes.forget_codes(connection, user_id)
            token = await renew(connection, principal)
            await _told(connection, principal, "second_factor.disabled")
        return Changed([], token)

    async def replace_codes(self, principal: Principal, user_id: UUID) -> list[str]:
        """Raises Conflict while the second factor is off."""
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(_SINCE, user_id) is None:
                raise Conflict("Recovery codes stand in for an authenticator app: set one up first.")
            codes = await self._new_codes(connection, user_id)
            await _told(connection, principal, "recovery_codes.replaced")
        return codes

    async def _new_codes(self, connection: Connection, user_id: UUID) -> list[str]:
        key = await self._second_factor.recovery_key(connection)
        return await recovery_codes.replace_codes(connection, key, user_id)


async def _told(connection: Connection, principal: Principal, action: str) -> None:
    await audit.record_for(connection, principal.tenant_id, action, "member", principal.user_id)
