"""Proving who one is with an address and a password. Every refusal looks alike and takes alike."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from core.auth.attempts import LoginAttempts
from core.auth.memberships import first_tenant_of, refuse_suspended
from core.auth.passwords import Passwords
from core.auth.second_factor import Proven
from core.auth.users import MAX_PASSWORD_LENGTH, User, find_by_email, normal_email
from core.db.pool import Database
from core.errors import Invalid, Unauthenticated

_REHASH: Final = "update users set password_hash = $2 where id = $1 and password_hash = $3"
_HASH: Final = "select password_hash from users where id = $1 and disabled_at is null"


class Login:
    """Checks passwords. The session, and the second factor before it, are made at the one door (core.http.entry)."""

    def __init__(self, db: Database, passwords: Passwords, attempts: LoginAttempts) -> None:
        self._db, self._passwords, self._attempts = db, passwords, attempts

    async def log_in(self, email: str, password: str, *, ip: str, tenant_slug: str | None = None) -> Proven:
        """Who that is, and where they are about to enter: the named tenant, or the one they joined first.

        Raises Unauthenticated, the same for every cause, TooMany, or Suspended to whoever knows the password.
        """
        await self._attempts.begin(ip, normal_email(email))
        user = await self._user(email, password[:MAX_PASSWORD_LENGTH])
        tenant_id = await first_tenant_of(self._db, user.id, tenant_slug) if user else None
        if user is not None and tenant_id is None:
            await refuse_suspended(self._db, user.id, tenant_slug)
        if user is None or tenant_id is None:
            raise Unauthenticated("The address or the password is wrong.")
        await self._attempts.succeeded(ip, normal_email(email))
        return Proven(user.id, tenant_id, user.password_hash)

    async def confirm(self, user_id: UUID, password: str) -> None:
        """Whoever holds the session also knows the password: asked again before ways in are changed. Raises Invalid."""
        stored = await self._db.system.fetchval(_HASH, user_id)
        if not await self._passwords.matches(stored, password[:MAX_PASSWORD_LENGTH]):
            raise Invalid("The password is wrong.", errors=[{"loc": ["password"], "msg": "not your password"}])

    async def _user(self, email: str, password: str) -> User | None:
        user = await find_by_email(self._db, email)
        if not await self._passwords.matches(user.password_hash if user else None, password):
            return None
        if user is None or user.disabled or user.password_hash is None:
            return None
        if self._passwords.is_outdated(user.password_hash):
            return await self._rehashed(user, user.password_hash, password)
        return user

    async def _rehashed(self, user: User, stored: str, password: str) -> User:
        """With the parameters of today. One that was changed meanwhile stays as it is."""
        hashed = await self._passwords.hash(password)
        await self._db.system.execute(_REHASH, user.id, hashed, stored)
        return replace(user, password_hash=hashed)
