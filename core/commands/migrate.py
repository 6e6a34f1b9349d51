"""`comptoir migrate`: bring the database to this version, the kernel's tables first, then each plugin's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import Any

from packaging.requirements import Requirement

from core.config import Settings
from core.db.migrate import MigratedApp, run

Say = Callable[[str], None]


async def migrate(settings: Settings, say: Say) -> bool:
    """Safe to run by several at once. A plugin that fails is told and leaves the others migrated: False then."""
    report = await run(settings.database_url, migrated_apps(settings.plugins.installed, say))
    if report.applied:
        say(f"applied {len(report.applied)} migrations, the last one {report.applied[-1]}")
    for name, error in report.failed.items():
        say(f"the migrations of plugin {name} failed, it stays off: {type(error).__name__}: {error}")
    return not report.failed


def migrated_apps(installed: Iterable[str], say: Say) -> list[MigratedApp]:
    """The tables of the installed plugins, each after those it requires."""
    plugins = {name: plugin for name in sorted(installed) if (plugin := _loaded(name, say)) is not None}
    apps: dict[str, MigratedApp] = {}
    for name in plugins:
        _add_after_required(name, plugins, apps, ())
    return list(apps.values())


def _loaded(name: str, say: Say) -> Any | None:
    found = [point for point in entry_points(group="comptoir.plugins") if point.name == name]
    if not found:
        say(f"plugin {name} is in config.yaml but no installed package offers it: install it, or remove the line")
        return None
    try:
        return found[0].load()
    except Exception as error:  # a plugin may fail in any way, and must fail alone
        say(f"plugin {name} cannot be loaded, it stays off: {type(error).__name__}: {error}")
        return None


def _add_after_required(
    name: str, plugins: dict[str, Any], apps: dict[str, MigratedApp], path: tuple[str, ...]
) -> None:
    plugin = plugins.get(name)
    if plugin is None or name in apps or name in path:
        return
    required = tuple(Requirement(text).name for text in plugin.requires)
    for other in required:
        _add_after_required(other, plugins, apps, (*path, name))
    if plugin.models and plugin.migrations:
        apps[name] = MigratedApp(name, tuple(plugin.models), plugin.migrations, required)
