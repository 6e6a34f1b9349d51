"""What makes the pages an application of the device: manifest, service worker, and the shell without anybody in it."""

import json
from typing import Any, Protocol

from quart import Blueprint, Response, abort, request

from core.auth.access import GREETED, PUBLIC, declare

from . import Door, language
from .assets import Assets
from .files import static_file
from .policy import protect

# The mark's own green, and the background of tokens.css, where neither can be written as a token.
THEME, BACKGROUND = "#0d7a55", "#eef2f0"
ICONS = (("icons/192.png", "192x192", "any"), ("icons/512.png", "512x512", "any"),
         ("icons/maskable-192.png", "192x192", "maskable"), ("icons/maskable-512.png", "512x512", "maskable"),
         ("mark.svg", "any", "any"))  # fmt: skip


class Shell(Protocol):
    """Draws the shell, with or without somebody in it."""

    async def shell_page(self, bootstrap: dict[str, Any], page: dict[str, Any] | None, *, kept: bool) -> Response: ...


class Installed:
    """Asked for by browsers, hardly ever by people."""

    def __init__(self, door: Door, assets: Assets, shell: Shell) -> None:
        self._door, self._assets, self._shell = door, assets, shell

    def mount(self, web: Blueprint) -> None:
        web.add_url_rule("/manifest.webmanifest", "manifest", self.manifest)
        web.add_url_rule("/worker.js", "worker", self.worker)
        web.add_url_rule("/offline", "offline", self.offline)

    @declare(GREETED)
    async def manifest(self) -> Response:
        """Named after the organisation of whoever installs it."""
        bootstrap = await self._door.bootstrap(language.asked(request), language.habit(request))
        locale = language.as_locale(bootstrap["locale"]) if bootstrap else language.choose(request)
        told = self._manifest(bootstrap, locale or "en")
        answer = Response(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")
        answer.headers["Cache-Control"] = "no-cache"
        return protect(answer)

    def _manifest(self, bootstrap: dict[str, Any] | None, locale: str) -> dict[str, Any]:
        name = bootstrap["me"]["tenant"]["name"] if bootstrap else "Comptoir"
        pages = [one for one in bootstrap["ui"]["pages"] if one["nav"] == "main"] if bootstrap else []
        icons = [{"src": self._assets.kernel.url(path), "sizes": sizes, "purpose": purpose,
                  "type": "image/svg+xml" if path.endswith(".svg") else "image/png"} for path, sizes, purpose in ICONS]
        return {
            "id": "/", "start_url": "/", "scope": "/", "display": "standalone", "lang": locale,
            "dir": language.direction(locale), "name": name, "short_name": name if len(name) <= 12 else "Comptoir",
            "theme_color": THEME, "background_color": BACKGROUND, "categories": ["business", "productivity"],
            "icons": icons, "shortcuts": [{"name": one["title"], "url": page_path(one), "icons": icons[:1]}
                                          for one in pages[:4]]}  # fmt: skip

    @declare(PUBLIC)
    async def worker(self) -> Response:
        """Of the whole application, so it stands at its root."""
        self._assets.look_again()
        answer = static_file("worker.js", self._assets.worker()).response(request, "no-cache")
        return protect(answer)

    @declare(GREETED)
    async def offline(self) -> Response:
        """The shell of whoever asks, without their data: what the worker answers with while there is no network."""
        bootstrap = await self._door.bootstrap(language.asked(request), language.habit(request))
        return await self._shell.shell_page(bootstrap, None, kept=True) if bootstrap else abort(401)


def page_path(page: dict[str, Any]) -> str:
    """/inbox for the page a plugin named after itself, /inbox.rules for its other ones. router.js does the same."""
    plugin, name = page["plugin"], page["name"]
    return f"/{name}" if name == plugin else f"/{plugin}.{name}"
