"""Attempts to log in: strict for an address of mail tried from one place, and forgiven to whoever succeeds."""

from core.limits.limiter import Limiter, Who, network_of

_ROW = "login"


class LoginAttempts:
    """The row `login` of core.limits.table."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def begin(self, ip: str, email: str) -> None:
        """Count an attempt before the password is looked at, so that parallel ones count too. Raises TooMany."""
        await self._limiter.count(_ROW, _who(ip, email))

    async def succeeded(self, ip: str, email: str) -> None:
        """Forget the failures of whoever has proved to be the owner."""
        await self._limiter.forgive(_ROW, _who(ip, email))


def _who(ip: str, email: str) -> Who:
    return Who(address=network_of(ip), email=email)
