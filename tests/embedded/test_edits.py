"""While `comptoir up` runs in development mode, an edited plugin is noticed; what it does not import is not."""

import asyncio
import json
import shutil
import sys
from pathlib import Path

import pytest

from core.embedded.edits import Edits


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """acme_notes, installed editable from a folder."""
    root, packages = tmp_path / "src-of-acme", tmp_path / "site"
    (root / "acme_notes" / "templates").mkdir(parents=True)
    (root / "acme_notes" / "__init__.py").write_text("x = 1\n")
    info = packages / "acme_notes-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-notes\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[comptoir.plugins]\nacme_notes = acme_notes:plugin\n")
    (info / "direct_url.json").write_text(json.dumps({"url": root.as_uri(), "dir_info": {"editable": True}}))
    monkeypatch.setattr(sys, "path", [str(packages)])
    (tmp_path / "config.yaml").write_text("plugins: {acme_notes: {}}\n")
    return root / "acme_notes"


async def _noticed(config: Path, *acts: object) -> list[str]:
    found: list[str] = []
    heard = asyncio.Event()

    async def changed(edited: list[str]) -> None:
        found.extend(edited)
        heard.set()

    edits = Edits(config)
    watching = asyncio.create_task(edits.run(changed))
    await asyncio.sleep(0.2)  # it looks for the first time in a thread
    for act in acts:
        act()  # type: ignore[operator]
    try:
        async with asyncio.timeout(10):
            await heard.wait()
    finally:
        watching.cancel()
    return found


async def test_its_python_is_noticed_and_its_templates_need_nothing(plugin: Path, tmp_path: Path) -> None:
    found = await _noticed(
        tmp_path / "config.yaml",
        lambda: (plugin / "templates" / "panel.html").write_text("<p>"),
        lambda: (plugin / "views.py").write_text("y = 2\n"))
    assert found == [str(plugin / "views.py")]


async def test_another_version_of_a_wheel_is_noticed(plugin: Path, tmp_path: Path) -> None:
    [info] = (tmp_path / "site").glob("*.dist-info")
    (info / "direct_url.json").unlink()

    def upgrade() -> None:
        newer = info.with_name("acme_notes-2.dist-info")
        newer.mkdir()
        (newer / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-notes\nVersion: 2\n")
        (newer / "entry_points.txt").write_text((info / "entry_points.txt").read_text())
        shutil.rmtree(info)

    assert await _noticed(tmp_path / "config.yaml", upgrade) == ["plugins: acme_notes"]


async def test_a_plugin_that_is_named_in_the_configuration_is_noticed(plugin: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("plugins: {}\n")
    found = await _noticed(config, lambda: config.write_text("plugins: {acme_notes: {}}\n"))
    assert found == [str(plugin / "__init__.py"), "plugins: acme_notes"]
