"""One worker at a time for each (tenant, plugin): session advisory locks on one connection.

A row lock would keep a transaction open while a plugin's code runs, and with it every dead row of the database.
"""

import asyncio
import contextlib
import hashlib
from uuid import UUID

import asyncpg

from core.db.pool import Connection, connect

Pair = tuple[UUID, str]
_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class PairLocks:
    """A lost connection frees all its locks; the fence on the cursor then keeps a second reader from doing harm."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._held: set[Pair] = set()

    async def hold(self, pair: Pair) -> bool:
        """Take the pair's lock; False when it is held, by another worker or by a task of this one."""
        if pair in self._held:
            return False
        self._held.add(pair)
        try:
            taken = await self._ask("select pg_try_advisory_lock($1)", pair)
        except BaseException:
            self._held.discard(pair)
            raise
        if not taken:
            self._held.discard(pair)
        return taken

    async def release(self, pair: Pair) -> None:
        try:
            with contextlib.suppress(*_LOST):  # a lost connection has released it
                await self._ask("select pg_advisory_unlock($1)", pair)
        finally:
            self._held.discard(pair)

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def _ask(self, statement: str, pair: Pair) -> bool:
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect(self._url, "comptoir_sys")
            return bool(await self._connection.fetchval(statement, _number(pair), timeout=5))


def _number(pair: Pair) -> int:
    digest = hashlib.sha256(f"observers {pair[0]} {pair[1]}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
