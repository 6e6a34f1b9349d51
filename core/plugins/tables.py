"""Plugins' migrations for the runner, and the check that every table they made is behind row-level security."""

from core.db.migrate import MigratedApp, MigrationReport
from core.db.pool import Database, connect
from core.plugins.incidents import Incident, Incidents
from core.plugins.loader import Plugins, required_by
from core.plugins.models import tables_of
from core.plugins.record import tell_incidents


def migrated_apps(plugins: Plugins) -> list[MigratedApp]:
    """What `core.db.migrate.run` is given: installed plugins with tables, required ones first."""
    return [MigratedApp(one.name, one.plugin.models, one.plugin.migrations, required_by(one.plugin))
            for one in plugins.loaded() if one.plugin and one.plugin.migrations]


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


_WALLS = """
select t.name, c.oid is not null as exists, coalesce(c.relrowsecurity and c.relforcerowsecurity, false) as forced,
    exists (select from pg_policies p where p.schemaname = 'public' and p.tablename = t.name) as policed,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull) as owned
from unnest($1::text[]) t (name) left join pg_class c on c.relname = t.name and c.relnamespace = 'public'::regnamespace
"""


async def refuse_unprotected(plugins: Plugins, db: Database) -> None:
    """Take out plugins whose tables are absent, or could show one tenant's rows to another."""
    for one in plugins.loaded():
        if one.plugin is None or not (tables := tables_of(one.plugin)):
            continue
        rows = await db.system.fetch(_WALLS, tables)
        for row in rows:
            if not row["exists"]:
                plugins.refuse(one.name, "broken", f"its table {row['name']} is absent: run the migrations")
            elif not (row["forced"] and row["policed"] and row["owned"]):
                plugins.refuse(one.name, "broken", f"its table {row['name']} is not protected: add "
                                                   f"ProtectTenantTable({row['name']!r}) to its migration")
