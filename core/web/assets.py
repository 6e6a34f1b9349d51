"""Every file the browser may ask for, and the names modules import them by."""

import hashlib
import json
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from . import PluginFiles, catalogue, modules
from .files import StaticDirectory
from .language import LOCALES, Locale

HERE = Path(__file__).parent
SHELL = ("boot.js", "shell.js")  # shell.js waits for the elements that boot.js defines, so boot.js imports it late
OPENED = "opened.js"  # of a plugin: fetched at once only where the address names something in its page
# The real names, so that examples from lit.dev paste unchanged; all live in one file.
LIT = ("lit", *(f"lit/directives/{name}.js" for name in (
    "cache", "class-map", "guard", "if-defined", "keyed", "live", "ref", "repeat", "until", "when")))


class Assets:
    """The kernel's files and those of the installed plugins."""

    def __init__(self, plugins: Sequence[PluginFiles], *, live: bool = False) -> None:
        self._plugins, self._live = plugins, live
        self._seen = self._stamp()
        self.kernel = StaticDirectory.read("/static", HERE / "static")
        self.pages = catalogue.load(HERE / "locale")
        self._read_plugins()

    def look_again(self) -> None:
        """Take up what was edited since: modules get a new address, and words too."""
        if self._live and (stamp := self._stamp()) != self._seen:
            self._seen = stamp
            self._read_plugins()

    def _stamp(self) -> int:
        """Of all files that plugins bring; nothing is looked at when it does not matter."""
        places = [place for files in self._plugins for place in (files.static, files.locale) if place and self._live]
        return hash(tuple((str(path), path.stat().st_mtime_ns) for place in places for path in sorted(place.rglob("*"))
                          if path.is_file()))

    def _read_plugins(self) -> None:
        self.plugins = {files.plugin: StaticDirectory.read(f"/p/{files.plugin}/static", files.static)
                        for files in self._plugins if files.static}
        # The texts of the pages before login stand in their templates: no module asks for them.
        spoken = catalogue.load(HERE / "locale", "messages.po")
        sources = {"core": spoken} | {files.plugin: catalogue.load(files.locale) for files in self._plugins}
        self.catalogues = StaticDirectory("/i18n", {
            f"{name}.{locale}.json": languages[locale].as_json()
            for name, languages in sources.items() for locale in LOCALES})

    def import_map(self, enabled: Collection[str]) -> str:
        """The import map of a tenant: modules of a plugin it does not have cannot even be named."""
        return json.dumps({"imports": self.imports(enabled)}, separators=(",", ":"), sort_keys=True)

    def imports(self, enabled: Collection[str]) -> dict[str, str]:
        imports = dict.fromkeys(LIT, self.vendored("lit"))
        imports["@tanstack/virtual-core"] = self.vendored("virtual-core")
        imports["@comptoir/sdk"] = self.kernel.url("sdk.js")
        imports["@comptoir/sdk/"] = f"{self.kernel.base}/sdk/"
        imports["@comptoir/sdk/elements/"] = f"{self.kernel.base}/elements/"
        return imports | {f"{name}/": f"{files.base}/" for name, files in self.plugins.items() if name in enabled}

    def vendored(self, name: str) -> str:
        path = next(path for path in self.kernel.files if path.startswith(f"vendor/{name}-"))
        return self.kernel.url(path)

    def catalogue_urls(self, locale: Locale, enabled: Collection[str]) -> list[str]:
        names = ["core", *sorted(name for name in enabled if f"{name}.{locale}.json" in self.catalogues.files)]
        return [self.catalogues.url(f"{name}.{locale}.json") for name in names]

    def preloads(self, page: dict[str, Any] | None, *, opened: bool = False) -> list[str]:
        """The modules of the shell, and those of the page asked for; `opened`: with what it shows beside its list."""
        entries = [self.kernel.url(name) for name in SHELL]
        if page and page["nav"] == "settings":
            entries.append(self.kernel.url("settings.js"))
        if page and page.get("module"):
            entries.append(f"{self.plugins[page['plugin']].base}/{page['module']}")
            entries += [f"{self.plugins[page['plugin']].base}/{OPENED}"] if opened else []
        return modules.needed(entries, self.sources, self.imports(self.plugins))

    def kept(self, pages: Sequence[dict[str, Any]]) -> list[str]:
        """The modules with which these pages open, and go on, without a network."""
        entries = [self.kernel.url(name) for name in SHELL]
        entries += [f"{self.plugins[page['plugin']].base}/{page['module']}" for page in pages if page.get("module")]
        return modules.needed(entries, self.sources, self.imports(self.plugins), later=True)

    @property
    def version(self) -> str:
        """Another one as soon as any file is another."""
        parts = (self.kernel, self.catalogues, *self.plugins.values())
        return hashlib.sha256("".join(part.hash for part in parts).encode()).hexdigest()[:16]

    def worker(self) -> bytes:
        """The service worker. It is asked for by the one address that has no hash in it, so it brings them along."""
        head = f'const BASE = "{self.kernel.base}"; // {self.version}\n'
        return head.encode() + self.kernel.files["worker.js"].content

    def modules(self, *names: str) -> list[str]:
        """The kernel's modules of these names, and what they import."""
        return modules.needed([self.kernel.url(name) for name in names], self.sources, self.imports(()))

    @cached_property
    def sources(self) -> dict[str, bytes]:
        """Every browser module by its address."""
        return {f"{files.base}/{path}": file.content for files in (self.kernel, *self.plugins.values())
                for path, file in files.files.items() if path.endswith(".js")}
