"""`comptoir plugin purge NAME`: its rows into files, then everything it has here is forgotten. Asks first."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from core.commands.place import Say, the_installation
from core.config import Settings
from core.errors import Problem
from core.plugins.purge import Purge, told
from core.storage import open_storage


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("name", help="the plugin; it must be out of config.yaml, and web and workers started since")
    parser.add_argument("--into", type=Path, help="the folder its rows are written to, which is made")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    if given.name in settings.plugins.installed or given.name == "core":
        say(f"comptoir: {given.name} is installed: take it out of {settings.config_path}, restart, and ask again")
        return 1
    try:
        return asyncio.run(_purge(settings, given, say))
    except FileExistsError as error:
        say(f"comptoir: {error.filename} is there already: give another folder --into which to export")
    except Problem as problem:
        say(f"comptoir: {problem.detail}")
    return 1


async def _purge(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    folder = given.into or settings.data_dir / "purged" / f"{given.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    storage = await open_storage(settings.storage, settings.data_dir)
    try:
        async with the_installation(settings) as place:
            purge = Purge(place.db, storage, given.name, settings.plugins.installed)
            found = await purge.look()
            if not found:
                say(f"{given.name} has nothing here")
                return 0
            say("\n".join([f"{given.name} has here:", *told(found)]))
            say(f"it is written to {folder}, then forgotten for ever")
            if not given.yes and not _meant(given.name):
                say("nothing was changed")
                return 1
            await purge.export(folder)
            await purge.forget()
            say(f"{given.name} is forgotten; its rows are in {folder}")
            return 0
    finally:
        await storage.close()


def _meant(name: str) -> bool:
    """Without a terminal nobody can mean it."""
    return sys.stdin.isatty() and input(f"Type {name} to go on: ").strip() == name
