"""Every file the browser may ask for, and the names modules import them by."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from . import PluginFiles, catalogue
from .files import StaticDirectory
from .language import LOCALES, Locale

HERE = Path(__file__).parent
# The real names, so that examples from lit.dev paste unchanged; all live in one file.
LIT = ("lit", *(f"lit/directives/{name}.js" for name in (
    "cache", "class-map", "guard", "if-defined", "keyed", "live", "ref", "repeat", "until", "when")))


class Assets:
    """The kernel's files and those of the installed plugins."""

    def __init__(self, plugins: Sequence[PluginFiles]) -> None:
        self.kernel = StaticDirectory.read("/static", HERE / "static")
        self.plugins = {files.plugin: StaticDirectory.read(f"/p/{files.plugin}/static", files.static)
                        for files in plugins if files.static}
        self.pages = catalogue.load(HERE / "locale")
        sources = {"core": self.pages} | {files.plugin: catalogue.load(files.locale) for files in plugins}
        self.catalogues = StaticDirectory("/i18n", {
            f"{name}.{locale}.json": languages[locale].as_json()
            for name, languages in sources.items() for locale in LOCALES})

    def import_map(self, enabled: Collection[str]) -> str:
        """The import map of a tenant: modules of a plugin it does not have cannot even be named."""
        lit = self.vendored("lit")
        imports = dict.fromkeys(LIT, lit)
        imports["@tanstack/virtual-core"] = self.vendored("virtual-core")
        imports["@comptoir/sdk"] = self.kernel.url("sdk.js")
        imports["@comptoir/sdk/"] = f"{self.kernel.base}/sdk/"
        imports |= {f"{name}/": f"{files.base}/" for name, files in self.plugins.items() if name in enabled}
        return json.dumps({"imports": imports}, separators=(",", ":"), sort_keys=True)

    def vendored(self, name: str) -> str:
        path = next(path for path in self.kernel.files if path.startswith(f"vendor/{name}-"))
        return self.kernel.url(path)

    def catalogue_urls(self, locale: Locale, enabled: Collection[str]) -> list[str]:
        names = ["core", *sorted(name for name in enabled if f"{name}.{locale}.json" in self.catalogues.files)]
        return [self.catalogues.url(f"{name}.{locale}.json") for name in names]

    def preloads(self, plugin: str | None) -> list[str]:
        """The modules of the shell, and those of the plugin whose page is asked for."""
        page = self.plugins.get(plugin or "")
        shell = [url for url in self.kernel.modules() if not url.endswith("/login.js")]
        return shell + (page.modules() if page else [])
