"""The phones' page: one document and its static files, under a policy that runs nothing but our own scripts."""

import json
from html import escape
from importlib.resources import files

from quart import Blueprint, Response, abort, request

from comptoir_sdk.sandbox.caller import numbers

page = Blueprint("page", __name__)
LANGUAGES = ("en", "fr", "ar")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@page.get("/")
async def index() -> Response:
    """The phones, in `?lang=` or the browser's language."""
    language = wanted_language()
    words = read(f"{language}.json").decode()
    html = read("index.html").decode()
    for name, value in {
        "lang": language,
        "dir": "rtl" if language == "ar" else "ltr",
        "title": escape(json.loads(words)["title"]),
        "words": words.replace("<", "\\u003c"),
    }.items():
        html = html.replace("{{" + name + "}}", value)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language"
    return response


@page.get("/static/<name>")
async def static(name: str) -> Response:
    """Scripts, styles and pictures that lie beside this module; nothing else of it is served."""
    kind = TYPES.get("." + name.rpartition(".")[2])
    source = files(__name__) / name
    if kind is None or "/" in name or not source.is_file():
        abort(404)
    response = Response(source.read_bytes(), content_type=f"{kind}; charset=utf-8" if kind[:4] == "text" else kind)
    response.headers["Cache-Control"] = "no-cache"
    return response


@page.get("/favicon.ico")
async def favicon() -> Response:
    response = Response(read("icon.svg"), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "max-age=86400"
    return response


@page.get("/healthz")
async def healthz() -> Response:
    """Alive, and how many phones and pending webhooks there are."""
    phones = sum(len(one.phones) for one in numbers())
    pending = sum(one.webhooks.waiting for one in numbers())
    shown = {"status": "ok", "numbers": len(list(numbers())), "phones": phones, "pending_webhooks": pending}
    return Response(json.dumps(shown), content_type="application/json")


def wanted_language() -> str:
    """`?lang=` when we have it, else the best of Accept-Language, else English."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return request.accept_languages.best_match(LANGUAGES) or "en"


def read(name: str) -> bytes:
    return (files(__name__) / name).read_bytes()
