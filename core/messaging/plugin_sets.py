"""Contacts and conversations that rows of plugins' tables single out, and how a list is narrowed down to them.

There are two ways. Few are gone through one by one and their conversations found by index, wherever in the list those
are. Of very many a page is full before long, if the list is read in its own order and each row is asked about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.db.pool import Connection
from core.messaging.conversation_filter import Filter, Timed, Values
from core.messaging.sight import is_limited

FEW: Final = 2000
"""So many are gone through rather than asked about: some milliseconds."""
MANY: Final = 20_000
"""So many, too, where the beginning of the list has not enough of them: some ten milliseconds."""

# A condition on `conversations v`. Row by row: a planner that joins the two whole reads all of a common value.
_OF_ONE: Final = "coalesce((select true from ({rows}) s where s.value = v.{key} limit 1), false)"
_COUNTED: Final = "select count(*) from (select from ({rows}) s limit {most:d}) counted"
_NONE: Final = "select null::uuid as value limit 0"

_SAYS: Final = 'select f.contact_id as value from "{table}" f where f.key = {key} and f.value_key = field_key({value})'
_RUNS: Final = 'select f.conversation_id as value from "{table}" f where f.stopped_at is null and f.paused_at is null'
_DUE: Final = {"running": "", "overdue": " and f.due_at <= now()",
               "within": " and f.due_at > now() and f.due_at <= now() + {minutes} * interval '1 minute'"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PluginSet:
    """`rows`: the statement that has it in a column `value`, which are `key` of conversations. `walled`: a member of
    limited sight may not see all of it, and the wall would look at each row."""

    key: Literal["contact_id", "id"]
    rows: Callable[[Values], str]
    walled: bool = False

    def of_one(self, values: Values) -> str:
        """The condition that it has the conversation `v`."""
        return _OF_ONE.format(rows=self.rows(values), key=self.key)

    async def is_within(self, connection: Connection, most: int) -> bool:
        """Whether it has no more rows, of those that may be gone through at all."""
        if self.walled and is_limited():
            return False
        values = Values()
        counted = _COUNTED.format(rows=self.rows(values), most=most + 1)
        return bool(await connection.fetchval(counted, *values.given) <= most)


def sets_of(wanted: Filter, fields: Sequence[str], timers: Sequence[str]) -> list[PluginSet]:
    """What the filter asks plugins for: all of it must be so. `fields` and `timers` are tables of declared plugins."""
    sets = list[PluginSet]()
    if wanted.field is not None:
        field = wanted.field
        sets.append(PluginSet("contact_id", lambda values: _says(values, field, fields)))
    if wanted.timer is not None:
        timer = wanted.timer
        sets.append(PluginSet("id", lambda values: _runs(values, timer, timers), walled=True))
    return sets


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The set that is gone through, and those that each row is asked about."""

    through: PluginSet | None = None
    others: Sequence[PluginSet] = ()

    def condition(self, values: Values) -> list[str]:
        """Of the others."""
        return [one.of_one(values) for one in self.others]


WHOLE: Final = Narrowed()
"""Asked of no plugin."""


async def narrowed(connection: Connection, sets: Sequence[PluginSet], most: int) -> Narrowed:
    """The first set with no more than `most` rows is gone through."""
    for one in sets:
        if await one.is_within(connection, most):
            return Narrowed(one, [other for other in sets if other is not one])
    return Narrowed(None, sets)


def _says(values: Values, field: tuple[str, str], tables: Sequence[str]) -> str:
    key, value = (f"{values.place(one)}::text" for one in field)
    return " union all ".join(_SAYS.format(table=table, key=key, value=value) for table in tables) or _NONE


def _runs(values: Values, wanted: Timed, tables: Sequence[str]) -> str:
    due = _DUE[wanted.due].format(minutes=f"{values.place(wanted.minutes)}::integer" if wanted.minutes else "0")
    kind = values.into(" and f.kind = {}::text", wanted.kind) if wanted.kind else ""
    return " union all ".join(_RUNS.format(table=table) + due + kind for table in tables) or _NONE
