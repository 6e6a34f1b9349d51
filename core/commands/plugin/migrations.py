"""`comptoir plugin migrations make|show|lint NAME`. They are applied by `comptoir migrate`, forward only."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable

from comptoir_sdk import Plugin

from core.commands.place import Say
from core.config import Settings
from core.plugins.lint import lint, migrations_of
from core.plugins.loader import Plugins, load
from core.plugins.tables import applied
from core.plugins.writing import next_migration


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("act", choices=["make", "show", "lint"],
                        help="make: write what the models say and the migrations do not; show: which there are, and "
                             "when each was applied; lint: what would hold up or break others")
    parser.add_argument("name", help="the plugin, as its entry point calls it")
    parser.add_argument("--called", help="make: what it does, as in add_colour")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    plugins = load(settings.plugins.installed | {given.name})
    one = next(one for one in plugins if one.name == given.name)
    if one.plugin is None or one.state in ("missing", "incompatible"):
        say(f"comptoir: {given.name} is {one.state}: {one.why.strip().splitlines()[-1]}")
        return 1
    if one.plugin.migrations is None:
        say(f"{given.name} has no tables")
        return 0
    acts: dict[str, Callable[[], int]] = {
        "make": lambda: asyncio.run(_make(plugins, one.plugin, given.called, say)) if one.plugin else 1,
        "show": lambda: asyncio.run(_show(settings, one.plugin, say)) if one.plugin else 1,
        "lint": lambda: _lint(one.plugin, say) if one.plugin else 1,
    }
    return acts[given.act]()


async def _make(plugins: Plugins, plugin: Plugin, called: str | None, say: Say) -> int:
    writer = await next_migration(plugins, plugin, called)
    if writer is None:
        say("models and migrations agree: there is nothing to write")
        return 0
    say(f"{writer.write()}: {', '.join(operation.describe() for operation in writer.operations)}")
    say("`comptoir migrate` applies it, forward only; undoing is a migration of its own")
    _lint(plugin, say)
    return 0


async def _show(settings: Settings, plugin: Plugin, say: Say) -> int:
    done = await applied(settings.database_url, plugin.name)
    names = [name for name, _ in migrations_of(plugin)]
    for name in names:
        say(f"{name:<40} {done[name]:%Y-%m-%d %H:%M}" if name in done else f"{name:<40} not applied")
    for name in sorted(done.keys() - set(names)):
        say(f"{name:<40} applied, and no longer part of the plugin: its newer version must bring it")
    return 0


def _lint(plugin: Plugin, say: Say) -> int:
    findings = lint(plugin)
    for finding in findings:
        say(f"  {finding}")
    return 1 if findings else 0
