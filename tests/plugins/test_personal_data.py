"""A person's data: exported whole, erased by every plugin that keeps some."""

from uuid import UUID

import pytest
from comptoir_sdk import Contact

from core.db.migrate import run
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.plugins.guard import PluginFailed
from core.plugins.tables import migrated_apps
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches, load_samples
from tests.seed import SeededTenant


async def _person(db: Database, tenant: SeededTenant) -> Contact:
    """A contact with an attribute and a note."""
    contact: UUID = await db.system.fetchval(
        "insert into contacts (tenant_id, name) values ($1, 'Zineb') returning id", tenant.id)
    await db.system.execute(
        "insert into contacts_attribute (tenant_id, id, contact_id, key, value, updated_at) "
        "values ($1, uuidv7(), $2, 'city', 'Fès', now())", tenant.id, contact)
    conversation = await db.system.fetchval(
        "insert into conversations (tenant_id, account_id, contact_id) values ($1, $2, $3) returning id",
        tenant.id, tenant.account_id, contact)
    await db.system.execute(
        "insert into inbox_note (tenant_id, id, conversation_id, body, author_name, created_at) "
        "values ($1, uuidv7(), $2, 'likes mint tea', 'Hind', now())", tenant.id, conversation)
    return Contact(contact, "Zineb")


async def test_bundled_plugins_export_and_erase_what_they_keep(
        database_url: str, db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    await run(database_url, migrated_apps(load_samples("contacts", "inbox")))
    switches.switch_on("atlas", "contacts", "inbox")
    host = await start_host("contacts", "inbox")
    person, other = await _person(db, tenant), await _person(db, tenant)
    with tenant_scope(tenant.id):
        found = await host.hooks.personal_data(tenant.id, person)
        assert found["contacts"] == {"attributes": {"city": "Fès"}}
        assert [note["body"] for note in found["inbox"]["notes"]] == ["likes mint tea"]
        assert await host.hooks.erase_personal_data(tenant.id, person) == {"contacts": 1, "inbox": 1}
        assert (await host.hooks.personal_data(tenant.id, person))["inbox"] == {
            "notes": [], "drafts": [], "assignments": [], "timers": []}
        assert (await host.hooks.personal_data(tenant.id, other))["contacts"] == {"attributes": {"city": "Fès"}}


async def test_an_export_with_a_hole_fails(
        tenant: SeededTenant, db: Database, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "forgetful")
    host = await start_host("forgetful")
    with pytest.raises(PluginFailed, match="forgetful"):
        await host.hooks.personal_data(tenant.id, Contact(tenant.id, "Zineb"))
