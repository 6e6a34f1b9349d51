"""/openapi.json: the kernel's operations and, for whoever is known, those of the plugins that their tenant has."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from comptoir_sdk import Route
from quart import Response, g

from core.auth.access import GREETED
from core.auth.principal import Principal
from core.http.openapi import document
from core.http.operation import Api
from core.http.plugin_operations import operations_of
from core.http.services import services

_MOST: Final = 64
"""Documents kept: one for each set of plugins that some tenant has."""


def register(api: Api, version: str) -> None:
    """Add the route. What it describes may be registered after it."""
    told: dict[frozenset[str], bytes] = {}

    @api.route("GET", "/openapi.json", GREETED, "This document", responses={200: "application/json"})
    async def openapi() -> Response:
        """OpenAPI 3.1. Known callers also find the plugins of their tenant in it."""
        principal: Principal | None = g.principal
        routes = services().plugin_routes(principal.tenant_id) if principal else {}
        plugins = frozenset(routes)
        if plugins not in told:
            if len(told) >= _MOST:
                told.clear()
            told[plugins] = _written(api, routes, version)
        return Response(told[plugins], content_type="application/json")


def _written(api: Api, routes: Mapping[str, Sequence[Route]], version: str) -> bytes:
    of_plugins = [one for name in sorted(routes) for one in operations_of(name, routes[name])]
    return json.dumps(document([*api.operations, *of_plugins], api.prefix, version), ensure_ascii=False).encode()
