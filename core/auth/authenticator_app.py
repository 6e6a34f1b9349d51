"""The authenticator app of a person: its secret is sealed, confirmed by a first code, and each code is good once."""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from core.auth import totp
from core.db.pool import Connection
from core.errors import Conflict, Invalid
from core.secrets import Place, Vault

# A secret in use is never overwritten: else whoever borrows a session would put in their own.
_BEGIN: Final = """
    update users set totp_sealed = $2, totp_last_step = null where id = $1 and totp_enabled_at is null returning true
"""
_ENABLE: Final = "update users set totp_enabled_at = now(), totp_last_step = $2 where id = $1"
_DISABLE: Final = """
    update users set totp_sealed = null, totp_enabled_at = null, totp_last_step = null
    where id = $1 and totp_enabled_at is not null returning true
"""
# The step only grows, so a code that was overheard is worth nothing, nor are those before it (RFC 6238, 5.2).
_USE_STEP: Final = """
    update users set totp_last_step = $2 where id = $1 and coalesce(totp_last_step, -1) < $2 returning true
"""


class AuthenticatorApp:
    """`clock` gives seconds since 1970."""

    def __init__(self, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        self._vault, self.clock = vault, clock

    async def begin(self, connection: Connection, user_id: UUID) -> str:
        """A new secret, in force once a code confirms it. Raises Conflict when there is one in force."""
        secret = totp.fresh_secret()
        sealed = await self._vault.seal(connection, secret, _place(user_id))
        if await connection.fetchval(_BEGIN, user_id, sealed) is None:
            raise Conflict("An authenticator app is in use: remove it first, to take another.")
        return secret

    async def confirm(self, connection: Connection, user_id: UUID, code: str) -> None:
        """Put the secret that was begun in force. Raises Conflict when there is none, Invalid for a wrong code."""
        row = await connection.fetchrow(
            "select totp_sealed, totp_enabled_at from users where id = $1 for no key update", user_id
        )
        if row["totp_sealed"] is None or row["totp_enabled_at"] is not None:
            raise Conflict("There is no authenticator app to confirm: begin with POST /me/totp.")
        step = await self._step(connection, user_id, row["totp_sealed"], code)
        if step is None:
            raise Invalid("The code is wrong: check that the phone's clock sets itself, and type the code now shown.",
                          errors=[{"loc": ["code"], "msg": "not the code of now"}])  # fmt: skip
        await connection.execute(_ENABLE, user_id, step)

    async def accepts(self, connection: Connection, user_id: UUID, code: str) -> bool:
        """Whether it is a code of now, of the app in force, not used before. It is used from here on."""
        sealed = await connection.fetchval(
            "select totp_sealed from users where id = $1 and totp_enabled_at is not null", user_id
        )
        step = await self._step(connection, user_id, sealed, code) if sealed else None
        return step is not None and await connection.fetchval(_USE_STEP, user_id, step) is not None

    async def remove(self, connection: Connection, user_id: UUID) -> bool:
        """Whether there was one."""
        return await connection.fetchval(_DISABLE, user_id) is not None

    async def _step(self, connection: Connection, user_id: UUID, sealed: str, code: str) -> int | None:
        return totp.step_of(await self._vault.open(connection, sealed, _place(user_id)), code, self.clock())


def _place(user_id: UUID) -> Place:
    return Place(None, "users", str(user_id), "totp")
