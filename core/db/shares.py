"""A pool that several share: nobody takes all of its connections, and nobody finds what the last one left behind."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from core.db.pool import scope_connection

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool

SHARE: Final = 3
"""Connections that one holder may have at a time. For one more it waits until it gives one back."""
_CLEAN: Final = """
close all; set session authorization default; reset all; unlisten *; select pg_advisory_unlock_all(); discard temp;
discard sequences;
do $$ declare named text; begin
    for named in select name from pg_prepared_statements where from_sql loop execute format('deallocate %I', named);
    end loop;
end $$
"""
_holder: ContextVar[str] = ContextVar("comptoir_connection_holder", default="")


@contextmanager
def held_by(name: str) -> Iterator[None]:
    """Connections taken inside count for this holder."""
    token = _holder.set(name)
    try:
        yield
    finally:
        _holder.reset(token)


class SharedPool(Pool):
    """Session settings, locks and temporary tables end when a connection is given back."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{
            "max_queries": 50_000, "max_inactive_connection_lifetime": 300.0, "record_class": asyncpg.Record,
            **given, "setup": scope_connection, "reset": _clean,
        })  # fmt: skip
        self._free: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(SHARE))
        self._held: dict[Any, asyncio.Semaphore] = {}

    async def _acquire(self, timeout: float | None) -> Any:
        free = self._free[_holder.get()]
        await free.acquire()
        try:
            connection = await super()._acquire(timeout)  # type: ignore[misc]
        except BaseException:
            free.release()
            raise
        self._held[connection] = free
        return connection

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        """Once, however often it is called."""
        try:
            await super().release(connection, timeout=timeout)
        finally:
            if (free := self._held.pop(connection, None)) is not None:
                free.release()


async def _clean(connection: Any) -> None:
    # Not DISCARD ALL: the driver's prepared statements are its own, and worth keeping.
    await connection.execute(_CLEAN)
