"""Writes the template with a name put in and the unwanted parts left out."""

import keyword
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from comptoir_sdk.scaffold.words import PLURALS, catalogue

PARTS = {
    "routes": "JSON routes",
    "table": "a table of its own, with its migration",
    "job": "a job that runs every night",
    "observer": "something that happens when a customer writes",
    "fragment": "a panel in Jinja",
    "element": "a panel as a Lit element",
    "settings": "settings of each organisation",
}
_NEEDS = {"routes": ("table",), "job": ("table", "settings"), "observer": ("table", "settings"), "fragment": ("table",),
          "element": ("table", "routes")}
_FILES = {"models.py": "table", "migrations": "table", "views.py": "routes fragment element", "templates": "fragment",
          "static": "element"}
"""Which parts a file or folder is written for; others are written always."""
_MARK = re.compile(r"\s*\[\[(.+)\]\]\s*")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


class NameRefused(ValueError):
    """A plugin cannot be called that; the message says why."""


def with_needed(parts: Iterable[str]) -> frozenset[str]:
    """These parts and those they stand on. Raises LookupError, naming them, for an unknown one."""
    wanted = frozenset(parts)
    if unknown := sorted(wanted - PARTS.keys()):
        raise LookupError(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    return wanted.union(*(_NEEDS.get(part, ()) for part in wanted))


def write(folder: Path, name: str, parts: Iterable[str]) -> list[Path]:
    """The distribution in `folder`, which is made. Raises NameRefused, or FileExistsError: nothing is overwritten."""
    if not _NAME.fullmatch(name) or any(keyword.iskeyword(word) for word in name.split("_")):
        raise NameRefused(f"{name!r} is no plugin's name: write who and what in a-z, 0-9 and _, as in acme_orders")
    whole = with_needed(parts)
    tokens = _tokens(name, whole)
    folder.mkdir(parents=True)
    written = [_put(folder / _filled("/".join(path), tokens), _filled(_chosen(text, whole), tokens))
               for path, text in _template(files(__package__) / "template", whole)]
    words = folder / name / "locale"
    return written + [_put(words / locale / "LC_MESSAGES" / "messages.po", _filled(catalogue(locale, whole), tokens))
                      for locale in PLURALS]


def _template(place: Traversable, parts: frozenset[str],
              at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for one in sorted(place.iterdir(), key=lambda one: one.name):
        name = one.name.removesuffix(".txt")
        if not parts & frozenset(_FILES.get(name, " ".join(PARTS)).split()):
            continue
        if one.is_dir():
            yield from _template(one, parts, (*at, name))
        elif one.name.endswith(".txt"):
            yield (*at, name), one.read_text(encoding="utf-8")


def _chosen(text: str, parts: frozenset[str]) -> str:
    """Without the marks `[[part …]]` (any of them), `[[!part …]]` (none of them) and `[[end]]`, and what they hide."""
    kept: list[str] = []
    within: list[bool] = []
    for line in text.splitlines(keepends=True):
        mark = _MARK.fullmatch(line)
        if mark is None:
            kept += [line] if all(within) else []
        elif mark[1] == "end":
            within.pop()
        else:
            within.append(_holds(mark[1].split(), parts))
    return "".join(kept)


def _holds(words: list[str], parts: frozenset[str]) -> bool:
    none = words[0].startswith("!")
    return none != bool(parts & {word.removeprefix("!") for word in words})


def _tokens(name: str, parts: frozenset[str]) -> dict[str, str]:
    assets = [kind for part, kind in (("element", "static"), ("fragment", "templates")) if part in parts]
    return {
        "NAME": name, "KEBAB": name.replace("_", "-"), "TITLE": name.replace("_", " ").capitalize(),
        "CLASS": name.title().replace("_", ""), "IMPORTS": ", ".join(_imports(parts)),
        "ASSETS": "".join(f', {kind}="{kind}"' for kind in assets),
    }


def _imports(parts: frozenset[str]) -> list[str]:
    """What plugin.py takes from the SDK."""
    given = {
        "HTML": {"fragment"}, "Channel": {"table"}, "Contact": {"table"}, "Context": {"table"}, "Job": {"job"},
        "Message": {"observer"}, "Plugin": set(PARTS), "Route": {"routes", "fragment", "element"},
        "_": {"table", "fragment", "element"}, "hookimpl": set(PARTS), "ui": set(PARTS),
    }
    return [name for name, needed in given.items() if parts & needed]


def _filled(text: str, tokens: dict[str, str]) -> str:
    for name, value in tokens.items():
        text = text.replace(f"@{name}@", value)
    return text


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
