"""The routes: the shell around every screen, the login page, and the files they need."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, select_autoescape
from quart import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Redirect

from core.auth.access import GREETED, PUBLIC, declare

from . import Door, PluginFiles, language
from .assets import Assets
from .language import Locale
from .policy import protect

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")
SETTINGS = "/settings"


def build(door: Door, plugins: Sequence[PluginFiles], frame_origins: Sequence[str]) -> Blueprint:
    """See `core.web.blueprint`."""
    pages = Pages(door, Assets(plugins), frame_origins)
    web = Blueprint("web", __name__)
    web.add_url_rule("/static/<digest>/<path:path>", "static_file", pages.static_file)
    web.add_url_rule("/i18n/<digest>/<path:path>", "messages", pages.messages)
    web.add_url_rule("/p/<plugin>/static/<digest>/<path:path>", "plugin_file", pages.plugin_file)
    web.add_url_rule("/login", "login", pages.login)
    web.add_url_rule("/api/docs", "reference", pages.reference)
    web.add_url_rule("/", "home", pages.home)
    web.add_url_rule("/<page>", "shell", pages.shell)
    web.add_url_rule("/<page>/<path:rest>", "shell_deep", pages.shell)
    return web


class Pages:
    def __init__(self, door: Door, assets: Assets, frame_origins: Sequence[str]) -> None:
        self.door = door
        self.assets = assets
        self.frame_origins = frame_origins
        self.templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(),
            trim_blocks=True, lstrip_blocks=True)

    @declare(GREETED)
    async def home(self) -> Response | Redirect:
        bootstrap = await self.door.bootstrap(language.wish(request))
        if bootstrap is None:
            return to_login()
        pages = bootstrap["ui"]["pages"]
        first = next((one for one in pages if one["nav"] == "main"), next(iter(pages), None))
        return redirect(page_path(first), 303) if first else await self.shell_page(bootstrap, None)

    @declare(GREETED)
    async def shell(self, page: str, rest: str = "") -> Response | Redirect:
        bootstrap = await self.door.bootstrap(language.wish(request))
        if bootstrap is None:
            return to_login()
        found = page_at(f"/{page}", bootstrap["ui"]["pages"])
        return await self.shell_page(bootstrap, found) if found else abort(404)

    async def shell_page(self, bootstrap: dict[str, Any], page: dict[str, Any] | None) -> Response:
        enabled = await self.door.enabled_plugins()
        locale = language.as_locale(bootstrap["locale"]) or "en"
        return self.render(
            "shell.html", locale, self.assets.import_map(enabled),
            title=page["title"] if page else bootstrap["me"]["tenant"]["name"], page=page,
            rail=[(page_path(one), one) for one in bootstrap["ui"]["pages"] if one["nav"] == "main"],
            settings=bool(settings_pages(bootstrap["ui"]["pages"])),
            catalogues=self.assets.catalogue_urls(locale, enabled), preloads=self.assets.preloads(page),
            bootstrap=script_json(bootstrap))

    @declare(GREETED)
    async def login(self) -> Response | Redirect:
        if await self.door.bootstrap(language.wish(request)) is not None:
            return redirect(safe_next(request.args.get("next")), 303)
        locale = language.choose(request)
        return self.render(
            "login.html", locale, self.assets.import_map(()), catalogues=self.assets.catalogue_urls(locale, ()),
            next=safe_next(request.args.get("next")), languages=language.NAMES)

    @declare(GREETED)
    async def reference(self) -> Response:
        """The reference of the API, for everybody; whoever is known finds their plugins in it."""
        bootstrap = await self.door.bootstrap(language.wish(request))
        locale = language.as_locale(bootstrap["locale"]) if bootstrap else language.choose(request)
        locale = locale or "en"
        return self.render(
            "docs.html", locale, self.assets.import_map(()), catalogues=self.assets.catalogue_urls(locale, ()),
            preloads=self.assets.modules("docs/page.js"), languages=language.NAMES,
            hue=bootstrap["me"]["tenant"]["hue"] if bootstrap else None)

    def render(self, template: str, locale: Locale, import_map: str, **values: Any) -> Response:
        text = self.templates.get_template(template).render(
            locale=locale, direction=language.direction(locale), theme=theme(), import_map=import_map,
            asset=self.assets.kernel.url, _=self.assets.pages[locale].gettext, **values)
        response = protect(Response(text, content_type="text/html; charset=utf-8"), import_map, self.frame_origins)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = locale
        if language.as_locale(request.args.get("lang")):
            response.set_cookie(language.COOKIE, locale, max_age=YEAR, samesite="Lax", secure=request.is_secure)
        return response

    @declare(PUBLIC)
    async def static_file(self, digest: str, path: str) -> Response:
        found = self.assets.kernel.find(digest, path)
        return protect(found.response(request)) if found else abort(404)

    @declare(PUBLIC)
    async def messages(self, digest: str, path: str) -> Response:
        found = self.assets.catalogues.find(digest, path)
        return protect(found.response(request)) if found else abort(404)

    @declare(GREETED)
    async def plugin_file(self, plugin: str, digest: str, path: str) -> Response:
        files = self.assets.plugins.get(plugin)
        if files is None or plugin not in await self.door.enabled_plugins():
            abort(404)
        found = files.find(digest, path)
        return protect(found.response(request, "private, max-age=31536000, immutable")) if found else abort(404)


def page_at(path: str, pages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The page of an address; /settings opens the first of the settings this person may see."""
    candidates = settings_pages(pages) if path == SETTINGS else [one for one in pages if page_path(one) == path]
    return next(iter(candidates), None)


def settings_pages(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in pages if one["nav"] == "settings"]


def page_path(page: dict[str, Any]) -> str:
    """/inbox for the page a plugin named after itself, /inbox.rules for its other ones. router.js does the same."""
    plugin, name = page["plugin"], page["name"]
    return f"/{name}" if name == plugin else f"/{plugin}.{name}"


def to_login() -> Redirect:
    asked = request.full_path.rstrip("?")
    return redirect("/login" if asked == "/" else f"/login?next={quote(asked)}", 303)


def safe_next(asked: str | None) -> str:
    """Only a path of ours: `//evil.example` and `/\\evil.example` are other people's hosts to a browser."""
    ours = asked and asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if asked and ours else "/"


def theme() -> str | None:
    wish = request.cookies.get("comptoir_theme")
    return wish if wish in THEMES else None


def script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
