"""Plugins' migrations for the runner, and the check that every table they made is behind row-level security."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from comptoir_sdk import Plugin

from core.db.migrate import MigratedApp, MigrationReport
from core.db.pool import Database, connect
from core.plugins.incidents import Incident, Incidents
from core.plugins.lint import lint
from core.plugins.loader import Plugins, required_by
from core.plugins.models import references_of, tables_of
from core.plugins.record import tell_incidents


def migrated_apps(plugins: Plugins) -> list[MigratedApp]:
    """What `core.db.migrate.run` is given: installed plugins with tables, required ones first."""
    return [MigratedApp(one.name, one.plugin.models, one.plugin.migrations, required_by(one.plugin))
            for one in plugins.loaded() if one.plugin and one.plugin.migrations]


def to_migrate(plugins: Plugins) -> list[MigratedApp]:
    """The same, with what is not to be applied since it would hurt others."""
    return [replace(app, refused=_harmful(plugins, app.label)) for app in migrated_apps(plugins)]


def _harmful(plugins: Plugins, name: str) -> Mapping[str, str]:
    one = plugins.find(name)
    try:
        findings = lint(one.plugin) if one and one.plugin else []
    except Exception:  # migrations that cannot be imported: told when they are to be applied
        return {}
    return {finding.migration: finding.wrong for finding in findings if finding.harmful}


def note_failures(plugins: Plugins, report: MigrationReport) -> None:
    """Take out the plugins whose migrations failed."""
    for name, error in report.failed.items():
        if plugins.find(name):
            plugins.refuse(name, "broken", f"its migration failed: {error}")


async def tell_failures(database_url: str, plugins: Plugins, report: MigrationReport) -> None:
    """Write down for the operator why migrations failed."""
    incidents, packages = Incidents(), {one.name: one.package for one in plugins}
    for name, error in report.failed.items():
        incidents.add(Incident.of(name, "migration", "migrate", error, packages.get(name, "")))
    connection = await connect(database_url, "comptoir_sys")
    try:
        await tell_incidents(connection, incidents, "migrate")
    finally:
        await connection.close()


async def applied(database_url: str, plugin: str) -> dict[str, datetime]:
    """The plugin's migrations that were applied here, and when."""
    connection = await connect(database_url, "comptoir_owner")
    try:
        rows = await connection.fetch("select name, applied_at from tortoise_migrations where app = $1", plugin)
    finally:
        await connection.close()
    return {row["name"]: row["applied_at"] for row in rows}


_WALLS = """
select t.name, c.oid is not null as exists, coalesce(c.relrowsecurity and c.relforcerowsecurity, false) as forced,
    exists (select from pg_policies p where p.schemaname = 'public' and p.tablename = t.name) as policed,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull) as owned,
    exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
        and k.confrelid = 'tenants'::regclass) as held
from unnest($1::text[]) t (name) left join pg_class c on c.relname = t.name and c.relnamespace = 'public'::regnamespace
"""
_LOOSE = """
select r.name, r.col from unnest($1::text[], $2::text[]) r (name, col)
join pg_class c on c.relname = r.name and c.relnamespace = 'public'::regnamespace
where not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.conkey @> array(
    select a.attnum from pg_attribute a where a.attrelid = c.oid and a.attname in ('tenant_id', r.col)))
"""


async def unprotected(db: Database, plugin: Plugin) -> list[str]:
    """What is wrong with the plugin's tables: absent, or able to show or touch another tenant's rows."""
    rows = await db.system.fetch(_WALLS, tables_of(plugin))
    absent = [f"its table {row['name']} is absent: run the migrations" for row in rows if not row["exists"]]
    open_ = [row["name"] for row in rows
             if row["exists"] and not (row["forced"] and row["policed"] and row["owned"] and row["held"])]
    loose = await db.system.fetch(_LOOSE, *_columns(references_of(plugin)))
    return [*absent,
            *(f"its table {name} is not protected: add ProtectTenantTable({name!r}) to its migration"
              for name in open_),
            *(f"{row['name']}.{row['col']} could point at another tenant's row: name it in the `references` of "
              f"ProtectTenantTable({row['name']!r})" for row in loose if row["name"] not in open_)]


def _columns(references: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    listed = list(references)
    return [table for table, _ in listed], [column for _, column in listed]


async def refuse_unprotected(plugins: Plugins, db: Database) -> None:
    """Take out plugins whose tables are absent, or could show one tenant's rows to another."""
    for one in plugins.loaded():
        if one.plugin is not None and tables_of(one.plugin) and (wrong := await unprotected(db, one.plugin)):
            plugins.refuse(one.name, "broken", wrong[0])
