"""Hooks that one plugin offers to others: asked with a limit, by the policy of their spec, of whoever has both."""

import pytest

from core.plugins.guard import PluginFailed
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches, load_samples
from tests.plugins.samples.asking import polite
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant


async def test_hook_register_hookspecs(tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
                                       start_host: StartHost) -> None:
    """Those that implement it are asked, where they are on; the late one is left out and named, others go on."""
    polite.asked.clear()
    switches.switch_on("atlas", "asker", "polite", "tardy")
    switches.switch_on("zagora", "asker")
    host = await start_host("asker", "polite", "tardy")
    web, path = Web(host), "/api/v1/p/asker/classes"
    answer = await web.ask(principal(tenant.id, "agent", host), "GET", path)
    assert await answer.get_json() == {"said": {"polite": "a greeting, says polite: salam"}, "missing": ["tardy"]}
    answer = await web.ask(principal(other_tenant.id, "agent", host), "GET", path)
    assert await answer.get_json() == {"said": {}, "missing": []}
    assert polite.asked == [tenant.id]


async def test_where_the_spec_says_so_one_that_does_not_answer_fails_the_asker(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "asker", "polite", "tardy")
    host = await start_host("asker", "polite", "tardy")
    answer = await Web(host).ask(principal(tenant.id, "agent", host), "GET", "/api/v1/p/asker/approval")
    assert (answer.status_code, "tardy must answer approve" in await answer.get_data(as_text=True)) == (503, True)
    assert [one.plugin for one, _ in host.guard.incidents.take()] == ["tardy"]  # and not the asker


async def test_one_that_keeps_failing_rests_and_its_own_routes_are_left_alone(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "asker", "polite", "tardy")
    host = await start_host("asker", "polite", "tardy")
    for _attempt in range(5):
        with pytest.raises(PluginFailed):
            await host.guard.call("tardy", "offered approve", 1, _fail)
    assert host.guard.resting("tardy", "offered")
    assert not any(host.guard.resting("tardy", door) for door in ("routes", "providers", "people"))
    answers = await host.hooks.ask(tenant.id, "asker", "classify", None, words="salam")
    assert (list(answers.by_plugin), answers.missing) == (["polite"], ("tardy",))


async def _fail() -> None:
    raise RuntimeError("no opinion today")


async def test_an_error_of_one_that_is_asked_leaves_the_askers_transaction_whole(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "asker", "clumsy")
    host = await start_host("asker", "clumsy")
    answer = await Web(host).ask(principal(tenant.id, "agent", host), "GET", "/api/v1/p/asker/care")
    assert await answer.get_json() == {"well": 1, "missing": ["clumsy"]}


async def test_only_the_plugin_that_offers_a_hook_asks_it(
        tenant: SeededTenant, switches: Switches, start_host: StartHost) -> None:
    switches.switch_on("atlas", "asker", "polite")
    host = await start_host("asker", "polite")
    with pytest.raises(LookupError, match="polite offers no hook 'classify'"):
        await host.contexts(tenant.id, "polite").ask("classify", words="salam")
    with pytest.raises(LookupError, match="offers no hook 'filter_outbound'"):
        await host.contexts(tenant.id, "asker").ask("filter_outbound", draft=None)


@pytest.mark.parametrize(("plugin", "why"), [
    ("mumbles", "clasify"),
    ("uninvited", "it implements classify, which asker offers: name asker in `requires`"),
    ("copycat", "it offers the hook classify, which there is already"),
])
def test_a_misspelt_an_uninvited_and_a_doubled_hook_are_refused_at_start(plugin: str, why: str) -> None:
    plugins = load_samples("asker", "polite", plugin)
    found = {one.name: one for one in plugins}
    assert (found[plugin].state, found["asker"].state, found["polite"].state) == ("broken", "loaded", "loaded")
    assert why in found[plugin].why


def test_without_the_plugin_that_offers_it_an_implementation_is_missing_its_requirement() -> None:
    [found] = load_samples("polite")
    assert (found.state, "asker" in found.why) == ("missing", True)


def test_a_hook_that_is_going_names_the_plugin_that_uses_it_and_when_it_goes(caplog: pytest.LogCaptureFixture) -> None:
    plugins = load_samples("asker", "behind")
    assert {one.state for one in plugins} == {"loaded"}
    assert "plugin behind: implement classify instead of sort: sort goes in asker 2.0" in caplog.text
