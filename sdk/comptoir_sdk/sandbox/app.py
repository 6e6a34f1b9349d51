"""The sandbox as a Quart application."""

import json
from typing import Any

from quart import Quart, Request, Response, g
from werkzeug.exceptions import HTTPException

from comptoir_sdk.sandbox.caller import date_header, numbers
from comptoir_sdk.sandbox.control import control
from comptoir_sdk.sandbox.control_customers import control_customers
from comptoir_sdk.sandbox.control_numbers import control_numbers
from comptoir_sdk.sandbox.control_phones import control_phones
from comptoir_sdk.sandbox.door import Door
from comptoir_sdk.sandbox.graph import graph
from comptoir_sdk.sandbox.graph_account import graph_account
from comptoir_sdk.sandbox.graph_customers import graph_customers
from comptoir_sdk.sandbox.graph_media import graph_media
from comptoir_sdk.sandbox.media import LARGEST, MB
from comptoir_sdk.sandbox.numbers import Numbers
from comptoir_sdk.sandbox.page import page
from comptoir_sdk.sandbox.refusals import Refusal
from comptoir_sdk.sandbox.settings import Settings

BODY_AT_MOST = 8 * MB


class SandboxRequest(Request):
    """Files are longer than all else. Said at the beginning, for Quart measures a body before any route is asked."""

    def __init__(self, method: str, scheme: str, path: str, *given: Any, **named: Any) -> None:
        longest = LARGEST + MB if method == "POST" and path.endswith("/media") else BODY_AT_MOST
        super().__init__(method, scheme, path, *given, **named | {"max_content_length": longest})
        self.max_content_length = longest


def create_app(settings: Settings) -> Quart:
    """Meta in a box, to be served by Hypercorn or Uvicorn (resets need a real socket)."""
    app = Quart("comptoir_sdk.sandbox", static_folder=None, template_folder=None)
    app.request_class = SandboxRequest
    graphs = (graph, graph_media, graph_customers, graph_account)
    for blueprint in (page, control, control_phones, control_customers, control_numbers, *graphs):
        app.register_blueprint(blueprint)

    @app.before_serving
    async def start() -> None:
        app.extensions["sandbox"] = Numbers(settings)
        app.extensions["sandbox"].open()

    @app.after_serving
    async def stop() -> None:
        await app.extensions["sandbox"].close()

    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, not_graph)
    app.after_request(harden)
    app.asgi_app = Door(app.asgi_app, allow_remote=settings.allow_remote)  # type: ignore[method-assign,arg-type,assignment]
    return app


async def refused(error: Refusal) -> Response:
    """Meta's error body, counted in the ledger."""
    if counted := g.get("box") or numbers().usual:
        counted.ledger.refused[str(error.code)] += 1
    response = Response(json.dumps(error.body()), error.status, content_type="application/json; charset=UTF-8")
    response.headers.update(error.headers)
    return response


async def not_graph(error: HTTPException) -> Response:
    """Anything else that went wrong over HTTP, in Graph's shape."""
    known = {404: 2500, 405: 100, 413: 131053}
    status = error.code or 500
    refusal = Refusal(status, known.get(status, 1), f"Unknown path components or method: {error.name}")
    return Response(json.dumps(refusal.body()), refusal.status, content_type="application/json")


async def harden(response: Response) -> Response:
    """No sniffing, no framing, no referrer: media here comes from anywhere. And our own idea of the time."""
    response.headers["Date"] = date_header()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    return response
