"""Plugins' routes as the OpenAPI document tells of them: by the same words as the kernel's own."""

from collections.abc import Sequence
from inspect import getdoc
from typing import Any, Final

from comptoir_sdk import Route

from core.auth.access import PUBLIC, Access, Permitted
from core.http.operation import Operation
from core.plugins.http import terms_of

_PREFIX: Final = "/p"


def operations_of(plugin: str, routes: Sequence[Route]) -> list[Operation]:
    """One for each method of each route."""
    return [_operation(plugin, route, method) for route in routes for method in route.methods]


def _operation(plugin: str, route: Route, method: str) -> Operation:
    summary, _, description = (getdoc(route.view) or "").partition("\n")
    several = f"_{method.lower()}" if len(route.methods) > 1 else ""
    return Operation(
        name=f"{plugin}_{route.view.__name__}{several}", method=method,
        rule=f"{_PREFIX}/{plugin}{'/public/<tenant_slug>' if route.public else ''}{route.rule}",
        access=_access(route), summary=route.summary or summary or route.view.__name__.replace("_", " ").capitalize(),
        description=(f"{summary}\n{description}" if route.summary else description).strip(),
        responses=route.responses or _usual(route, method), query=route.query,
        body=route.body, terms=terms_of(route, method), examples=route.examples, plugin=plugin,
    )  # fmt: skip


def _access(route: Route) -> Access:
    return Permitted(route.permission) if route.permission else PUBLIC


def _usual(route: Route, method: str) -> dict[int, Any]:
    """Of a route that does not say: what its kind answers."""
    if route.rule.startswith("/fragments/"):
        return {200: "text/html"}
    return {204: None} if method == "DELETE" else {200: None}
