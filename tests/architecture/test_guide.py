"""The guide for plugin authors names every hook, and its plugin works as it stands there."""

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from comptoir_sdk import hookspecs

from core.plugins.loader import GROUP, load

GUIDE = (Path(__file__).parents[2] / "docs" / "plugins" / "README.md").read_text()
_FILE = re.compile(r"```\w+\n(?:#|<!--) (acme_pins/[\w/.]+)[^\n]*\n(.*?)```", re.DOTALL)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The guide's package, importable."""
    for name, text in _FILE.findall(GUIDE):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "acme_pins/migrations/__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for module in [name for name in sys.modules if name.partition(".")[0] == "acme_pins"]:
        del sys.modules[module]


def test_the_guide_has_a_row_for_every_hook_with_its_arguments_and_for_no_other() -> None:
    rows = re.findall(r"^\| `((?:register|on|filter|provide|erase)_\w+\([^)]*\))`", GUIDE, re.MULTILINE)
    specs = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, "comptoir_spec")}
    assert sorted(rows) == sorted(f"{name}({', '.join(inspect.signature(spec).parameters)})"
                                  for name, spec in specs.items())


def test_the_plugin_of_the_guide_loads(written: Path) -> None:
    points = [EntryPoint("acme_pins", "acme_pins:plugin", GROUP),
              EntryPoint("contacts", "plugins.contacts:plugin", GROUP)]
    assert [(one.name, one.state, one.why) for one in load({"acme_pins", "contacts"}, points)] == [
        ("contacts", "loaded", ""), ("acme_pins", "loaded", "")]
    assert import_module("acme_pins.migrations.0001_initial").Migration.operations
    assert (written / "acme_pins/templates/pins_panel.html").exists()
