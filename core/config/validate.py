"""From YAML to the typed file, every problem said at once with its place and its cure."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from core.config.errors import ConfigError
from core.config.model import ConfigFile
from core.config.yaml_file import Location, YamlFile


def validate(source: YamlFile) -> ConfigFile:
    """Raises ConfigError with every problem of the file."""
    try:
        parsed = ConfigFile.model_validate(source.data)
    except ValidationError as error:
        raise ConfigError(*(_explain(source, problem) for problem in error.errors())) from error
    problems = list(_plugins_not_installed(source, parsed))
    if problems:
        raise ConfigError(*problems)
    return parsed


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when something known is near, else what is known."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known here: {', '.join(choices)}" if choices else ""


def _explain(source: YamlFile, problem: ErrorDetails) -> str:
    location = tuple(part for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        hint = suggestion(str(location[-1]), _known_keys(location[:-1]))
        return f"{source.where(location)}: unknown key{hint}"
    message = problem["msg"].removeprefix("Value error, ")
    given = problem.get("input")
    shown = f" (found {given!r})" if isinstance(given, str | int | float | bool) and not _secret(location) else ""
    return f"{source.where(location)}: {message[:1].lower()}{message[1:]}{shown}"


def _secret(location: Location) -> bool:
    return any("key" in str(part) or part == "password" for part in location)


def _known_keys(location: Location) -> list[str]:
    """The keys of the section at `location`."""
    at: Any = ConfigFile
    for part in location:
        if not (isinstance(at, type) and issubclass(at, BaseModel)):
            at = _value_type(at)
        elif str(part) in at.model_fields:
            at = at.model_fields[str(part)].annotation
    if not (isinstance(at, type) and issubclass(at, BaseModel)):
        return []
    return [one.alias or name for name, one in at.model_fields.items()]


def _value_type(annotation: Any) -> Any:
    """The type of a mapping's values."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = typing.get_args(annotation)[0]
    arguments = typing.get_args(annotation)
    return arguments[-1] if arguments else None


def _plugins_not_installed(source: YamlFile, parsed: ConfigFile) -> Iterable[str]:
    for slug, tenant in parsed.tenants.items():
        for name in tenant.plugins or {}:
            if name not in parsed.plugins:
                yield (
                    f"{source.where(('tenants', slug, 'plugins', name))}: plugin '{name}' is not under plugins: "
                    f"add it there{suggestion(name, parsed.plugins)}"
                )
