"""The pages before login, and the first steps after it: from a stranger to somebody who answers."""

from typing import Any
from urllib.parse import quote

from quart import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from core.auth.access import GREETED, declare

from . import Door, Installation, language
from .language import Locale
from .rendering import Renderer, script_json

Answer = Response | Redirect


class Entrance:
    """Each page is a template and one small module, which speaks to the API like any client."""

    def __init__(self, door: Door, renderer: Renderer) -> None:
        self._door, self._renderer = door, renderer

    def mount(self, web: Blueprint) -> None:
        for path in ("login", "register", "forgot", "reset", "invitation", "welcome", "suspended"):
            web.add_url_rule(f"/{path}", path, getattr(self, path))
        web.add_url_rule("/welcome/number", "welcome_number", self.welcome_number)
        web.add_url_rule("/welcome/colleagues", "welcome_colleagues", self.welcome_colleagues)

    @declare(GREETED)
    async def login(self) -> Answer:
        """`?demo` fills in the demo's login, where the installation has one and the caller sits at it."""
        if await self._bootstrap() is not None:
            return redirect(safe_next(request.args.get("next")), 303)
        installation = await self._door.installation()
        demo = installation.demo_login if "demo" in request.args else None
        return self._page(
            "login", module="login", next=safe_next(request.args.get("next")), demo=demo,
            registration=installation.registration)

    @declare(GREETED)
    async def register(self) -> Answer:
        installation = await self._door.installation()
        if installation.new:
            return redirect("/welcome", 303)
        return await self._organisation("register", installation)

    @declare(GREETED)
    async def welcome(self) -> Answer:
        """For the first organisation of an installation; later ones are made at /register."""
        installation = await self._door.installation()
        if not installation.new:
            return redirect("/", 303)
        return await self._organisation("welcome", installation)

    @declare(GREETED)
    async def forgot(self) -> Answer:
        return self._page("forgot", module="forgot")

    @declare(GREETED)
    async def reset(self) -> Answer:
        return self._page("reset", module="reset")

    @declare(GREETED)
    async def invitation(self) -> Answer:
        return self._page("invitation", module="invitation", bootstrap=await self._bootstrap())

    @declare(GREETED)
    async def welcome_number(self) -> Answer:
        """The second step, for whoever may connect numbers."""
        return await self._step("number", "accounts.manage", simulated=(await self._door.installation()).simulated)

    @declare(GREETED)
    async def welcome_colleagues(self) -> Answer:
        """The third step, for whoever may invite."""
        return await self._step("colleagues", "members.manage")

    @declare(GREETED)
    async def suspended(self) -> Answer:
        """Where a login ends whose organisation is suspended."""
        return self.message("suspended", 403)

    def message(self, kind: str, status: int, bootstrap: dict[str, Any] | None = None) -> Response:
        """A page that says one thing: missing, forbidden or suspended."""
        return self._page("message", bootstrap=bootstrap, kind=kind, status=status)

    async def _organisation(self, template: str, installation: Installation) -> Response:
        closed = installation.registration == "closed"
        return self._page(
            template, module=None if closed else "organisation", bootstrap=await self._bootstrap(),
            registration=installation.registration, code_needed=installation.code_needed,
            demo=installation.demo_login is not None)

    async def _step(self, template: str, permission: str, **values: Any) -> Answer:
        bootstrap = await self._bootstrap()
        if bootstrap is None:
            return to_login()
        if permission not in bootstrap["me"]["permissions"]:
            return redirect("/", 303)
        return self._page(template, module=template, bootstrap=bootstrap, **values)

    async def _bootstrap(self) -> dict[str, Any] | None:
        return await self._door.bootstrap(language.asked(request), language.habit(request))

    def _page(
        self, template: str, *, module: str | None = None, bootstrap: dict[str, Any] | None = None, status: int = 200,
        **values: Any,
    ) -> Response:
        """`bootstrap`: of a session that is there already; its token goes into the page, for unsafe requests."""
        assets = self._renderer.assets
        locale = self._locale(bootstrap)
        values = {"next": "/", "path": request.path, **values}
        session = script_json({"csrf": bootstrap["csrf"], "me": bootstrap["me"]}) if bootstrap else None
        if module:
            script = f"entrance/{module}.js"
            values |= {"module": script, "preloads": assets.modules(script),
                       "catalogues": assets.catalogue_urls(locale, ())}
        return self._renderer.render(
            f"entrance/{template}.html", locale, assets.import_map(()), status=status, bootstrap=session, **values)

    def _locale(self, bootstrap: dict[str, Any] | None) -> Locale:
        return language.as_locale((bootstrap or {}).get("locale")) or language.choose(request)


def to_login() -> Redirect:
    asked = request.full_path.rstrip("?")
    return redirect("/login" if asked == "/" else f"/login?next={quote(asked)}", 303)


def safe_next(asked: str | None) -> str:
    """Only a path of ours: `//evil.example` and `/\\evil.example` are other people's hosts to a browser."""
    ours = asked and asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if asked and ours else "/"
