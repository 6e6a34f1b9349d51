"""Passwords: argon2id, never on the event loop and never more than two at once."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_MEMORY_KIB = 19 * 1024  # OWASP ASVS 5.0, appendix C: at least t=2, 19 MiB, p=1


@cache
def _hasher(time_cost: int, memory_kib: int) -> tuple[PasswordHasher, str]:
    """With a hash that is nobody's: made once, for making it takes as long as checking one."""
    hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
    return hasher, hasher.hash("the password of nobody")


class Passwords:
    """Hashes and checks passwords. Two threads at most, or fifty logins at once would stop every other request."""

    def __init__(self, *, time_cost: int = 2, memory_kib: int = _MEMORY_KIB) -> None:
        self._hasher, self._nobody = _hasher(time_cost, memory_kib)
        self._turns = asyncio.Semaphore(2)

    async def hash(self, password: str) -> str:
        """The hash to store."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is the password. Without a stored one, takes as long and says no: an address is not betrayed."""
        async with self._turns:
            same = await asyncio.to_thread(self._verify, stored or self._nobody, password)
        return same and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
