"""`comptoir plugin …`: what authors and operators do with plugins."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module

from core.config import Settings

Say = Callable[[str], None]
ACTIONS = {
    "new": "write a new plugin: a distribution with what it needs, and tests that pass",
    "install": "install a plugin's folder or wheel beside Comptoir, and name it in config.yaml",
    "check": "try an installed plugin against every promise, and grade it: bronze, silver or gold",
    "migrations": "its tables: make the next migration, show which were applied, lint them",
    "purge": "export what a plugin has here, then forget it",
}
"""Each a module of this package with `add(parser)` and `run(settings, given, say) -> exit status`."""


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, purpose in ACTIONS.items():
        import_module(f"core.commands.plugin.{name}").add(actions.add_parser(name, help=purpose))


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    status: int = import_module(f"core.commands.plugin.{given.action}").run(settings, given, say)
    return status
