"""From a template to an answer: language, theme, import map, security headers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from quart import Response, request

from . import language
from .assets import Assets
from .language import Locale
from .policy import protect

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")


class Renderer:
    """`frame_origins` widen the content security policy, see `core.web.blueprint`."""

    def __init__(self, assets: Assets, frame_origins: Sequence[str]) -> None:
        self.assets, self._frame_origins = assets, frame_origins
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(),
            trim_blocks=True, lstrip_blocks=True)

    def render(self, template: str, locale: Locale, import_map: str, *, status: int = 200,
               frames: Sequence[str] = (), **values: Any) -> Response:
        """The page, never cached; a language chosen in the address is remembered. `frames`: origins that it shows."""
        text = self._templates.get_template(template).render(
            locale=locale, direction=language.direction(locale), import_map=import_map,
            asset=self.assets.kernel.url, _=self.assets.pages[locale].gettext, languages=language.NAMES,
            **{"theme": theme(), **values})
        page = Response(text, status, content_type="text/html; charset=utf-8")
        response = protect(page, import_map, [*self._frame_origins, *frames])
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = locale
        # What is chosen now, and what a member has chosen elsewhere: for the next page before login.
        if language.asked(request) or (values.get("bootstrap") and language.habit(request) not in (None, locale)):
            response.set_cookie(language.COOKIE, locale, max_age=YEAR, samesite="Lax", secure=request.is_secure)
        return response


def theme() -> str | None:
    wish = request.cookies.get("comptoir_theme")
    return wish if wish in THEMES else None


def script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
