"""Edits who has which plugin in config.yaml, as a person would: the few characters that change, comments left alone.

What comes out is read and checked before it takes the file's place, so a file that is written in a way that is not
understood here is refused, never spoilt.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from core.config.errors import ConfigError
from core.config.plugins import PluginGateMap, gate_map
from core.config.validate import validate
from core.config.yaml_file import parse_yaml

DEFAULTS = "defaults"


def switch(path: Path, slug: str, plugin: str, *, on: bool) -> bool:
    """Give the tenant the plugin, or take it away. False when it is so already. Raises ConfigError."""
    path = path.resolve()
    with _alone(path.parent):
        text = _read(path)
        before = _map(path, text)
        if plugin not in before.installed:
            raise ConfigError(f"{path}: there is no plugin {plugin} under plugins: add it there first, and restart")
        if before.enabled(slug, plugin) == on:
            return False
        edited = _edited(text, slug, plugin, before.plugins_of(slug), on=on)
        _check(path, before, edited, slug, plugin, on=on)
        _replace(path, edited)
    return True


def install(path: Path, plugin: str) -> bool:
    """Name the plugin under `plugins:`. False when it is there already. Raises ConfigError."""
    path = path.resolve()
    with _alone(path.parent):
        text = _read(path)
        before = _map(path, text)
        if plugin in before.installed:
            return False
        edited = _with_plugin(text, plugin)
        try:
            after = _map(path, edited)
            understood = after.installed == before.installed | {plugin} and all(
                before.of(slug) == after.of(slug) for slug in before.named | after.named)
        except ConfigError:
            understood = False
        if not understood:
            raise ConfigError(f"{path}: this file is written in a way that is not edited by itself: write "
                              f"{plugin}: {{}} under plugins:")
        _replace(path, edited)
    return True


def _with_plugin(text: str, plugin: str) -> str:
    found = _value(yaml.compose(text, yaml.SafeLoader), "plugins")
    if isinstance(found, yaml.CollectionNode) and (found.value or found.flow_style):
        return _added(text, found, plugin)
    return f"{text.rstrip()}\n\nplugins:\n  {plugin}: {{}}\n" if found is None else text


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One editor at a time: the file itself is replaced, so its folder is what is locked."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _map(path: Path, text: str) -> PluginGateMap:
    return gate_map(validate(parse_yaml(path, text)))


def _check(path: Path, before: PluginGateMap, text: str, slug: str, plugin: str, *, on: bool) -> None:
    """Nothing but this one thing may have changed."""
    wish = before.plugins_of(slug) | {plugin} if on else before.plugins_of(slug) - {plugin}
    try:
        after = _map(path, text)
        same = {name: before.settings(slug, name) for name in wish - {plugin}} == {
            name: after.settings(slug, name) for name in wish - {plugin}}
        others = all(before.of(other) == after.of(other) for other in before.named | after.named if other != slug)
        understood = after.plugins_of(slug) == wish and same and (others or slug == DEFAULTS)
    except ConfigError:
        understood = False
    if not understood:
        raise ConfigError(f"{path}: this file is written in a way that is not edited by itself: write under tenants: "
                          f"{slug}: {{plugins: [{', '.join(sorted(wish))}]}}")


def _replace(path: Path, text: str) -> None:
    """Whoever reads sees the old file or the new one."""
    try:
        found = path.stat()
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                file.write(text.encode())
                file.flush()
                os.fchown(file.fileno(), found.st_uid, found.st_gid)  # first: it takes set-id bits away
                os.fchmod(file.fileno(), found.st_mode & 0o7777)
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise ConfigError(f"{path}: cannot be replaced here ({error.strerror}): edit it where it can be") from error


def _edited(text: str, slug: str, plugin: str, has: frozenset[str], *, on: bool) -> str:
    root = yaml.compose(text, yaml.SafeLoader)
    tenants = _value(root, "tenants")
    entry = _value(tenants, slug)
    plugins = _value(entry, "plugins")
    _refuse_shared(tenants, slug)
    if on and isinstance(plugins, yaml.CollectionNode):
        return _added(text, plugins, plugin)
    if not on and isinstance(plugins, yaml.CollectionNode):
        return _removed(text, plugins, plugin)
    names = [*sorted(has - {plugin}), plugin] if on else sorted(has - {plugin})
    listed = f"[{', '.join(names)}]"
    if isinstance(entry, yaml.MappingNode):
        return _with_key(text, entry, "plugins", listed)
    if isinstance(tenants, yaml.MappingNode) and entry is None:
        return _with_key(text, tenants, slug, f"{{plugins: {listed}}}")
    if tenants is None:
        return f"{text.rstrip()}\n\ntenants:\n  {slug}: {{plugins: {listed}}}\n"
    raise ConfigError(f"the tenants are written in a way that is not edited by itself: write {slug}: "
                      f"{{plugins: {listed}}} under tenants:")


def _refuse_shared(tenants: yaml.Node | None, slug: str) -> None:
    """An anchor lets several tenants have one list: nobody else may be switched."""
    entries = {key.value: value for key, value in tenants.value} if isinstance(tenants, yaml.MappingNode) else {}
    own = {id(node) for node in (entries.get(slug), _value(entries.get(slug), "plugins")) if node is not None}
    sharing = [other for other, entry in entries.items()
               if other != slug and not own.isdisjoint({id(entry), id(_value(entry, "plugins"))})]
    if sharing:
        raise ConfigError(f"{slug} shares its plugins with {', '.join(sharing)} by an anchor, which is not edited by "
                          "itself: write them out for each")


def _refuse_settings(node: yaml.CollectionNode, plugin: str) -> None:
    """They would be gone."""
    entry = _value(node, plugin)
    if isinstance(entry, yaml.CollectionNode) and entry.value:
        raise ConfigError(f"{plugin} has settings here, which would be lost: take its lines out, or comment them out, "
                          "in the file")


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _spans(node: yaml.Node) -> list[tuple[str, int, int]]:
    """Each plugin's name with where it begins and ends."""
    if isinstance(node, yaml.MappingNode):
        return [(key.value, key.start_mark.index, _end(value)) for key, value in node.value]
    return [(one.value, one.start_mark.index, _end(one)) for one in node.value]


def _end(node: yaml.Node) -> int:
    """Of what is written; a block's own mark stands behind the comments that follow."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(node, yaml.MappingNode) else last)
    return int(node.end_mark.index)


def _added(text: str, node: yaml.CollectionNode, plugin: str) -> str:
    if isinstance(node, yaml.MappingNode):
        return _with_key(text, node, plugin, "{}")
    spans = _spans(node)
    if node.flow_style:
        at = spans[-1][2] if spans else node.end_mark.index - 1
        return f"{text[:at]}{', ' if spans else ''}{plugin}{text[at:]}"
    at = _line_end(text, spans[-1][2])
    return f"{text[:at]}\n{' ' * node.start_mark.column}- {plugin}{text[at:]}"


def _with_key(text: str, node: yaml.MappingNode, key: str, value: str) -> str:
    spans = _spans(node)
    if node.flow_style:
        at = spans[-1][2] if spans else node.end_mark.index - 1
        return f"{text[:at]}{', ' if spans else ''}{key}: {value}{text[at:]}"
    at = _line_end(text, spans[-1][2])
    return f"{text[:at]}\n{' ' * node.start_mark.column}{key}: {value}{text[at:]}"


def _removed(text: str, node: yaml.CollectionNode, plugin: str) -> str:
    _refuse_settings(node, plugin)
    spans = _spans(node)
    index = next(number for number, (name, _, _) in enumerate(spans) if name == plugin)
    _, begin, end = spans[index]
    if node.flow_style:
        if index:
            begin = spans[index - 1][2]
        elif len(spans) > 1:
            end = spans[1][1]
        if "#" in text[begin:end]:
            raise ConfigError(f"there are comments around {plugin}, and no place for them without it: this list is not "
                              "edited by itself")
        return text[:begin] + text[end:]
    if len(spans) == 1:  # an empty block would mean the defaults
        return f"{text[: node.start_mark.index]}[]{text[end:]}"
    line = text.rfind("\n", 0, begin) + 1
    return text[:line] + text[min(_line_end(text, end) + 1, len(text)):]


def _line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found
