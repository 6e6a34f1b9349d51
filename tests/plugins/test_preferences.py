"""Settings of a plugin: a form for the tenant's admin, checked by the plugin's model, live in every process."""

import asyncio
from typing import Any

import pytest

from core import errors
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.plugins.host import PluginHost
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.seed import SeededTenant

SECRET = "sk-very-secret"


async def change(host: PluginHost, db: Database, tenant: SeededTenant, plugin: str, **values: Any) -> None:
    with tenant_scope(tenant.id):
        await host.preferences.save(db, tenant.id, plugin, values)


async def form(host: PluginHost, db: Database, tenant: SeededTenant, plugin: str) -> dict[str, Any]:
    with tenant_scope(tenant.id):
        told = await host.preferences.one(db, tenant.id, plugin, "en")
    return {**told, "fields": {one["name"]: one for one in told["fields"]}}


async def test_a_form_has_a_field_for_each_setting(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "fitted")
    host = await start_host("fitted")
    told = await form(host, db, tenant, "fitted")
    fields = told["fields"]
    assert {name: one["kind"] for name, one in fields.items()} == {
        "shop_url": "text", "keep_days": "integer", "token": "secret", "pace": "choice", "loud": "boolean",
        "words": "list"}
    assert (told["test"], told["why_off"]) == ("try", None)
    assert (fields["shop_url"]["label"], fields["shop_url"]["hint"]) == ("Shop", "Where orders are asked for.")
    assert fields["pace"]["options"] == ["slow", "fast"]
    assert (fields["keep_days"]["minimum"], fields["keep_days"]["maximum"]) == (1, 365)
    assert {one["source"] for one in fields.values()} == {"default"}


async def test_what_is_chosen_is_live_in_every_process_within_five_seconds(
        db: Database, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
        start_host: StartHost) -> None:
    switches.switch_on("atlas", "fitted")
    switches.switch_on("rif", "fitted")
    here, there = await start_host("fitted"), await start_host("fitted")
    await change(here, db, tenant, "fitted", keep_days=30, pace="fast")
    async with asyncio.timeout(5):
        while there.gate.settings(tenant.id, "fitted").keep_days != 30:  # noqa: ASYNC110 - the other process polls
            await asyncio.sleep(0.05)
    assert there.gate.settings(tenant.id, "fitted").pace == "fast"
    if there.gate.enabled(other_tenant.id, "fitted"):
        assert there.gate.settings(other_tenant.id, "fitted").keep_days == 90
    await change(here, db, tenant, "fitted", keep_days=None)
    await here.refresh(db)
    assert here.gate.settings(tenant.id, "fitted").keep_days == 90


@pytest.mark.parametrize(("values", "field"), [
    ({"keep_days": 0}, "keep_days"), ({"keep_days": "soon"}, "keep_days"), ({"pace": "warp"}, "pace"),
    ({"colour": "red"}, "colour"), ({"token": 5}, "token")])
async def test_what_the_model_refuses_is_told_at_its_field_and_not_kept(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost, values: dict[str, Any],
        field: str) -> None:
    switches.switch_on("atlas", "fitted")
    host = await start_host("fitted")
    with pytest.raises(errors.Invalid) as refused:
        await change(host, db, tenant, "fitted", shop_url="https://new.example", **values)
    assert [one["loc"][-1] for one in refused.value.extra["errors"]] == [field]
    assert (await form(host, db, tenant, "fitted"))["fields"]["shop_url"]["source"] == "default"


async def test_a_secret_is_written_and_never_read_back(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "fitted")
    host = await start_host("fitted")
    await change(host, db, tenant, "fitted", token=SECRET)
    await host.refresh(db)
    assert host.gate.settings(tenant.id, "fitted").token == SECRET
    told = (await form(host, db, tenant, "fitted"))["fields"]["token"]
    assert (told["set"], told["value"]) == (True, None)
    everything = await db.system.fetchval("select string_agg(values::text, '') from plugin_settings")
    everything += str(await db.system.fetch("select * from audit_log"))
    assert SECRET not in everything
    await change(host, db, tenant, "fitted", token=None)
    await host.refresh(db)
    assert host.gate.settings(tenant.id, "fitted").token == ""


async def test_what_the_file_writes_is_shown_and_not_changed_here(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.on["atlas"] = {"fitted": {"keep_days": 7}}
    host = await start_host("fitted")
    told = (await form(host, db, tenant, "fitted"))["fields"]["keep_days"]
    assert (told["source"], told["value"]) == ("file", 7)
    with pytest.raises(errors.Invalid, match="configuration file"):
        await change(host, db, tenant, "fitted", keep_days=8)


async def test_one_that_waits_for_a_value_has_a_form_and_starts_when_it_has_it(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "needy")
    host = await start_host("needy")
    assert not host.gate.enabled(tenant.id, "needy")
    assert "key" in (await form(host, db, tenant, "needy"))["why_off"]
    await change(host, db, tenant, "needy", key=SECRET)
    await host.refresh(db)
    assert host.gate.settings(tenant.id, "needy").key.get_secret_value() == SECRET
    assert (await form(host, db, tenant, "needy"))["why_off"] is None


async def test_off_there_is_no_form_and_the_values_wait(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "fitted")
    host = await start_host("fitted")
    await change(host, db, tenant, "fitted", keep_days=30)
    switches.on["atlas"] = {}
    await host.refresh(db)
    with tenant_scope(tenant.id):
        assert await host.preferences.all(db, tenant.id, "en") == []
    with pytest.raises(errors.NotFound):
        await change(host, db, tenant, "fitted", keep_days=31)
    switches.switch_on("atlas", "fitted")
    await host.refresh(db)
    assert host.gate.settings(tenant.id, "fitted").keep_days == 30


async def test_a_value_that_a_newer_version_does_not_know_is_no_reason_to_go_without_it(
        db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    await db.system.execute("insert into plugin_settings (tenant_id, plugin, values) values ($1, 'fitted', $2)",
                            tenant.id, {"colour": "red", "keep_days": 12})
    switches.switch_on("atlas", "fitted")
    host = await start_host("fitted")
    assert host.gate.settings(tenant.id, "fitted").keep_days == 12
