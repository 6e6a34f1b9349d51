from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from core.config import PluginGate, load
from core.config.plugins import PluginGateMap

INSTALLED = "plugins: {inbox: {}, contacts: {}, acme_pins: {isolate: true}}\n"
FILE = INSTALLED + (
    "tenants:\n"
    "  defaults: {plugins: {inbox: {hue: 3}, contacts: {}}}\n"
    "  dune-travel: {plugins: {inbox: {size: 2}, acme_pins: {keep_days: 30}}}\n"
    "  quiet: {plugins: []}\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(FILE)
    return path


def edit(path: Path, text: str) -> None:
    path.write_text(text)


def map_of(path: Path) -> PluginGateMap:
    return load({"COMPTOIR_DATA": str(path.parent)}, path).plugins


def test_a_tenant_without_a_list_has_the_defaults(path: Path) -> None:
    assert map_of(path).plugins_of("atlas") == {"inbox", "contacts"}


def test_a_tenants_own_list_replaces_the_defaults(path: Path) -> None:
    assert map_of(path).plugins_of("dune-travel") == {"inbox", "acme_pins"}
    assert map_of(path).plugins_of("quiet") == set()


def test_settings_are_the_defaults_with_the_tenants_over_them(path: Path) -> None:
    assert map_of(path).settings("dune-travel", "inbox") == {"hue": 3, "size": 2}


def test_isolation_belongs_to_the_installation(path: Path) -> None:
    assert map_of(path).isolated == {"acme_pins"}


def test_an_edit_is_taken_over_whole(path: Path) -> None:
    gate = PluginGate(path, map_of(path))
    assert not gate.refresh()
    path.write_text(INSTALLED + "tenants: {atlas: {plugins: [contacts]}}\n")
    assert gate.refresh()
    assert not gate.map.enabled("atlas", "inbox")


def test_a_bad_edit_leaves_the_last_good_map(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gate = PluginGate(path, map_of(path))
    path.write_text("tenants: {atlas: {plugins: [nowhere]}}\n")
    assert not gate.refresh()
    assert gate.map.enabled("atlas", "inbox")
    assert "plugin 'nowhere' is not under plugins" in caplog.text


def test_installing_asks_for_a_restart(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gate = PluginGate(path, map_of(path))
    path.write_text(FILE.replace("inbox: {}, ", "inbox: {}, fresh: {}, ", 1))
    with caplog.at_level(logging.WARNING):
        gate.refresh()
    assert "restart to load it" in caplog.text


async def test_watching_tells_each_new_map(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.config.plugins._POLL_SECONDS", 0.01)
    told: asyncio.Queue[PluginGateMap] = asyncio.Queue()
    watching = asyncio.create_task(PluginGate(path, map_of(path)).watch(told.put_nowait))
    edit(path, INSTALLED)
    assert (await asyncio.wait_for(told.get(), 5)).plugins_of("atlas") == set()
    watching.cancel()
