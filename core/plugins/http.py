"""Plugins' routes: one blueprint each under /api/v1/p/<plugin>/. Off for a tenant, they do not exist for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import comptoir_sdk
from comptoir_sdk import PluginError, Route
from comptoir_sdk.context import Caller
from comptoir_sdk.translation import translated_by
from markupsafe import Markup
from pydantic import TypeAdapter
from quart import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from core import errors
from core.auth.access import PUBLIC, SIGNED_IN, declare
from core.auth.principal import Principal
from core.auth.terms import Repeats, Terms, promise
from core.db.scope import tenant_scope
from core.limits.table import default_limit
from core.plugins.answers import WrongAnswer, check_json
from core.plugins.context import Contexts
from core.plugins.gate import Gate
from core.plugins.guard import Guard, PluginFailed
from core.plugins.states import Installed
from core.plugins.streams import streamed
from core.plugins.texts import LOCALES
from core.plugins.ui import PREFIX
from core.requests import read_body, read_query

VIEW_SECONDS = 10.0
BODY_SECONDS = 20
"""For what the client sends, before the view begins: how slow a client is says nothing about the plugin."""
_OFF = "There is nothing here."


@dataclass(frozen=True)
class PluginAccess:
    """404 while the plugin is off for the caller's tenant, and only then the permission."""

    gate: Gate
    plugin: str
    permission: str
    identify: bool = True

    def check(self, principal: Principal | None) -> None:
        SIGNED_IN.check(principal)
        if principal is None or not self.gate.enabled(principal.tenant_id, self.plugin):
            raise errors.NotFound(_OFF)
        principal.require(self.permission)


def chosen_locale() -> str:
    """The language asked for, else chosen earlier in this browser, else the browser's."""
    wishes = (request.args.get("lang"), request.cookies.get("comptoir_locale"))
    known = [wish for wish in wishes if wish in LOCALES]
    return (known[0] or "en") if known else request.accept_languages.best_match(LOCALES) or "en"


class PluginRoutes:
    """`locale` says in which language the request being served is answered."""

    def __init__(self, contexts: Contexts, guard: Guard, locale: Callable[[], str] = chosen_locale) -> None:
        self._contexts, self._guard, self._locale = contexts, guard, locale

    def blueprint(self, one: Installed) -> Blueprint:
        """The plugin's routes. A plugin never receives the application."""
        blueprint = Blueprint(f"plugin_{one.name}", __name__, url_prefix=f"{PREFIX}/{one.name}")
        for number, route in enumerate(one.declared.routes):
            rule = f"/public/<tenant_slug>{route.rule}" if route.public else route.rule
            blueprint.add_url_rule(rule, f"{number}_{route.view.__name__}", self._view(one.name, route),
                                   methods=list(route.methods))
        return blueprint

    def _view(self, plugin: str, route: Route) -> Callable[..., Any]:
        gate = self._contexts.gate

        read = _reader(route)

        async def served(**values: Any) -> Response:
            return await self._serve(plugin, route, g.principal, g.principal.tenant_id, {**values, **await read()})

        async def served_to_all(tenant_slug: str, **values: Any) -> Response:
            tenant_id = gate.tenant_called(tenant_slug)
            if tenant_id is None or not gate.enabled(tenant_id, plugin):
                raise errors.NotFound(_OFF)
            return await self._serve(plugin, route, None, tenant_id, {**values, **await read()})

        terms = terms_of(route, *route.methods)
        if route.permission is None:
            return promise(terms)(declare(PUBLIC)(served_to_all))
        return promise(terms)(declare(PluginAccess(gate, plugin, route.permission))(served))

    async def _serve(self, plugin: str, route: Route, caller: Caller | None, tenant_id: Any,
                     values: dict[str, Any]) -> Response:
        locale = self._locale()
        ctx = self._contexts(tenant_id, plugin, caller=caller, locale=locale)
        translate = self._contexts.texts.translator(plugin, locale)

        await request.get_data()

        async def view() -> Any:
            try:
                return _answer(route, await route.view(ctx, **values))
            except (HTTPException, errors.Problem) as answer:  # an answer, not a failure of the plugin
                return answer

        with tenant_scope(tenant_id), translated_by(translate):
            try:
                answer = await self._guard.call(plugin, route.rule, VIEW_SECONDS, view, tenant_id)
                if isinstance(answer, Exception):
                    raise answer
                return streamed(answer, self._guard, plugin, route)
            except PluginError as error:
                raise _problem(error) from error
            except PluginFailed as error:
                raise errors.Unavailable(f"The plugin {plugin} could not answer: try again.", plugin=plugin) from error


def _reader(route: Route) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What the view is given beside the path's values. The client's time for the body runs from then on."""
    query = TypeAdapter(route.query) if route.query is not None else None
    body = TypeAdapter(route.body) if route.body is not None else None

    async def read() -> dict[str, Any]:
        request.body_timeout = BODY_SECONDS
        values = {"query": read_query(query)} if query is not None else {}
        return values if body is None else {**values, "body": await read_body(body)}

    return read


def terms_of(route: Route, *methods: str) -> Terms:
    """A route's limit, and that unsafe requests of known callers may be repeated under one key."""
    reads = set(methods) == {"GET"}
    repeats: Repeats = "none" if reads or route.permission is None else "kept"
    return Terms(default_limit("GET" if reads else "POST", route.permission is None), repeats)


def _answer(route: Route, result: Any) -> Response:
    """Made inside the guard: what cannot be sent is the plugin's mistake."""
    if isinstance(result, Response):
        return result
    body, status = _parts(route, result)
    if body is None:
        return Response("", status)
    is_page = isinstance(body, Markup)
    response = Response(str(body), content_type="text/html; charset=utf-8") if is_page else _json(route, body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(route: Route, body: Any) -> Response:
    check_json(route.rule, route.view, body)
    try:
        return jsonify(body)
    except (TypeError, ValueError) as error:
        raise WrongAnswer(f"{route.rule} returned what is no JSON: {error}", route.view) from error


def _parts(route: Route, result: Any) -> tuple[Any, int]:
    if not isinstance(result, tuple):
        return result, 200 if result is not None else 204
    if len(result) != 2 or not isinstance(result[1], int) or not 200 <= result[1] <= 599:
        raise WrongAnswer(f"{route.rule} is to return a body, or a body and a status, and returned "
                          f"({', '.join(repr(one)[:20] for one in result)})", route.view)
    return result


def _problem(error: PluginError) -> errors.Problem:
    if isinstance(error, comptoir_sdk.NotFound):
        return errors.NotFound(error.detail)
    if isinstance(error, comptoir_sdk.Forbidden):
        return errors.Forbidden(error.detail)
    if isinstance(error, comptoir_sdk.Unavailable):
        return errors.Unavailable(error.detail)
    return errors.Invalid(error.detail, errors=[{"loc": [name], "msg": told} for name, told in error.fields.items()])
