"""Development: what an author edits while everything runs. Looks twice a second; a production never asks."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import Distribution, entry_points
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.config import ConfigError
from core.config.plugins import gate_map
from core.config.validate import validate
from core.config.yaml_file import read_yaml

_GROUP = "comptoir.plugins"
_POLL_SECONDS = 0.5
_ASIDE = {"tests", "__pycache__", ".venv", "build", "node_modules"}

Stamps = Mapping[str, int]


class Edits:
    """`run` calls `changed` with what was edited: Python files of plugins that are installed editable, and the list
    of what config.yaml installs."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._installed = self._listed()

    async def run(self, changed: Callable[[list[str]], Awaitable[None]]) -> None:
        """For ever. An editor may save several files: they are taken together."""
        seen = await asyncio.to_thread(self.stamps)
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            now = await asyncio.to_thread(self.stamps)
            if now == seen:
                continue
            while now != (settled := await self._later()):
                now = settled
            edited = sorted(name for name in {*seen, *now} if seen.get(name) != now.get(name))
            seen = now
            await changed(edited)

    def stamps(self) -> Stamps:
        """When each was last written. What the list installs stands under its name."""
        self._installed = self._listed()
        versions, places = _distributions(tuple((one, _stamp(Path(one))) for one in sys.path), self._installed)
        found = {f"plugins: {name}": hash(versions.get(name)) for name in self._installed}
        for base, module in places:
            for path in _sources(base, module):
                found[str(path)] = _stamp(path)
        return found

    async def _later(self) -> Stamps:
        await asyncio.sleep(_POLL_SECONDS / 2)
        return await asyncio.to_thread(self.stamps)

    def _listed(self) -> frozenset[str]:
        """A file that is being edited may not be readable for a moment: the last list stays."""
        try:
            return gate_map(validate(read_yaml(self._config))).installed
        except ConfigError:
            return getattr(self, "_installed", frozenset())


@lru_cache(maxsize=4)
def _distributions(_folders: tuple[tuple[str, int], ...],
                   installed: frozenset[str]) -> tuple[dict[str, str], list[tuple[Path, str]]]:
    """Their versions, and (folder, module) of those installed editable. Asked again after an installation alone: it
    reads every package."""
    importlib.invalidate_caches()
    points = [point for point in entry_points(group=_GROUP) if point.name in installed]
    roots = [(_editable(point.dist), point.module) for point in points if point.dist]
    return ({point.name: point.dist.version for point in points if point.dist},
            [(base, module) for root, module in roots if root for base in (root, root / "src")])


def _sources(base: Path, module: str) -> Iterator[Path]:
    place = base.joinpath(*module.split("."))
    if place.is_dir():
        yield from (path for path in place.rglob("*.py") if not _ASIDE & set(path.relative_to(place).parts))
    elif place.with_suffix(".py").is_file():
        yield place.with_suffix(".py")


def _editable(found: Distribution) -> Path | None:
    told = json.loads(found.read_text("direct_url.json") or "{}")
    if not told.get("dir_info", {}).get("editable"):
        return None
    return Path(unquote(urlsplit(told["url"]).path))


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
