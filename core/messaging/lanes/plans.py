"""How the lanes' statements are planned: each finds a few rows by index.

A plan made while the tables were empty, or never analysed, would scan them; asyncpg keeps its plans for the life of a
connection, and by then they hold a million rows.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.db.pool import Connection, Database

_BY_INDEX: Final = (
    "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; "
    "set local enable_bitmapscan = off; set local enable_hashagg = off; set local plan_cache_mode = force_custom_plan"
)


@asynccontextmanager
async def by_index(db: Database) -> AsyncIterator[Connection]:
    """A transaction of the system role."""
    async with db.system_transaction() as connection:
        await connection.execute(_BY_INDEX)
        yield connection
