from uuid import uuid4

import pytest
from comptoir_sdk import Contact, Draft

from core.errors import Rejected
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.seed import SeededTenant


def _draft(body: str) -> Draft:
    return Draft(uuid4(), uuid4(), "text", body)


async def test_hook_filter_outbound(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    """It may refuse, and its reason is told."""
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    assert (await host.hooks.filter_outbound(tenant.id, _draft("salam"))).body == "salam"
    with pytest.raises(Rejected, match="no shouting"):
        await host.hooks.filter_outbound(tenant.id, _draft("SALAM"))


@pytest.mark.parametrize("broken", ["raises_in_filter", "sleeps"])
async def test_a_filter_that_cannot_answer_stops_its_own_tenants_messages_and_nobody_elses(
        tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches, start_host: StartHost,
        broken: str) -> None:
    switches.switch_on("atlas", "good", broken)
    switches.switch_on("zagora", "good")
    host = await start_host("good", broken)
    with pytest.raises(Rejected, match=broken):
        await host.hooks.filter_outbound(tenant.id, _draft("salam"))
    await host.hooks.filter_outbound(other_tenant.id, _draft("salam"))


async def test_facts_that_do_not_come_are_left_out_and_named(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "sleeps")
    host = await start_host("good", "sleeps")
    facts, missing = await host.hooks.contact_facts(tenant.id, Contact(uuid4(), "Zineb"))
    assert [(told.plugin, fact.value) for told in facts for fact in told.value] == [("good", "3")]
    assert missing == ["sleeps"]


async def test_a_plugin_that_keeps_failing_rests_while_its_neighbour_works(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "good", "raises_in_filter")
    host = await start_host("good", "raises_in_filter")
    for _attempt in range(5):
        with pytest.raises(Rejected):
            await host.hooks.filter_outbound(tenant.id, _draft("salam"))
    assert list(host.guard.quarantined()) == ["raises_in_filter"]
    assert not host.guard.resting("good")
