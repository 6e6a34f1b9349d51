"""The routes: the shell around every screen, and the files that pages need. Before login: entrance.py."""

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Redirect

from core.auth.access import GREETED, PUBLIC, declare
from core.auth.terms import Terms, promise

from . import Door, PluginFiles, language
from .assets import Assets
from .entrance import Entrance, to_login
from .files import IMMUTABLE
from .installed import Installed, page_path
from .policy import protect
from .rendering import THEMES, Renderer, script_json

SETTINGS = "/settings"
_PRIVATE = "private, max-age=31536000, immutable"
"""Kept by the browser, never by what stands between."""


def build(door: Door, plugins: Sequence[PluginFiles], frame_origins: Sequence[str], *,
          live: bool = False) -> Blueprint:
    """See `core.web.blueprint`."""
    renderer = Renderer(Assets(plugins, live=live), frame_origins)
    entrance = Entrance(door, renderer)
    pages = Pages(door, renderer, entrance)
    web = Blueprint("web", __name__)
    web.add_url_rule("/static/<digest>/<path:path>", "static_file", pages.static_file)
    web.add_url_rule("/i18n/<digest>/<path:path>", "messages", pages.messages)
    web.add_url_rule("/p/<plugin>/static/<digest>/<path:path>", "plugin_file", pages.plugin_file)
    web.add_url_rule("/api/docs", "reference", pages.reference)
    entrance.mount(web)
    Installed(door, renderer.assets, pages).mount(web)
    web.add_url_rule("/", "home", pages.home)
    web.add_url_rule("/<page>", "shell", pages.shell)
    web.add_url_rule("/<page>/<path:rest>", "shell_deep", pages.shell)
    return web


class Pages:
    def __init__(self, door: Door, renderer: Renderer, entrance: Entrance) -> None:
        self.door, self.renderer, self.entrance = door, renderer, entrance
        self.assets = renderer.assets

    @declare(GREETED)
    async def home(self) -> Response | Redirect:
        """The first screen of whoever is logged in. A new installation greets its first visitor."""
        bootstrap = await self.door.bootstrap(language.asked(request), language.habit(request))
        if bootstrap is None:
            return redirect("/welcome", 303) if (await self.door.installation()).new else to_login()
        pages = bootstrap["ui"]["pages"]
        first = next((one for one in pages if one["nav"] == "main"), next(iter(pages), None))
        return redirect(page_path(first), 303) if first else await self.shell_page(bootstrap, None)

    @declare(GREETED)
    async def shell(self, page: str, rest: str = "") -> Response | Redirect:
        bootstrap = await self.door.bootstrap(language.asked(request), language.habit(request))
        if bootstrap is None:
            return to_login()
        found = page_at(f"/{page}", bootstrap["ui"]["pages"])
        if found is None:
            return await self._closed(page, bootstrap)
        return await self.shell_page(bootstrap, found, opened=bool(rest))

    async def _closed(self, page: str, bootstrap: dict[str, Any]) -> Response:
        """A page of a plugin that this tenant has is hidden by a permission; any other does not exist."""
        if page.partition(".")[0] in await self.door.enabled_plugins():
            return self.entrance.message("forbidden", 403, bootstrap)
        return self.entrance.message("missing", 404, bootstrap)

    async def shell_page(self, bootstrap: dict[str, Any], page: dict[str, Any] | None, *,
                         opened: bool = False, kept: bool = False) -> Response:
        """`opened`: the address names something in the page. `kept`: to be put by, so nobody's data is in it, and every
        module of the main pages is named."""
        self.assets.look_again()
        enabled = await self.door.enabled_plugins()
        locale = language.as_locale(bootstrap["locale"]) or "en"
        main = [one for one in bootstrap["ui"]["pages"] if one["nav"] == "main"]
        return self.renderer.render(
            "shell.html", locale, self.assets.import_map(enabled),
            title=page["title"] if page else bootstrap["me"]["tenant"]["name"], page=page,
            rail=[(page_path(one), one) for one in main],
            settings=bool(settings_pages(bootstrap["ui"]["pages"])),
            catalogues=self.assets.catalogue_urls(locale, enabled), frames=_framed(bootstrap["ui"].get("panels", ())),
            theme=_theme(bootstrap["me"]["preferences"]["theme"]), density=bootstrap["me"]["preferences"]["density"],
            preloads=self.assets.kept(main) if kept else self.assets.preloads(page, opened=opened),
            version=self.assets.version,
            bootstrap=None if kept else script_json(bootstrap))

    @promise(Terms("public"))
    @declare(GREETED)
    async def reference(self) -> Response:
        """The reference of the API, for everybody; whoever is known finds their plugins in it."""
        bootstrap = await self.door.bootstrap(language.asked(request), language.habit(request))
        locale = language.as_locale(bootstrap["locale"]) if bootstrap else language.choose(request)
        locale = locale or "en"
        return self.renderer.render(
            "docs.html", locale, self.assets.import_map(()), catalogues=self.assets.catalogue_urls(locale, ()),
            preloads=self.assets.modules("docs/page.js"), hue=bootstrap["me"]["tenant"]["hue"] if bootstrap else None)

    @declare(PUBLIC)
    async def static_file(self, digest: str, path: str) -> Response:
        found = self.assets.kernel.find(digest, path)
        return protect(found.response(request)) if found else abort(404)

    @declare(GREETED)
    async def messages(self, digest: str, path: str) -> Response:
        """The kernel's words are everybody's, a plugin's those of tenants that have it."""
        plugin = path.partition(".")[0]
        own = plugin == "core"
        if not own and plugin not in await self.door.enabled_plugins():
            abort(404)
        found = self.assets.catalogues.find(digest, path)
        cache = IMMUTABLE if own else _PRIVATE
        return protect(found.response(request, cache)) if found else abort(404)

    @declare(GREETED)
    async def plugin_file(self, plugin: str, digest: str, path: str) -> Response:
        files = self.assets.plugins.get(plugin)
        if files is None or plugin not in await self.door.enabled_plugins():
            abort(404)
        found = files.find(digest, path)
        return protect(found.response(request, _PRIVATE)) if found else abort(404)


def page_at(path: str, pages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The page of an address; /settings opens the first of the settings this person may see."""
    candidates = settings_pages(pages) if path == SETTINGS else [one for one in pages if page_path(one) == path]
    return next(iter(candidates), None)


def settings_pages(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in pages if one["nav"] == "settings"]


def _theme(chosen: str) -> str | None:
    """As an attribute of the page; none: as the system."""
    return chosen if chosen in THEMES else None


def _framed(panels: Sequence[dict[str, Any]]) -> list[str]:
    """Origins of the pages of others that this person is shown."""
    return sorted({panel["frame"]["origin"] for panel in panels if "frame" in panel})
