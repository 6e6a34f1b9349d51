"""The command line: `comptoir up`, `test`, and the processes one by one."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from core.config import ConfigError, Settings, load

PROCESSES = {
    "receiver": "the door that Meta knocks at",
    "web": "the inbox and the API",
    "worker": "intake, sending, jobs",
}
COMMANDS = {
    "setup-code": "print the code with which the first person registers in production",
    "keys": "the master keys: show them, replace them while everything runs",
    "tenant": "organisations: list, show, create, suspend, resume, export, delete",
    "plugin": "for authors and operators: write a new plugin, install one, check it, its tables",
    "plugins": "what is installed, and which organisation has it",
    "storage": "the files: compare them with the database",
    "journal": "what Meta delivered: find, explain, replay, what was set aside",
    "person": "accounts of people: create one, reset its password, let it run the installation",
}
"""Each a module of core.commands, `_` for `-`, with `add(parser)` and `run(settings, given, say) -> exit status`."""
_MODULES = {"receiver": "core.receiver", "web": "core.app", "worker": "core.worker"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 2 for a wrong configuration, 1 for what failed, each with a sentence on stderr."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and not arguments[0].startswith("-") and arguments[0] not in names():
        return _of_plugin(arguments)
    parser = _parser(arguments)
    given, rest = parser.parse_known_args(arguments)
    if given.command == "test":
        from core.commands.check import check

        return check(rest)
    if rest:
        parser.error(f"unknown argument: {' '.join(rest)}")
    try:
        settings = load(os.environ)
    except ConfigError as error:
        print(f"comptoir: the configuration is not valid\n{error}", file=sys.stderr)
        return 2
    if given.command in PROCESSES:  # they wait until the database is there
        return _run(given, settings)
    return _reaching(settings, partial(_run, given, settings))


def _reaching(settings: Settings, command: Callable[[], int]) -> int:
    try:
        return command()
    except ConnectionRefusedError:
        print(f"comptoir: no database answers for {settings.data_dir}: start ./comptoir up, or set COMPTOIR_DATA, "
              "COMPTOIR_PORT or DATABASE_URL as the running one has them", file=sys.stderr)
        return 1


def names() -> frozenset[str]:
    """The kernel's own commands: a plugin of such a name cannot have any."""
    return frozenset({"up", "test", "migrate", "config", "audit", *COMMANDS, *PROCESSES})


def _of_plugin(arguments: Sequence[str]) -> int:
    try:
        settings = load(os.environ)
    except ConfigError as error:
        print(f"comptoir: the configuration is not valid\n{error}", file=sys.stderr)
        return 2
    plugin, *words = arguments
    if plugin not in settings.plugins.installed:
        _parser(arguments).error(f"there is no command {plugin!r}, and no plugin of that name under plugins: in "
                                 f"{settings.config_path}; see comptoir --help")
    from core.commands.of_plugin import run

    return _reaching(settings, partial(run, settings, plugin, words, print))


def _run(given: argparse.Namespace, settings: Settings) -> int:
    if given.command == "up":
        from core.embedded.supervisor import up

        return up(settings, demo=not given.no_demo)
    if given.command == "migrate":
        return _migrate(settings)
    if given.command == "config":
        print(f"{settings.config_path} is valid; plugins installed: {', '.join(sorted(settings.plugins.installed))}")
        return 0
    if given.command == "audit":
        return _audit(settings, given.slug)
    if given.command in COMMANDS:
        status: int = _command(given.command).run(settings, given, print)
        return status
    return _serve(given.command, settings, given.fd, getattr(given, "plugin", None))


def _command(name: str) -> Any:
    return import_module(f"core.commands.{name.replace('-', '_')}")


def _audit(settings: Settings, slug: str | None) -> int:
    from core.commands.audit import verify_chains

    return 0 if asyncio.run(verify_chains(settings, slug, print)) else 1


def _serve(process: str, settings: Settings, fd: int | None, plugin: str | None) -> int:
    from core import crash_reports, logs, tracing

    logs.configure(f"{process} {plugin}" if plugin else process, settings.secret_key)
    crash_reports.configure(process, settings.sentry)
    tracing.configure(process, settings.tracing)
    room = import_module(_MODULES[process])
    if plugin is not None and plugin not in settings.plugins.installed:
        print(f"comptoir: no plugin {plugin} under plugins: in {settings.config_path}", file=sys.stderr)
        return 2
    serve = partial(room.main_of, settings, plugin) if plugin else partial(room.main, settings, fd)
    try:
        serve()
    finally:
        crash_reports.flush()
        tracing.flush()
    return 0


def _migrate(settings: Settings) -> int:
    from core.commands.migrate import migrate

    return 0 if asyncio.run(migrate(settings, print)) else 1


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("comptoir", description="Self-hosted WhatsApp team inbox.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND",
                                     help="one of these, or the name of a plugin with commands of its own")
    everything = commands.add_parser("up", help="start everything on this machine and stay in the foreground")
    everything.add_argument("--no-demo", action="store_true", help="make no demo organisation beside your own")
    commands.add_parser("test", help="run every check and test; further arguments go to pytest", add_help=False)
    commands.add_parser("migrate", help="bring the database to this version")
    config = commands.add_parser("config", help="look at the configuration")
    config.add_argument("action", choices=["check"], help="check: say what is wrong in config.yaml")
    audit = commands.add_parser("audit", help="question the audit logs")
    audit.add_argument("action", choices=["verify"], help="verify: that no entry was changed, cut out or reordered")
    audit.add_argument("slug", nargs="?", metavar="TENANT", help="one tenant's; without it all, and the installation's")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        if name in arguments:  # the others need not be imported to be named
            _command(name).add(command)
    for name, purpose in PROCESSES.items():
        process = commands.add_parser(name, help=f"run one process: {purpose}")
        process.add_argument("--fd", type=int, help="an inherited listening socket, instead of the configured port")
        if name == "worker":
            process.add_argument("--plugin", help="work for this plugin alone (what `isolate: true` starts by itself)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
