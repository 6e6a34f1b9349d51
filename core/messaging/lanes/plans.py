"""How the lanes' statements are planned: each finds a few rows by index.

A plan made while the tables were empty, or never analysed, would scan them; asyncpg keeps its plans for the life of a
connection, and by then they hold a million rows.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.db.pool import Connection, Database

_BY_INDEX: Final = (
    "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; "
    "set local enable_bitmapscan = off; set local enable_hashagg = off; set local plan_cache_mode = force_custom_plan"
)


_LONGEST_SECONDS: Final = 20.0
"""After this the link is taken for cut without a word: all that leaves this process waits for the one transaction."""


@asynccontextmanager
async def by_index(db: Database) -> AsyncIterator[Connection]:
    """A transaction of the system role. Raises asyncpg.PostgresConnectionError when it takes longer than 20 s."""
    async with db.system.acquire() as connection:
        cut = asyncio.get_running_loop().call_later(_LONGEST_SECONDS, connection.terminate)
        try:
            async with connection.transaction():
                await connection.execute(_BY_INDEX)
                yield connection
        finally:
            cut.cancel()
