"""`comptoir plugins`: what is installed, and which organisation has it. Edits config.yaml, which stays the truth."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from core.commands.place import Place, Say, act
from core.config import ConfigError, Settings
from core.config.edit import DEFAULTS, switch
from core.plugins.loader import Plugins, load, required_by
from core.tenancy.tenants import tenant_by_slug


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="what is installed, in which state")
    for action, purpose in (("enable", "give a plugin to an organisation"), ("disable", "take it away; data stays")):
        one: Any = actions.add_parser(action, help=f"{purpose}: edits config.yaml, live within 5 seconds")
        one.add_argument("name", metavar="NAME")
        one.add_argument("--tenant", required=True, metavar="SLUG",
                         help=f"the organisation, or {DEFAULTS} for all that have no list of their own")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    if given.action == "list":
        return _list(settings, say)
    return asyncio.run(act({"enable": _switch, "disable": _switch}, settings, given, say))


def _list(settings: Settings, say: Say) -> int:
    for one in load(settings.plugins.installed):
        version = one.plugin.version if one.plugin else "-"
        say(f"{one.name:<24} {version:<10} {one.state}{': ' + one.gist if one.gist else ''}")
    return 0


async def _switch(place: Place, given: argparse.Namespace, say: Say) -> int:
    on, path = given.action == "enable", place.settings.config_path
    if given.tenant != DEFAULTS:
        await tenant_by_slug(place.db, given.tenant)
    plugins = load(place.settings.plugins.installed)
    try:
        changed = switch(path, given.tenant, given.name, on=on)
    except ConfigError as error:
        say(str(error))
        return 1
    now = f"{given.name} is {'on' if on else 'off'} for {given.tenant}"
    say(f"{now}: live within 5 seconds" if changed else f"{now} already")
    for told in _doubts(plugins, place.settings, given, on=on):
        say(told)
    return 0


def _doubts(plugins: Plugins, settings: Settings, given: argparse.Namespace, *, on: bool) -> list[str]:
    """What keeps it from being of use although the file now says so."""
    one = next((found for found in plugins if found.name == given.name), None)
    if not on or one is None:
        return []
    if one.plugin is None or one.state != "loaded":
        return [f"but it is {one.state}, so nobody has it: {one.gist}"]
    missing = [need for need in required_by(one.plugin) if not settings.plugins.enabled(given.tenant, need)]
    return [f"but it needs {need}, which {given.tenant} does not have: enable that too" for need in missing]
