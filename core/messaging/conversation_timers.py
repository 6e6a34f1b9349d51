"""Conversations by the timers that run in them, in tables that plugins declare."""

from collections.abc import Sequence
from typing import Final

from core.db.pool import Database
from core.messaging.conversation_filter import Condition, Timed, Values, nothing_more
from core.messaging.sight import is_limited

FEW: Final = 1000
"""As many conversations are looked up and found by their ids; of more, a page is full before long."""

_RUNS: Final = 'select f.conversation_id from "{table}" f where f.stopped_at is null and f.paused_at is null'
_DUE: Final = {"running": "", "overdue": " and f.due_at <= now()",
               "within": " and f.due_at > now() and f.due_at <= now() + {minutes} * interval '1 minute'"}  # fmt: skip
# Row by row, in the order of the list: a planner that joins the two whole reads all that run.
_OF_ONE: Final = "coalesce((select true from ({runs}) s where s.conversation_id = v.id limit 1), false)"


async def timing(db: Database, wanted: Timed | None, tables: Sequence[str]) -> Condition:
    """The condition that such a timer runs in `conversations v`. Names of tables are of declared plugins."""
    if wanted is None:
        return nothing_more
    if is_limited() and tables:  # behind their wall each timer would be looked at; their lists are short
        return lambda values: [_OF_ONE.format(runs=_runs(values, wanted, tables))]
    values = Values()
    async with db.tenant() as connection:
        query = f"select distinct conversation_id from ({_runs(values, wanted, tables)}) s limit {FEW + 1}"  # noqa: S608
        ids = [row["conversation_id"] for row in await connection.fetch(query, *values.given)] if tables else []
    if len(ids) <= FEW:
        return lambda values: [values.into("v.id = any({}::uuid[])", ids)]
    return lambda values: [_OF_ONE.format(runs=_runs(values, wanted, tables))]


def _runs(values: Values, wanted: Timed, tables: Sequence[str]) -> str:
    due = _DUE[wanted.due].format(minutes=f"{values.place(wanted.minutes)}::integer" if wanted.minutes else "0")
    kind = values.into(" and f.kind = {}::text", wanted.kind) if wanted.kind else ""
    return " union all ".join(_RUNS.format(table=table) + due + kind for table in tables)
