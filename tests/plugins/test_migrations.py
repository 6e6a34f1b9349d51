"""A plugin's tables: its next migration written from its models, lint, and the end of everything it had."""

import argparse
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from comptoir_sdk.scaffold import write

from core.commands.plugin import purge as purge_command
from core.config import load as load_config
from core.db.migrate import run
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import Conflict
from core.plugins.lint import lint
from core.plugins.loader import GROUP, Plugins, load
from core.plugins.orm import close_models, open_models
from core.plugins.purge import Purge
from core.plugins.tables import migrated_apps, unprotected
from core.plugins.writing import next_migration
from core.storage import FolderStorage
from tests.plugins.installation import load_samples
from tests.seed import SeededTenant

_COLOUR = """
    colour = fields.CharField(max_length=20, db_default="red")
    seen_in: Any = tenant_fk("core.Conversation", null=True)
"""
_SECOND = '''

class Mark(TenantModel):
    """A second table, that points at the first."""

    item: Any = tenant_fk("acme_orders.Item")
    said = fields.TextField()

    class Meta:
        app = "acme_orders"
        table = "acme_orders_mark"
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new plugin's package, importable."""
    write(tmp_path / "acme", "acme_orders", ["table"])
    monkeypatch.syspath_prepend(str(tmp_path / "acme"))
    _forget()
    yield tmp_path / "acme" / "acme_orders"
    _forget()


def _forget() -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "acme_orders"]:
        del sys.modules[module]


def _load() -> Plugins:
    _forget()
    return load({"acme_orders"}, [EntryPoint("acme_orders", "acme_orders:plugin", GROUP)])


async def _written(called: str | None = None) -> str | None:
    plugins = _load()
    [one] = plugins
    assert one.plugin is not None, one.why
    writer = await next_migration(plugins, one.plugin, called)
    return writer.write().name if writer else None


def _edit(package: Path, *, field: str = "", more: str = "") -> None:
    models = package / "models.py"
    models.write_text(models.read_text().replace("    created_at", f"    {field.strip()}\n    created_at", 1) + more)


async def test_what_new_writes_needs_no_further_migration(package: Path) -> None:
    assert await _written() is None


async def test_the_first_migration_is_written_from_the_models(package: Path, database_url: str, db: Database) -> None:
    for file in (package / "migrations").iterdir():
        file.unlink()
    (package / "migrations").rmdir()
    assert await _written() == "0001_initial.py"
    text = (package / "migrations" / "0001_initial.py").read_text()
    assert "dependencies = [('core', '0001_initial')]" in text
    assert "ProtectTenantTable('acme_orders_item', references={'contact_id': 'contacts'})" in text
    assert await _written() is None
    plugins = _load()
    report = await run(database_url, migrated_apps(plugins))
    assert (report.failed, report.applied) == ({}, ["acme_orders.0001_initial"])
    [one] = plugins
    assert one.plugin is not None
    assert await unprotected(db, one.plugin) == []


async def test_further_migrations_keep_the_rows_and_the_walls(
        package: Path, database_url: str, db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    assert (await run(database_url, migrated_apps(_load()))).failed == {}
    contact = await _contact(db, tenant)
    await db.system.execute("insert into acme_orders_item (id, tenant_id, contact_id, text, created_at) "
                            "values ($1, $2, $3, 'tea', now())", uuid4(), tenant.id, contact)
    _edit(package, field=_COLOUR, more=_SECOND)
    assert await _written("Add colour") == "0002_add_colour.py"
    plugins = _load()
    [one] = plugins
    assert one.plugin is not None
    assert [str(finding) for finding in lint(one.plugin)] == []
    assert (await run(database_url, migrated_apps(plugins))).failed == {}
    assert await unprotected(db, one.plugin) == []
    assert await db.system.fetchval("select colour from acme_orders_item") == "red"
    await open_models(database_url, plugins, statement_seconds=5)
    try:
        from acme_orders.models import Item, Mark  # type: ignore[import-not-found]

        with tenant_scope(tenant.id):
            item = await Item.get(contact_id=contact)
            await Mark.create(item_id=item.id, said="mint")
        with tenant_scope(other_tenant.id), pytest.raises(Exception, match="foreign key"):
            await Mark.create(item_id=item.id, said="theirs")
    finally:
        await close_models()


async def test_lint_tells_what_would_hold_up_or_break_others(package: Path) -> None:
    (package / "migrations" / "0002_bad.py").write_text('''
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("acme_orders", "0001_initial")]
    operations = [
        ops.AddField("Item", "size", fields.IntField()),
        ops.AddField("Item", "size_then", fields.IntField(db_default=1)),
        ops.AddIndex("Item", Index(fields=("text",))),
        ops.RemoveField("Item", "text"),
        ops.RunSQL("create index acme_orders_x on acme_orders_item (text)"),
        ops.RunSQL("alter table contacts add column acme text"),
        ops.CreateModel("Loose", fields=[
            ("id", fields.IntField(primary_key=True)), ("label", fields.ForeignKeyField("labels.Label")),
        ], options={"table": "acme_orders_loose"}),
    ]
''')
    [one] = _load()
    assert one.plugin is not None
    found = "\n".join(str(finding) for finding in lint(one.plugin))
    for wrong in ("no value for it: give it null=True or db_default= (Add field size to Item)",
                  "create index concurrently", "take it away one version later (Remove field text",
                  "`create index ` holds a lock",
                  "touches the table contacts", "names no migration of labels", "made by CreateModel",
                  "gets no ProtectTenantTable('acme_orders_loose'"):
        assert wrong in found, found
    assert "size_then" not in found
    assert len(lint(one.plugin)) == 8


async def test_a_table_whose_references_could_leave_the_tenant_takes_its_plugin_out(
        package: Path, database_url: str, db: Database) -> None:
    initial = package / "migrations" / "0001_initial.py"
    initial.write_text(initial.read_text().replace(', references={"contact_id": "contacts"}', ""))
    plugins = _load()
    assert (await run(database_url, migrated_apps(plugins))).failed == {}
    [one] = plugins
    assert one.plugin is not None
    assert await unprotected(db, one.plugin) == [
        "acme_orders_item.contact_id could point at another tenant's row: name it in the `references` of "
        "ProtectTenantTable('acme_orders_item')"]


async def test_purging_exports_the_rows_and_forgets_the_plugin_alone(
        database_url: str, db: Database, tenant: SeededTenant, tmp_path: Path) -> None:
    assert (await run(database_url, migrated_apps(load_samples("contacts", "inbox")))).failed == {}
    contact = await _contact(db, tenant)
    await db.system.execute("insert into contacts_attribute (id, tenant_id, contact_id, key, value, updated_at) "
                            "values ($1, $2, $3, 'city', 'مراكش', now())", uuid4(), tenant.id, contact)
    await db.system.execute("insert into plugin_settings (tenant_id, plugin, values) values ($1, 'contacts', '{}')",
                            tenant.id)
    storage = FolderStorage(tmp_path / "media")
    await storage.put(f"plugins/{tenant.id}/contacts/a/photo", b"pixels", "image/png")
    purge = Purge(db, storage, "contacts", frozenset({"inbox"}))
    found = await purge.look()
    assert (found.rows, found.objects, found.migrations) == ({"contacts_attribute": 1}, 1, 3)
    await purge.export(tmp_path / "kept")
    assert "مراكش" in (tmp_path / "kept" / "contacts_attribute.jsonl").read_text()
    assert (tmp_path / "kept" / "objects" / f"plugins/{tenant.id}/contacts/a/photo").read_bytes() == b"pixels"
    await purge.forget()
    assert not await purge.look()
    assert await db.system.fetchval("select count(*) from plugin_settings where plugin = 'contacts'") == 0
    assert await db.system.fetchval("select count(*) from contacts") == 1
    assert await db.system.fetchval("select to_regclass('inbox_note')") is not None
    assert await db.system.fetchval("select count(*) from audit_log where action = 'plugin.purged'") == 1
    # It may come again, from nothing.
    assert (await run(database_url, migrated_apps(load_samples("contacts")))).applied == [
        "contacts.0001_initial", "contacts.0002_fields", "contacts.0003_words"]


async def test_purging_spares_a_longer_name_and_what_others_point_at(
        database_url: str, db: Database, tmp_path: Path) -> None:
    owner = await asyncpg.connect(database_url)
    for table in ("acme_note", "acme_pins_pin"):
        await owner.execute(f"create table {table} (id uuid primary key, tenant_id uuid, "
                            f"constraint {table}_tenant foreign key (tenant_id) references tenants (id)); "
                            f"alter table {table} owner to comptoir_owner; grant all on {table} to comptoir_sys")
    purge = Purge(db, FolderStorage(tmp_path), "acme", frozenset({"acme_pins"}))
    assert list((await purge.look()).rows) == ["acme_note"]
    await owner.execute("create table other_x (id uuid references acme_note (id))")
    await owner.close()
    with pytest.raises(Conflict, match="purge that one first"):
        await purge.forget()
    assert list((await purge.look()).rows) == ["acme_note"]


def test_what_is_still_installed_is_not_purged(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("plugins: {inbox: {}}\n")
    settings = load_config({"COMPTOIR_DATA": str(tmp_path), "COMPTOIR_SECRET_KEY": "the key of a test"}, config)
    told: list[str] = []
    assert purge_command.run(settings, argparse.Namespace(name="inbox", into=None, yes=True), told.append) == 1
    assert "take it out" in told[0]


async def _contact(db: Database, tenant: SeededTenant) -> object:
    return await db.system.fetchval(
        "insert into contacts (tenant_id, id, name) values ($1, $2, 'Zineb') returning id", tenant.id, uuid4())
