"""The forward-only migration runner, safe for several starters at once.

Never `tortoise migrate APP NAME`: it rolls back other apps' tables too. A broken plugin migration is reported and
leaves the kernel and its neighbours migrated.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate as tortoise_migrate

from core.db.bootstrap import bootstrap, ensure_database
from core.db.roles import role_url

_LOCK = 0x636F6D70746F6972 % 2**62
_PLUGIN_SECONDS = 600.0
_PLUGIN_SETTINGS = {"lock_timeout": "10s", "statement_timeout": f"{_PLUGIN_SECONDS:.0f}s"}
"""A statement that waits for a lock makes everybody behind it wait: it gives up, and the plugin stays as it is."""
_POLL_SECONDS = 0.3  # polled, for a waiting pg_advisory_lock deadlocks with CREATE INDEX CONCURRENTLY


@dataclass(frozen=True)
class MigratedApp:
    """A plugin's tables: its Tortoise label, model modules, migrations module and the apps it points at."""

    label: str
    models: Sequence[str]
    migrations: str
    requires: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Migrations that are not applied, and why: they would hurt others."""


class MigrationRefused(Exception):
    """A plugin's migration would hurt others than the plugin."""


@dataclass
class MigrationReport:
    """What was applied, as `app.name`, and which apps failed with what."""

    applied: list[str] = field(default_factory=list)
    failed: dict[str, Exception] = field(default_factory=dict)


CORE = MigratedApp("core", ("core.db.models",), "core.db.migrations")


def tortoise_config(url: str, apps: Sequence[MigratedApp], *, engine: str = "tortoise.backends.asyncpg",
                    **credentials: Any) -> dict[str, Any]:
    """Tortoise's configuration for these apps on one connection."""
    parts = urlsplit(url)
    login = {"host": parts.hostname, "port": parts.port or 5432, "user": unquote(parts.username or ""),
             "password": unquote(parts.password or ""), "database": parts.path.lstrip("/"), **credentials}
    return {
        "connections": {"default": {"engine": engine, "credentials": login}},
        "apps": {a.label: {"models": list(a.models), "migrations": a.migrations, "default_connection": "default"}
                 for a in apps},
        "use_tz": True, "timezone": "UTC",
    }


async def run(database_url: str, plugins: Sequence[MigratedApp] = ()) -> MigrationReport:
    """Bring the database to this version. `plugins` come in `requires` order. Raises when the kernel's own fail."""
    await ensure_database(database_url)
    lock = await asyncpg.connect(database_url, timeout=5)
    try:
        while not await lock.fetchval("select pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - see _POLL_SECONDS
            await asyncio.sleep(_POLL_SECONDS)
        await bootstrap(lock, database_url)
        return await _migrate_all(lock, role_url(database_url, "comptoir_owner"), plugins)
    finally:
        await lock.close()


async def _migrate_all(connection: Any, owner_url: str, plugins: Sequence[MigratedApp]) -> MigrationReport:
    report = MigrationReport()
    await _migrate_one(owner_url, [CORE], report)
    done = {CORE.label: CORE}
    for plugin in plugins:
        apps = [CORE, *(done[name] for name in plugin.requires if name in done), plugin]
        try:
            await _refuse_harmful(connection, plugin)
            async with asyncio.timeout(_PLUGIN_SECONDS):
                await _migrate_one(owner_url, apps, report, server_settings=_PLUGIN_SETTINGS)
            done[plugin.label] = plugin
        except Exception as error:  # a plugin may fail in any way, and must fail alone
            report.failed[plugin.label] = error
    return report


async def _refuse_harmful(connection: Any, plugin: MigratedApp) -> None:
    rows = await connection.fetch("select name from tortoise_migrations where app = $1", plugin.label)
    applied = {row["name"] for row in rows}
    if wrong := [f"{name}: {why}" for name, why in plugin.refused.items() if name not in applied]:
        raise MigrationRefused("; ".join(wrong))


async def _migrate_one(owner_url: str, apps: Sequence[MigratedApp], report: MigrationReport, **settings: Any) -> None:
    def progress(event: str, app: str, name: str) -> None:
        if event == "apply_done":
            report.applied.append(f"{app}.{name}")

    config = tortoise_config(owner_url, apps, **settings)
    async with TortoiseContext():
        await tortoise_migrate(config=config, direction="forward", progress=progress)
