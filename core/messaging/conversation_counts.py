"""How many conversations there are of several filters at once, as far as it matters: up to a thousand of each."""

from asyncio import get_running_loop
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from core.db.pool import Connection, Database
from core.messaging.conversation_filter import Filter, Values
from core.messaging.conversation_finding import Finding
from core.messaging.plugin_sets import MANY, Narrowed, narrowed, sets_of

MOST: Final = 1000
"""No more are counted."""
TOGETHER, EACH, LONGEST = 0.5, 0.15, 2.0
"""Seconds that all may take in one statement; each alone, when they did not come to an end; and all of those."""

_Asked = tuple[Filter, Narrowed]

_COUNT: Final = "(select count(*) from (select from ({seen}) seen limit {most:d}) counted)"


async def count_conversations(
    db: Database, filters: Sequence[Filter], fields: Sequence[str] = (), timers: Sequence[str] = ()
) -> list[int | None]:
    """Of each filter; none of them searches. MOST stands for that and more, None for what takes too long to be counted.
    `fields` and `timers`: the tables in which the tenant's plugins keep those."""
    if not filters:
        return []
    async with db.tenant() as connection:
        asked = [(one, await narrowed(connection, sets_of(one, fields, timers), MANY)) for one in filters]
        counted = await _counted(connection, asked, TOGETHER)
        return await _one_by_one(connection, asked) if counted is None else counted


def count_statement(asked: Sequence[_Asked]) -> tuple[str, list[Any]]:
    """The statement for the viewer in scope, and its parameters."""
    values = Values()
    found = [Finding(one, "oldest" if one.waiting_longer is None else "waiting", values, most=MOST, narrowed=narrowed)
             for one, narrowed in asked]  # fmt: skip
    counts = [_COUNT.format(seen=one.statement, most=MOST) for one in found]
    return "select " + ", ".join(counts), values.given


async def _one_by_one(connection: Connection, asked: Sequence[_Asked]) -> list[int | None]:
    """A dear one costs the others nothing but their time: after LONGEST the rest stay uncounted."""
    until = get_running_loop().time() + LONGEST
    found: list[int | None] = []
    for one in asked:
        left = until - get_running_loop().time()
        counted = await _counted(connection, [one], min(EACH, left)) if left > 0 else None
        found += counted or [None]
    return found


async def _counted(connection: Connection, asked: Sequence[_Asked], seconds: float) -> list[int | None] | None:
    query, given = count_statement(asked)
    try:
        async with connection.transaction():
            await connection.execute(f"set local statement_timeout = {max(1, round(seconds * 1000))}")
            return list(await connection.fetchrow(query, *given))
    except asyncpg.QueryCanceledError:
        return None
