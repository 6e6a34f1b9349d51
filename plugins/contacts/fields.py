"""Which fields contacts have, and with which values: what conversations can be filtered by."""

from typing import Any, Final

from comptoir_sdk import Context

from plugins.contacts.shapes import OfKey

MOST_KEYS, MOST_VALUES = 200, 100

# From one key, or value, to the next, each found in the index: a tenant has few of them on many contacts.
_KEYS: Final = """
with recursive known(key, nth) as (
    (select key, 1 from contacts_attribute order by tenant_id, key limit 1)
    union all
    select (select a.key from contacts_attribute a where a.key > k.key order by a.tenant_id, a.key limit 1), nth + 1
    from known k where k.key is not null and nth < $1
)
select key as found from known where key is not null
"""
_VALUES: Final = """
with recursive known(value_key, value, nth) as (
    (select value_key, value, 1 from contacts_attribute where key = $1 order by tenant_id, key, value_key limit 1)
    union all
    select n.value_key, n.value, nth + 1 from known k cross join lateral (
        select a.value_key, a.value from contacts_attribute a
        where a.key = $1 and a.value_key > k.value_key order by a.tenant_id, a.key, a.value_key limit 1) n
    where nth < $2
)
select value as found from known order by lower(value)
"""


async def list_fields(ctx: Context) -> dict[str, Any]:
    """Fields of contacts

    The keys that contacts have attributes under.
    """
    return {"items": await _listed(ctx, _KEYS, MOST_KEYS), "next": None}


async def list_values(ctx: Context, query: OfKey) -> dict[str, Any]:
    """Values of a field

    What contacts have under this key.
    """
    return {"items": await _listed(ctx, _VALUES, query.key, MOST_VALUES), "next": None}


async def _listed(ctx: Context, statement: str, *given: Any) -> list[str]:
    async with ctx.db.transaction() as connection:
        return [row["found"] for row in await connection.execute_query_dict(statement, list(given))]
