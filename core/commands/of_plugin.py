"""`comptoir <plugin> <command> --tenant SLUG key=value…`: what plugins add to the operator's command line."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from comptoir_sdk import Command, PluginError
from comptoir_sdk.translation import translated_by
from pydantic import TypeAdapter, ValidationError

from core.commands.place import Place, Say, the_installation
from core.config import PluginGate, Settings
from core.db.scope import tenant_scope
from core.egress import Egress
from core.errors import Problem
from core.plugins import orm
from core.plugins.channels import ValkeyBroadcast
from core.plugins.guard import PluginFailed
from core.plugins.host import PluginHost, Reach
from core.plugins.incidents import Incident
from core.plugins.loader import load
from core.plugins.states import Installed
from core.storage import open_storage
from core.tenancy.tenants import tenant_by_slug

DONE, REFUSED, MISUSED = 0, 1, 2
_HELP = ("-h", "--help")


class Misuse(Exception):
    """The command line cannot be understood: the sentence says what to write."""


@dataclass(frozen=True)
class Asked:
    """What the operator wrote after the plugin's name."""

    command: str | None
    tenant: str | None
    values: Mapping[str, str]
    help: bool

    @classmethod
    def of(cls, words: Sequence[str]) -> Asked:
        """Raises Misuse."""
        rest, tenant, values = list(words), None, dict[str, str]()
        command = rest.pop(0) if rest and not rest[0].startswith("-") else None
        wants_help = any(word in _HELP for word in rest)
        rest = [word for word in rest if word not in _HELP]
        while rest:
            word = rest.pop(0)
            if word == "--tenant":
                tenant = rest.pop(0) if rest else None
            elif word.startswith("--tenant="):
                tenant = word.removeprefix("--tenant=")
            elif "=" in word and not word.startswith("-"):
                key, _, values[key] = word.partition("=")
            else:
                raise Misuse(f"unknown argument {word!r}: write the command's arguments as key=value")
        return cls(command, tenant, values, wants_help)


def run(settings: Settings, plugin: str, words: Sequence[str], say: Say) -> int:
    """The exit status: 0 done, 1 refused or failed, 2 for a command line that cannot be understood."""
    plugins = load(settings.plugins.installed)
    one = next(found for found in plugins if found.name == plugin)
    try:
        if one.state != "loaded":
            say(f"comptoir: the plugin {plugin} is {one.state}: {one.gist}")
            return REFUSED
        asked = Asked.of(words)
        if asked.command is None:
            _tell_commands(one, say)
            return DONE if asked.help else MISUSED
        command = _command(one, asked.command)
        if asked.help:
            _tell_command(one, command, say)
            return DONE
        values = _values(command, asked.values)
        if asked.tenant is None:
            raise Misuse(f"name the organisation: comptoir {plugin} {command.name} --tenant SLUG")
    except Misuse as misuse:
        say(f"comptoir: {misuse}")
        return MISUSED
    return asyncio.run(_run(settings, plugin, command.name, asked.tenant, values, say))


async def _run(settings: Settings, plugin: str, name: str, slug: str, values: Mapping[str, Any], say: Say) -> int:
    storage = await open_storage(settings.storage, settings.data_dir)
    egress, broadcast = Egress(settings.egress.allow), ValkeyBroadcast(settings.valkey_url)
    try:
        async with the_installation(settings) as place:
            reach = Reach(storage, egress, broadcast, orm.JOB_STATEMENT_SECONDS, place.vault, f"comptoir {plugin}")
            source = PluginGate(settings.config_path, settings.plugins)
            host = PluginHost(load(settings.plugins.installed), source, reach)
            await host.start(place.db)
            try:
                return await _answer(place, host, plugin, name, slug, values, say)
            finally:
                await host.stop()
    except Problem as problem:
        say(f"comptoir: {problem.detail}")
        return REFUSED
    finally:
        await egress.aclose()
        await broadcast.close()
        await storage.close()


async def _answer(place: Place, host: PluginHost, plugin: str, name: str, slug: str, values: Mapping[str, Any],
                  say: Say) -> int:
    tenant = await tenant_by_slug(place.db, slug)
    one = host.plugins.find(plugin)
    if one is None:  # its tables are absent, or its models cannot be used
        broken = next(found for found in host.plugins if found.name == plugin)
        say(f"comptoir: the plugin {plugin} is {broken.state}: {broken.gist}")
        return REFUSED
    if not host.gate.enabled(tenant.id, plugin):
        say(f"comptoir: {plugin} is off for {slug}: comptoir plugins enable {plugin} --tenant {slug}")
        return REFUSED
    command, ctx = _command(one, name), host.contexts(tenant.id, plugin, locale="en")
    try:
        with tenant_scope(tenant.id):
            result = await host.guard.call(plugin, f"command {name}", command.timeout,
                                           lambda: command.run(ctx, **values))
    except PluginError as refusal:
        say("\n".join([f"comptoir: {refusal.detail}", *(f"  {key}: {why}" for key, why in refusal.fields.items())]))
        return REFUSED
    except PluginFailed as failed:
        say(f"comptoir: {plugin} {name} failed: {_told(failed, one)}; the traceback is in Installation, Plugins")
        return REFUSED
    if result is not None:
        say(result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, indent=2, default=str))
    return DONE


def _told(failed: PluginFailed, one: Installed) -> str:
    cause = failed.__cause__
    if cause is None:
        return failed.why
    incident = Incident.of(one.name, "raised", failed.call, cause, one.package)
    return f"{incident.told}, at {incident.place}" if incident.place else incident.told


def _command(one: Installed, name: str) -> Command:
    found = next((command for command in one.declared.commands if command.name == name), None)
    if found is None:
        known = ", ".join(command.name for command in one.declared.commands) or "none"
        raise Misuse(f"{one.name} has no command {name!r}; it has: {known}")
    return found


def _arguments(command: Command) -> dict[str, tuple[Any, inspect.Parameter]]:
    """What `run` takes beside the context: type and parameter by name."""
    parameters = list(inspect.signature(command.run).parameters.values())[1:]
    types = get_type_hints(command.run, include_extras=True)
    return {one.name: (types.get(one.name, str), one) for one in parameters
            if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}  # fmt: skip


def _values(command: Command, given: Mapping[str, str]) -> dict[str, Any]:
    known = _arguments(command)
    if unknown := sorted(set(given) - set(known)):
        raise Misuse(f"{command.name} takes no {unknown[0]!r}; it takes: {', '.join(known) or 'nothing'}")
    if missing := [name for name, (_, one) in known.items() if one.default is one.empty and name not in given]:
        raise Misuse(f"{command.name} needs {missing[0]}={_type_name(known[missing[0]][0])}")
    return {name: _read(name, known[name][0], text) for name, text in given.items()}


def _read(name: str, kind: Any, text: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        raise Misuse(f"{name}={text}: {error.errors()[0]['msg']}") from None


def _tell_commands(one: Installed, say: Say) -> None:
    if not one.declared.commands:
        say(f"{one.name} has no commands")
        return
    say(f"comptoir {one.name} COMMAND --tenant SLUG key=value…\n")
    with translated_by(lambda text: text):
        for command in one.declared.commands:
            say(f"  {command.name:<20} {command.help or _first_line(command)}".rstrip())


def _tell_command(one: Installed, command: Command, say: Say) -> None:
    with translated_by(lambda text: text):
        say(f"comptoir {one.name} {command.name} --tenant SLUG key=value…\n\n{command.help or _first_line(command)}\n")
    for name, (kind, parameter) in _arguments(command).items():
        needed = parameter.default is parameter.empty
        say(f"  {name}={_type_name(kind)}" + ("" if needed else f"  (by default {parameter.default})"))


def _type_name(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind)).upper()


def _first_line(command: Command) -> str:
    return (inspect.getdoc(command.run) or "").partition("\n")[0]
