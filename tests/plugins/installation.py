"""An installation of sample plugins, switched on and off by the test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from uuid import UUID

from core.egress import Egress
from core.plugins.host import PluginHost, Reach
from core.plugins.loader import GROUP, Plugins, load
from core.storage import FolderStorage

_BROKEN = ("raises_at_register", "misspelt", "raises_in_observer", "raises_in_filter", "sleeps", "forgetful", "too_new",
           "needs_absent", "needs_newer_good", "undeclared_permission")
POINTS = [
    EntryPoint("good", "tests.plugins.samples.good:plugin", GROUP),
    EntryPoint("raises_at_import", "tests.plugins.samples.raises_at_import:plugin", GROUP),
    *(EntryPoint(name, f"tests.plugins.samples.stored:{name}", GROUP) for name in ("torn", "bare")),
    *(EntryPoint(name, f"tests.plugins.samples.broken:{name}", GROUP) for name in _BROKEN),
]
BUNDLED = [EntryPoint(name, f"plugins.{name}:plugin", GROUP) for name in ("contacts", "inbox")]


def load_samples(*names: str) -> Plugins:
    return load(names, [*POINTS, *BUNDLED])


@dataclass
class Switches:
    """Stands for config.yaml: what is on, by tenant slug."""

    on: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def map(self) -> "Switches":
        return self

    def refresh(self) -> bool:
        return False

    def enabled(self, slug: str, plugin: str) -> bool:
        return plugin in self.on.get(slug, {})

    def settings(self, slug: str, plugin: str) -> Mapping[str, Any]:
        return self.on.get(slug, {}).get(plugin, {})

    def switch_on(self, slug: str, *plugins: str) -> None:
        self.on[slug] = {plugin: {} for plugin in plugins}


@dataclass
class Broadcasts:
    told: list[tuple[UUID, str, Mapping[str, Any]]] = field(default_factory=list)

    async def publish(self, tenant_id: UUID, topic: str, data: Mapping[str, Any]) -> None:
        self.told.append((tenant_id, topic, data))


def make_host(names: Iterable[str], switches: Switches, broadcasts: Broadcasts, folder: Path) -> PluginHost:
    return PluginHost(load_samples(*names), switches, Reach(FolderStorage(folder), Egress(), broadcasts, 2))
