import pytest

from tests.plugins.installation import load_samples


@pytest.mark.parametrize(("name", "state", "why"), [
    ("raises_at_import", "broken", "needs a licence file"),
    ("raises_at_register", "broken", "no routes today"),
    ("misspelt", "broken", "on_mesage_received"),
    ("too_new", "incompatible", "comptoir-sdk >=99"),
    ("needs_absent", "missing", "absent>=1.0"),
    ("needs_newer_good", "missing", "good is 2.1"),
    ("undeclared_permission", "broken", "undeclared_permission.read"),
    ("nowhere", "missing", "no installed package"),
])
def test_a_bad_plugin_is_named_with_its_reason_and_its_neighbour_loads(name: str, state: str, why: str) -> None:
    plugins = load_samples("good", name)
    found = {one.name: one for one in plugins}
    assert found[name].state == state
    assert why in found[name].why
    assert plugins.find(name) is None
    assert plugins.find("good") is not None
    assert [impl.plugin_name for impl in plugins.manager.hook.on_message_received.get_hookimpls()] == ["good"]


def test_only_what_config_yaml_installs_is_imported() -> None:
    assert [one.name for one in load_samples("good")] == ["good"]


def test_refusing_a_plugin_refuses_those_that_need_it() -> None:
    plugins = load_samples("good", "needs_newer_good", "contacts", "inbox")
    plugins.refuse("good", "broken", "its migration failed")
    assert [one.name for one in plugins.loaded()] == ["contacts", "inbox"]


def test_the_bundled_plugins_come_through_the_same_door() -> None:
    from core.plugins.loader import load

    assert [(one.name, one.state, one.why) for one in load({"contacts", "inbox"})] == [
        ("contacts", "loaded", ""), ("inbox", "loaded", "")]
