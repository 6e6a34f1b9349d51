"""Conversations of contacts of whom the tenant keeps a certain value, in tables that plugins declare."""

from collections.abc import Sequence
from typing import Final

from core.db.pool import Database
from core.messaging.conversation_filter import Condition, Values, nothing_more

FEW: Final = 5000
"""As many contacts are looked up and their conversations found by index; of more, a page is full before long."""

_SAYS: Final = "select f.contact_id from \"{table}\" f where f.key = {key} and f.value_key = field_key({value})"
# Row by row, in the order of the list: a planner that joins the two whole reads all of a common value.
_OF_ONE: Final = "coalesce((select true from ({says}) s where s.contact_id = v.contact_id limit 1), false)"


async def having(db: Database, field: tuple[str, str] | None, tables: Sequence[str]) -> Condition:
    """The condition that the contact of `conversations v` has it. Names of tables are of declared plugins."""
    if field is None:
        return nothing_more
    values = Values()
    async with db.tenant() as connection:
        query = f"select distinct contact_id from ({_says(values, field, tables)}) s limit {FEW + 1}"  # noqa: S608
        contacts = [row["contact_id"] for row in await connection.fetch(query, *values.given)] if tables else []
    if len(contacts) <= FEW:
        return lambda values: [values.into("v.contact_id = any({}::uuid[])", contacts)]
    return lambda values: [_OF_ONE.format(says=_says(values, field, tables))]


def both(first: Condition, second: Condition) -> Condition:
    """All that either demands."""
    return lambda values: [*first(values), *second(values)]


def _says(values: Values, field: tuple[str, str], tables: Sequence[str]) -> str:
    key, value = (f"{values.place(one)}::text" for one in field)
    return " union all ".join(_SAYS.format(table=table, key=key, value=value) for table in tables)
