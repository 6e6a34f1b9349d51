"""Who has which plugin: the part of config.yaml that is read again while running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.config.errors import ConfigError
from core.config.model import ConfigFile
from core.config.validate import validate
from core.config.yaml_file import read_yaml

_log = logging.getLogger(__name__)
_POLL_SECONDS = 1.0
_DEFAULTS = "defaults"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class PluginGateMap:
    """Immutable: replaced whole when the file changes, so that a reader never sees half a change."""

    installed: frozenset[str]
    isolated: frozenset[str]
    memory_mb: Mapping[str, int]
    _tenants: Mapping[str, Mapping[str, Mapping[str, Any]]]
    _defaults: Mapping[str, Mapping[str, Any]]

    def enabled(self, slug: str, plugin: str) -> bool:
        """Whether the tenant has the plugin. A tenant without a list of its own has the defaults."""
        return plugin in self.of(slug)

    def plugins_of(self, slug: str) -> frozenset[str]:
        """The tenant's plugins."""
        return frozenset(self.of(slug))

    def settings(self, slug: str, plugin: str) -> Mapping[str, Any]:
        """The tenant's values for this plugin as the file has them: defaults first, its own over them."""
        return {**self._defaults.get(plugin, _NOTHING), **self.of(slug).get(plugin, _NOTHING)}

    @property
    def named(self) -> frozenset[str]:
        """Tenants that have a list of their own."""
        return frozenset(self._tenants)

    def of(self, slug: str) -> Mapping[str, Mapping[str, Any]]:
        """The tenant's plugins with the values written for them."""
        return self._tenants.get(slug, self._defaults)


def gate_map(parsed: ConfigFile) -> PluginGateMap:
    """The map that a validated file describes."""
    tenants = {slug: entry.plugins for slug, entry in parsed.tenants.items() if entry.plugins is not None}
    defaults = tenants.pop(_DEFAULTS, {})
    return PluginGateMap(
        installed=frozenset(parsed.plugins),
        isolated=frozenset(name for name, plugin in parsed.plugins.items() if plugin.isolate),
        memory_mb=MappingProxyType({name: plugin.memory_mb for name, plugin in parsed.plugins.items()}),
        _tenants=MappingProxyType(dict(tenants)),
        _defaults=MappingProxyType(dict(defaults)),
    )


class PluginGate:
    """Holds the current map and renews it when the file changes.

    A file that does not validate changes nothing: the last good map stays and the problem is logged.
    What is *installed* stays as it was at start, for every process must have loaded the same plugins.
    """

    def __init__(self, path: Path, start: PluginGateMap) -> None:
        self._path = path
        self._installed = start.installed
        self._seen = self._stamp()
        self.map = start

    def refresh(self) -> bool:
        """Look at the file once. Returns whether the map has changed."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            fresh = gate_map(validate(read_yaml(self._path)))
        except ConfigError as error:
            _log.error("configuration not applied, the last good one stays: %s", error)
            return False
        if fresh.installed != self._installed:
            _log.warning("the set of installed plugins has changed in %s: restart to load it", self._path)
        changed = fresh != self.map
        self.map = fresh
        return changed

    async def watch(self, on_change: Callable[[PluginGateMap], None] = lambda _: None) -> None:
        """Look once a second, for ever. `on_change` is told each new map."""
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if self.refresh():
                on_change(self.map)

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
