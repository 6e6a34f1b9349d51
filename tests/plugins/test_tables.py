"""Plugins' tables: migrated once, whoever starts; a broken migration alone; none open to other tenants."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from core.db.migrate import run
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.plugins.lint import migrations_of
from core.plugins.orm import close_models, open_models
from core.plugins.tables import migrated_apps, note_failures, refuse_unprotected
from tests.plugins.installation import load_samples
from tests.seed import SeededTenant


async def test_three_starters_at_once_migrate_plugins_once_and_a_torn_one_fails_alone(database_url: str) -> None:
    plugins = load_samples("contacts", "inbox", "torn")
    apps = migrated_apps(plugins)
    reports = await asyncio.gather(*(run(database_url, apps) for _ in range(3)))
    every = [f"{one.name}.{name}" for one in plugins.loaded() if one.plugin and one.name != "torn"
             for name, _ in migrations_of(one.plugin)]  # fmt: skip
    assert sorted(map(len, (report.applied for report in reports))) == [0, 0, len(every)]
    assert set(every) == {name for report in reports for name in report.applied}
    assert all(list(report.failed) == ["torn"] for report in reports)
    assert 'syntax error at or near "this"' in str(reports[0].failed["torn"])
    note_failures(plugins, reports[0])
    assert [one.name for one in plugins.loaded()] == ["contacts", "inbox"]
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("select to_regclass('torn_half')") is None
    await connection.close()


async def test_a_table_without_walls_takes_its_plugin_out(database_url: str, db: Database) -> None:
    plugins = load_samples("inbox", "bare")
    await run(database_url, migrated_apps(plugins))
    await refuse_unprotected(plugins, db)
    found = {one.name: one for one in plugins}
    assert found["inbox"].state == "loaded"
    assert found["bare"].state == "broken"
    assert "ProtectTenantTable('bare_row')" in found["bare"].why


async def test_a_plugin_whose_tables_are_not_there_yet_is_taken_out(db: Database) -> None:
    plugins = load_samples("inbox")
    await refuse_unprotected(plugins, db)
    assert "run the migrations" in {one.name: one.why for one in plugins}["inbox"]


async def test_the_orm_shows_a_tenant_its_own_rows_and_needs_a_tenant(
        database_url: str, db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    from plugins.contacts.models import Attribute

    plugins = load_samples("contacts")
    await run(database_url, migrated_apps(plugins))
    await open_models(database_url, plugins, statement_seconds=2)
    try:
        contact = await _contact(db, tenant)
        with tenant_scope(tenant.id):
            row = await Attribute.create(contact_id=contact, key="city", value="Essaouira")
            assert [one.value for one in await Attribute.all()] == ["Essaouira"]
        with tenant_scope(other_tenant.id):
            assert await Attribute.all().count() == 0
            assert await Attribute.get_or_none(id=row.id) is None
            # The same with the manager's filter bypassed: the database is the wall.
            assert await Attribute._meta.db.execute_query_dict("select * from contacts_attribute") == []
            with pytest.raises(Exception, match="foreign key"):
                await Attribute.create(contact_id=contact, key="city", value="Agadir")
            with pytest.raises(ValueError, match="cannot be saved"):
                await Attribute(contact_id=contact, key="a", value="b", tenant_id=tenant.id).save()
        with pytest.raises(LookupError, match="no tenant in scope"):
            await Attribute.all()
    finally:
        await close_models()


async def _contact(db: Database, tenant: SeededTenant) -> object:
    return await db.system.fetchval(
        "insert into contacts (tenant_id, id, name) values ($1, $2, 'Zineb') returning id", tenant.id, uuid4())
