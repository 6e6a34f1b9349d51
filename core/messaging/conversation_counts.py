"""How many conversations there are of several filters at once, as far as it matters: up to a thousand of each."""

from collections.abc import Sequence
from typing import Any, Final

from core.db.pool import Database
from core.messaging.conversation_filter import Filter, Finding, Values

MOST: Final = 1000
"""No more are counted."""

_COUNT: Final = "(select count(*) from (select from ({seen}) seen limit {most:d}) counted)"


async def count_conversations(db: Database, filters: Sequence[Filter]) -> list[int]:
    """Of each filter, in one statement. None of them searches. MOST stands for that and more."""
    if not filters:
        return []
    query, given = count_statement(filters)
    async with db.tenant() as connection:
        row: Any = await connection.fetchrow(query, *given)
    return list(row)


def count_statement(filters: Sequence[Filter]) -> tuple[str, list[Any]]:
    """The statement for the viewer in scope, and its parameters."""
    values = Values()
    counts = [_COUNT.format(seen=Finding(one, "latest", values, most=MOST).statement, most=MOST) for one in filters]
    return "select " + ", ".join(counts), values.given
