"""Which tables hold a tenant's rows: asked of the database, so that no table is forgotten, plugins' included."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from core.db.pool import Connection

_TABLES: Final = """
select format('%I', c.relname) as name, k.columns, coalesce(p.key, '{}') as key, coalesce(f.parents, '{}') as parents
from pg_class c
cross join lateral (
    select array_agg(format('%I', a.attname) order by a.attnum) as columns from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) k
left join lateral (
    select array_agg(format('%I', a.attname) order by n.position) as key from pg_index i
    cross join lateral unnest(i.indkey) with ordinality as n (attnum, position)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = n.attnum
    where i.indrelid = c.oid and i.indisprimary) p on true
left join lateral (
    select array_agg(distinct format('%I', r.relname)) as parents from pg_constraint s
    join pg_class r on r.oid = s.confrelid
    where s.conrelid = c.oid and s.contype = 'f' and s.confrelid <> c.oid) f on true
where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        and a.atttypid = 'uuid'::regtype)
order by c.relname
"""
_SECRET: Final = re.compile(r"(^|_)(sealed|secret|secrets|wrapped|challenge|(secret|token|code|password)_hash)$")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a tenant_id. Names are quoted where they must be; `parents` are those its foreign keys point at."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    parents: frozenset[str]

    @property
    def file_name(self) -> str:
        return self.name.strip('"')

    @property
    def secret_columns(self) -> tuple[str, ...]:
        """What is sealed, or proves something, by its name: `…_sealed` is the convention for plugins too."""
        return tuple(column for column in self.columns if _SECRET.search(column))


async def tenant_tables(connection: Connection) -> list[Table]:
    """Those that point at others before those pointed at, so that rows can be deleted in this order."""
    rows = await connection.fetch(_TABLES)
    return _children_first([_table(row) for row in rows])


def _table(row: Any) -> Table:
    return Table(row["name"], tuple(row["columns"]), tuple(row["key"]), frozenset(row["parents"]))


def _children_first(tables: Sequence[Table]) -> list[Table]:
    by_name = {table.name: table for table in tables}
    sorter = TopologicalSorter({table.name: table.parents & by_name.keys() for table in tables})
    try:
        parents_first = list(sorter.static_order())
    except CycleError as error:
        raise RuntimeError(f"tables point at each other in a circle, so none can be emptied first: {error}") from error
    return [by_name[name] for name in reversed(parents_first)]
