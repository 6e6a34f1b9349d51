"""/api/v1, put together."""

from quart import Response, current_app, request
from quart_auth import QuartAuth
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

from core.auth.access import PUBLIC, declare
from core.auth.terms import Terms, promise
from core.http import (
    accounts,
    api_keys,
    attachments,
    audit,
    bulk,
    contacts,
    conversations,
    costs,
    customers,
    description,
    exports,
    factors,
    frames,
    invitations,
    journal,
    lanes,
    members,
    messages,
    meta_apps,
    own_account,
    passkeys,
    password_resets,
    personal_data,
    platform,
    platform_journal,
    platform_people,
    platform_plugins,
    platform_state,
    plugin_settings,
    roles,
    search,
    session,
    sessions,
    shelves,
    tags,
    teams,
    templates,
    tenant,
    tokens,
    troubles,
    webhooks,
    welcome,
)
from core.http.operation import Api

PREFIX = "/api/v1"
VERSION = "1.0"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ROOMS = (
    welcome,
    invitations,
    password_resets,
    own_account,
    members,
    roles,
    teams,
    tags,
    api_keys,
    webhooks,
    frames,
    factors,
    passkeys,
    tokens,
    conversations,
    messages,
    shelves,
    search,
    contacts,
    bulk,
    attachments,
    customers,
    accounts,
    lanes,
    templates,
    costs,
    meta_apps,
    audit,
    journal,
    tenant,
    exports,
    personal_data,
    platform,
    platform_journal,
    platform_people,
    platform_plugins,
    platform_state,
    troubles,
    plugin_settings,
)


def build(cookie: QuartAuth) -> Api:
    """The kernel's routes, and the document that describes them."""
    api = Api("api", PREFIX)
    session.register(api, cookie)
    sessions.register(api, cookie)
    for room in _ROOMS:
        room.register(api)
    description.register(api, VERSION)

    @api.blueprint.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @promise(Terms("public"))
    @declare(PUBLIC)
    async def nowhere(rest: str) -> Response:
        """Everything else under the prefix: else the pages' own catch-all would answer it."""
        raise _refusal(request.path)

    return api


def _refusal(path: str) -> HTTPException:
    """405 where another method would be served, else 404."""
    paths = current_app.url_map.bind("")
    served = [method for method in _METHODS if _endpoint(paths, path, method) not in (None, "api.nowhere")]
    return MethodNotAllowed(served) if served else NotFound()


def _endpoint(paths: MapAdapter, path: str, method: str) -> str | None:
    try:
        return str(paths.match(path, method=method)[0])
    except HTTPException:
        return None
