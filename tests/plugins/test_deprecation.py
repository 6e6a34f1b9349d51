"""What leaves the SDK is told once, to whoever runs the plugin that uses it, with the version and the line."""

import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from comptoir_sdk import deprecation, ui
from comptoir_sdk.deprecation import Retiring, SdkDeprecation

from core.plugins.loader import GROUP, Plugins, load

PLUGIN = """
from comptoir_sdk import OldText, Plugin, hookimpl, ui

class Dated(Plugin):
    name, version, sdk = "dated", "1.0", ">=0.1,<1"

    @hookimpl
    def register_panels(self):
        return [ui.Assets("dated"), ui.MessageRenderer("order", element="dated-o", module="o.js", text="order_text"),
                *(ui.Panel(name, slot="contact.detail", fragment=name) for name in ("one", "two"))]

    @hookimpl
    def register_routes(self):
        from comptoir_sdk import Route
        return [Route(f"/fragments/{name}", view, ("GET",), "contacts.read") for name in ("one", "two")]

    @hookimpl
    async def on_contact_saved(self, ctx, contact, changed):
        pass

async def view(ctx):
    return {}

plugin = Dated()
"""


@pytest.fixture
def dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plugin written for an SDK of which a name, a hook and a slot are about to go."""
    (tmp_path / "dated.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(deprecation, "NAMES", {"OldText": Retiring("0.2", "Text")})
    monkeypatch.setattr(deprecation, "HOOKS", {"on_contact_saved": Retiring("0.4", "write on_contact_updated")})
    monkeypatch.setattr(deprecation, "SLOTS", {"contact.detail": Retiring("0.5", "use contact.tab")})
    yield tmp_path / "dated.py"
    monkeypatch.delitem(__import__("sys").modules, "dated", raising=False)


def loaded() -> Plugins:
    return load(["dated"], [EntryPoint("dated", "dated:plugin", GROUP)])


@pytest.mark.filterwarnings("ignore::comptoir_sdk.deprecation.SdkDeprecation")
def test_the_plugin_runs_and_is_named_with_the_version_and_the_line(
        dated: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        one = loaded().find("dated")
    assert one is not None, "it still runs"
    told = {found.what: found for found in one.deprecations}
    assert {what: found.removed_in for what, found in told.items()} == {
        "comptoir_sdk.OldText": "0.2", "the hook on_contact_saved": "0.4", "the slot contact.detail": "0.5",
        "ui.MessageRenderer(text=)": "0.3"}
    assert told["comptoir_sdk.OldText"].place == f"{dated}:2"
    assert told["ui.MessageRenderer(text=)"].place == f"{dated}:9"
    said = [record.getMessage() for record in caplog.records if "dated uses what goes" in record.getMessage()]
    assert len(said) == 4, "each once, also the slot that two panels name"


def test_an_author_sees_a_warning_at_their_own_line() -> None:
    with pytest.warns(SdkDeprecation, match=r"leaves comptoir-sdk in 0\.3") as found:
        ui.MessageRenderer("order", element="a-order", module="o.js", text="order_text")
    assert found[0].filename == __file__


def test_what_the_sdk_never_had_is_no_deprecation() -> None:
    import comptoir_sdk

    with pytest.raises(AttributeError, match="NeverThere"):
        comptoir_sdk.NeverThere  # type: ignore[attr-defined]  # noqa: B018
