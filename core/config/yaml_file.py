"""Read a YAML file keeping where each key stands, for errors that can point at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from core.config.errors import ConfigError

Location = tuple[str | int, ...]


@dataclass
class YamlFile:
    """The data of a file, and the line of each key."""

    path: Path
    data: dict[str, Any]
    lines: dict[Location, int] = field(default_factory=dict)

    def where(self, location: Location) -> str:
        """`config.yaml:12: server.port`, or the nearest known line above."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return f"{self.path}:{self.lines[location[:length]]}: {dotted(location)}"
        return f"{self.path}: {dotted(location)}" if location else str(self.path)


def dotted(location: Location) -> str:
    return ".".join(str(part) for part in location)


def read_yaml(path: Path) -> YamlFile:
    """Raises ConfigError when the file is absent, is no YAML mapping, or says a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; COMPTOIR_CONFIG names another place") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse_yaml(path, text)


def parse_yaml(path: Path, text: str) -> YamlFile:
    """The same of a text; `path` is for what is said of it."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return YamlFile(path, {})
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{path}:1: must be a mapping such as 'server: {{port: 8600}}'")
        lines: dict[Location, int] = {}
        _note_lines(path, node, (), lines)
        return YamlFile(path, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{path}{line}: no valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: no valid YAML: {error}") from error
    finally:
        loader.dispose()


def _note_lines(path: Path, node: yaml.Node, location: Location, lines: dict[Location, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*location, str(key.value))
            if inner in lines:
                raise ConfigError(
                    f"{path}:{key.start_mark.line + 1}: {dotted(inner)}: said twice, first on line {lines[inner]}"
                )
            lines[inner] = key.start_mark.line + 1
            _note_lines(path, value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*location, index)] = value.start_mark.line + 1
            _note_lines(path, value, (*location, index), lines)
