"""ETags of what GETs answer: strong, over the representation. If-None-Match spares the body, If-Match the lost update.

An If-Match is compared with the ETag of the GET of the same path or, where that has none, of the nearest path above it
(`/conversations/<id>` for `/conversations/<id>/status`). Of several conditional requests for one resource one works at
a time, so that only one of those that hold the same ETag can win. Who sends no If-Match waits for nobody.
"""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Response, current_app, g, request
from quart.wrappers.response import DataBody
from werkzeug.exceptions import HTTPException

from core.auth.access import declared
from core.auth.principal import Principal
from core.auth.terms import promised
from core.errors import Problem
from core.http.services import services

Act = Callable[[], Awaitable[Any]]


class PreconditionFailed(Problem):
    status, type, title = 412, "precondition", "It has changed meanwhile"


async def conditional(act: Act) -> Any:
    """What the view answers, under the conditions that the request sets. Raises PreconditionFailed."""
    if request.method in ("GET", "HEAD"):
        return await _unless_known(await act())
    principal: Principal | None = g.principal
    if principal is None or not request.if_match or request.method not in ("PUT", "PATCH", "DELETE"):
        return await act()
    endpoint, values = _resource(request.path)
    async with services().kept.alone(principal.tenant_id, f"{endpoint} {sorted(values.items())}"):
        await _compare(current_app.view_functions[endpoint], values, principal)
        return await act()


def unchanged(etag: str) -> Response | None:
    """304 when the caller has it already; for views that stream, before they open anything."""
    if not request.if_none_match.contains_weak(etag):
        return None
    response = Response("", 304)
    response.set_etag(etag)
    return response


def etag_of(representation: bytes) -> str:
    """Without the quotes."""
    return base64.urlsafe_b64encode(hashlib.sha256(representation).digest()[:15]).decode()


async def _unless_known(result: Any) -> Any:
    if not isinstance(result, Response) or result.status_code != 200:
        return result
    if not isinstance(result.response, DataBody):
        return result
    if "ETag" not in result.headers:
        result.set_etag(etag_of(await result.get_data(as_text=False)))
    return unchanged(result.get_etag()[0] or "") or result


def _resource(path: str) -> tuple[str, dict[str, Any]]:
    """The endpoint that answers GET at the nearest path, and the values in it."""
    while path.count("/") > 2:
        endpoint, values = _get(path)
        view = current_app.view_functions.get(endpoint)
        if view is not None and promised(view) and not endpoint.endswith(".nowhere"):
            return endpoint, values
        path = path.rpartition("/")[0]
    raise PreconditionFailed("There is nothing here that has an ETag: ask again without If-Match.")


def _get(path: str) -> tuple[str, dict[str, Any]]:
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return "", {}
    return str(endpoint), dict(values)


async def _compare(view: Callable[..., Any], values: dict[str, Any], principal: Principal) -> None:
    access = declared(view)
    if access is not None:
        access.check(principal)
    now = await view(**values)
    etag = etag_of(await now.get_data(as_text=False)) if isinstance(now, Response) else ""
    if not request.if_match.contains(etag):
        raise PreconditionFailed("It has changed since you read it: read it again, and decide anew.")
