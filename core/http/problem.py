"""Every error leaves as problem JSON (RFC 9457), whichever layer raised it."""

import json
import logging
from typing import Any

import asyncpg
from quart import Quart, Response, g
from werkzeug.exceptions import HTTPException, InternalServerError

from core.errors import Problem, TooMany, Unauthenticated, Unavailable

_log = logging.getLogger(__name__)
_AWAY = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, ConnectionError, TimeoutError)


def install(app: Quart) -> None:
    """Register the handlers."""
    app.register_error_handler(Problem, _own)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _bug)
    for error in _AWAY:
        app.register_error_handler(error, _away)


def response_of(problem: Problem) -> Response:
    """The answer a problem makes."""
    response = _response(problem.as_json(), problem.status)
    if isinstance(problem, TooMany) or "retry_after" in problem.extra:
        response.headers["Retry-After"] = str(problem.extra.get("retry_after", 60))
    if isinstance(problem, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="comptoir"'
    return response


async def _own(error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - it is registered for this class
    return response_of(error)


async def _http(error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this class
    status = error.code or 500
    name = (error.name or "Error").lower().replace(" ", "-")
    body = {"type": f"/problems/{name}", "title": error.name, "status": status, "detail": _detail(error)}
    response = _response(body, status)
    for key, value in error.get_headers():
        if key.lower() not in ("content-type", "content-length"):
            response.headers[key] = value
    return response


def _detail(error: HTTPException) -> str:
    if error.code == 404:
        return "There is nothing here, or nothing of yours."
    return error.description or ""


async def _away(error: Exception) -> Response:
    _log.error("a service is away: %s", type(error).__name__)
    return response_of(Unavailable("The database cannot be reached: try again in a moment.", retry_after=2))


async def _bug(error: Exception) -> Response:
    """Quart has logged the traceback; the caller gets nothing of it."""
    detail = "This is our fault. The log of this moment, under this answer's X-Request-Id, says why."
    return _response({"type": "/problems/internal", "title": "Internal error", "status": 500, "detail": detail}, 500)


def _response(body: dict[str, Any], status: int) -> Response:
    if request_id := g.get("request_id"):
        body = {**body, "request_id": request_id}
    return Response(json.dumps(body, default=str), status, content_type="application/problem+json")
