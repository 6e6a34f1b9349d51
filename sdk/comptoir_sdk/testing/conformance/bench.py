"""What checks stand at: a kernel, the plugin, and shops that have it or not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from comptoir_sdk import ui
from comptoir_sdk.routes import Route
from comptoir_sdk.testing.kernel import Agent, Examined, Kernel, Shop

_PART = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")
CUSTOMER = "+212600000001"


@dataclass
class Bench:
    kernel: Kernel
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the plugin's Settings need beyond their defaults."""

    @cached_property
    def one(self) -> Examined:
        return self.kernel.examine(self.name)

    @property
    def prefix(self) -> str:
        return f"/api/v1/p/{self.name}"

    async def shop(self, slug: str = "atlas", *, on: bool = True) -> Shop:
        """A tenant with what the plugin requires, and the plugin unless `on=False`."""
        return await self.kernel.tenant(slug, plugins=self.given(on=on))

    def given(self, *, on: bool = True) -> dict[str, Mapping[str, Any]]:
        needed: dict[str, Mapping[str, Any]] = {name: {} for name in self._needed(self.name)}
        return {**needed, self.name: self.settings} if on else needed

    def _needed(self, name: str) -> list[str]:
        found: list[str] = []
        for text in self.kernel.examine(name).plugin.requires:
            other = (re.match(r"[\w-]+", text) or [text])[0].replace("-", "_")
            found += [*self._needed(other), other]
        return list(dict.fromkeys(found))

    async def thread(self, shop: Shop) -> dict[str, UUID]:
        """A customer has written; the ids of what that made, as the models are called."""
        await shop.receives("salam", sender=CUSTOMER)
        await self.kernel.drain()
        viewer = await shop.agent("owner")
        found = (await viewer.get("/api/v1/conversations")).json()["items"][0]
        messages = (await viewer.get(f"/api/v1/conversations/{found['id']}/messages")).json()["items"]
        ids = {"core.Conversation": found["id"], "core.Contact": found["contact"]["id"],
               "core.Account": found["account"]["id"], "core.Message": messages[-1]["id"]}
        return {name: UUID(id) for name, id in ids.items()}

    def paths(self, *, public: bool = False, slug: str = "atlas") -> Iterator[tuple[Route, str, str]]:
        """(route, method, path) of everything it serves, with made-up values."""
        for route in self.one.routes:
            if route.public == public:
                start = f"{self.prefix}/public/{slug}" if public else self.prefix
                for method in route.methods:
                    yield route, method, start + _PART.sub(_made_up, route.rule)

    async def manifest(self, agent: Agent) -> dict[str, Any]:
        """What the screens are told of plugins."""
        found: dict[str, Any] = (await agent.get("/api/v1/bootstrap")).json()["ui"]
        return found

    @cached_property
    def package(self) -> Path:
        """The folder of its code, or its only file."""
        point = next((point for point in entry_points(group="comptoir.plugins") if point.name == self.name), None)
        file = Path(str(import_module(point.module if point else type(self.one.plugin).__module__).__file__))
        return file.parent if file.name == "__init__.py" else file

    def sources(self, *suffixes: str) -> Iterator[tuple[str, str]]:
        """(name, text) of the plugin's own files, its tests aside."""
        if self.package.is_file():
            yield self.package.name, self.package.read_text()
            return
        for path in sorted(self.package.rglob("*")):
            parts = path.relative_to(self.package).parts
            if path.suffix in suffixes and "tests" not in parts and "vendor" not in parts:
                yield "/".join(parts), path.read_text()

    def folder(self, kind: str) -> Path | None:
        """Its static, templates or locales."""
        for piece in self.one.panels:
            if isinstance(piece, ui.Assets) and (name := getattr(piece, kind)):
                return Path(str(import_module(piece.package).__file__)).parent / str(name)
        return None


def _made_up(part: re.Match[str]) -> str:
    return {"uuid": str(uuid4()), "int": "1", "float": "1.0"}.get(part[1] or "", "x")
