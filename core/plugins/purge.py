"""Forgetting a plugin: its rows into files, then its tables, its objects, and what the kernel noted of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from core.audit.record import INSTALLATION, record_for
from core.db.pool import Connection, Database, connect
from core.errors import Conflict
from core.plugins.tables import applied
from core.storage import Storage

# The key that ProtectTenantTable gives every table of a plugin; the kernel's have none of that name.
_TABLES = """
select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
    and starts_with(c.relname, $1 || '_')
    and not exists (select from unnest($2::text[]) o where starts_with(c.relname, o || '_'))
    and exists (select from pg_constraint k where k.conrelid = c.oid and k.conname = c.relname || '_tenant')
order by c.relname
"""
_MENTIONS = """
select c.relname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = 'plugin' and not a.attisdropped
    and a.atttypid = 'text'::regtype and not c.relname = any($1)
"""


@dataclass(frozen=True)
class Belongings:
    """What a plugin has here: rows by table, and objects."""

    rows: Mapping[str, int]
    objects: int
    migrations: int

    def __bool__(self) -> bool:
        return bool(self.rows or self.objects or self.migrations)


class Purge:
    """`others` are plugins that stay: acme_pins keeps its tables when acme goes."""

    def __init__(self, db: Database, storage: Storage, plugin: str, others: frozenset[str]) -> None:
        self._db, self._storage, self._plugin, self._others = db, storage, plugin, others

    async def look(self) -> Belongings:
        tables = await self._tables()
        rows = {table: int(await self._db.system.fetchval(f'select count(*) from "{table}"')) for table in tables}  # noqa: S608
        migrations = await applied(self._db.url, self._plugin)
        return Belongings(rows, len([key async for key in self._objects()]), len(migrations))

    async def export(self, folder: Path) -> None:
        """A file of JSON lines for each table, and the objects as they are. Raises FileExistsError."""
        await asyncio.to_thread(folder.mkdir, parents=True)
        for table in await self._tables():
            with (folder / f"{table}.jsonl").open("w", encoding="utf-8") as file:
                async with self._db.system_transaction() as connection:
                    async for row in connection.cursor(f'select to_jsonb(t) as row from "{table}" t'):  # noqa: S608
                        file.write(json.dumps(row["row"], ensure_ascii=False) + "\n")
        async for key in self._objects():
            await asyncio.to_thread(_keep, folder / "objects" / key, await self._storage.get(key))

    async def forget(self) -> None:
        """Tables and migrations go together or not at all. Raises Conflict when another table points at them."""
        tables = await self._tables()
        connection = await connect(self._db.url, "comptoir_owner")
        try:
            async with connection.transaction():
                await _drop(connection, tables)
                await connection.execute("delete from tortoise_migrations where app = $1", self._plugin)
        finally:
            await connection.close()
        async with self._db.system_transaction() as system:
            for row in await system.fetch(_MENTIONS, tables):
                await system.execute(f'delete from "{row["name"]}" where plugin = $1', self._plugin)  # noqa: S608
            await record_for(system, INSTALLATION, "plugin.purged", "plugin", self._plugin, {"tables": [tables, None]})
        async for key in self._objects():
            await self._storage.delete(key)

    async def _tables(self) -> list[str]:
        longer = [other for other in self._others if other.startswith(f"{self._plugin}_")]
        return [row["name"] for row in await self._db.system.fetch(_TABLES, self._plugin, longer)]

    async def _objects(self) -> AsyncIterator[str]:
        for tenant in await self._db.system.fetch("select id from tenants"):
            async for key in self._storage.keys(f"plugins/{tenant['id']}/{self._plugin}"):
                yield key


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


async def _drop(connection: Connection, tables: list[str]) -> None:
    try:
        if tables:
            await connection.execute("drop table " + ", ".join(f'"{table}"' for table in tables))
    except asyncpg.DependentObjectsStillExistError as error:
        raise Conflict(f"Another plugin's tables point at these, purge that one first: {error.detail}") from error


def told(found: Belongings) -> list[str]:
    """For whoever is asked whether they mean it."""
    lines: list[Any] = [f"  {table}: {count} rows" for table, count in found.rows.items()]
    return [*lines, f"  {found.objects} objects", f"  {found.migrations} applied migrations"]
