"""Logging in with an address and a password. Every refusal looks alike and takes alike."""

from core.auth.attempts import LoginAttempts
from core.auth.memberships import first_tenant_of
from core.auth.passwords import Passwords
from core.auth.sessions import open_session
from core.auth.users import MAX_PASSWORD_LENGTH, User, find_by_email, normal_email, set_password_hash
from core.db.pool import Database
from core.errors import Unauthenticated


class Login:
    """Checks credentials and opens sessions."""

    def __init__(self, db: Database, passwords: Passwords, attempts: LoginAttempts) -> None:
        self._db, self._passwords, self._attempts = db, passwords, attempts

    async def log_in(
        self, email: str, password: str, *, ip: str, tenant_slug: str | None = None, user_agent: str | None = None
    ) -> str:
        """A new session's token. Raises Unauthenticated, the same for every cause, or TooMany."""
        await self._attempts.begin(ip, normal_email(email))
        user = await self._user(email, password[:MAX_PASSWORD_LENGTH])
        tenant_id = await first_tenant_of(self._db, user.id, tenant_slug) if user else None
        if user is None or tenant_id is None:
            raise Unauthenticated("The address or the password is wrong.")
        await self._attempts.succeeded(ip, normal_email(email))
        return await open_session(self._db.system, user.id, tenant_id, user_agent=user_agent, ip=ip)

    async def _user(self, email: str, password: str) -> User | None:
        user = await find_by_email(self._db, email)
        if not await self._passwords.matches(user.password_hash if user else None, password):
            return None
        if user is None or user.disabled or user.password_hash is None:
            return None
        if self._passwords.is_outdated(user.password_hash):
            await set_password_hash(self._db, user.id, await self._passwords.hash(password))
        return user
