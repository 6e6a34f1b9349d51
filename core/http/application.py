"""The Quart application whose every request and socket runs inside its tenant's scope."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

import structlog
from quart import Quart, g, request, websocket
from quart.ctx import RequestContext, WebsocketContext
from quart.json.provider import DefaultJSONProvider
from quart.typing import ResponseTypes

from core import tracing
from core.audit import Actor, acting
from core.auth.access import Access, declare, declared
from core.auth.principal import Principal
from core.auth.terms import promised
from core.db.scope import request_scope, tenant_scope, viewer_scope
from core.errors import Unauthenticated
from core.http.bodies import BoundedRequest, PatientConnection
from core.http.caller import caller_ip
from core.http.doorman import Doorman
from core.http.etag import conditional
from core.http.idempotency import once
from core.http.limits import count_request, count_stranger, tell
from core.http.rule import Rule
from core.limits.limiter import counting
from core.metrics.numbers import REQUESTS
from core.request_ids import request_id

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Json(DefaultJSONProvider):
    """JSON as the API promises it: times in ISO 8601 (Quart's own are those of HTTP headers), words as they are."""

    ensure_ascii = False
    sort_keys = False

    @staticmethod
    def _plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else DefaultJSONProvider.default(value)

    default = _plain


class Application(Quart):
    """Finds the caller first and sets the tenant scope here, once, around everything else that a request does."""

    doorman: Doorman
    json_provider_class = Json
    request_class = BoundedRequest
    asgi_http_class = PatientConnection
    url_rule_class = Rule

    def admit_with(self, doorman: Doorman) -> None:
        """Put the doorman at the door. Called once, before anything else registers a before_request."""
        self.doorman = doorman
        self.before_request(count_request)
        self.before_request(doorman.guard_request)
        self.before_websocket(doorman.guard_websocket)

    def declare(self, endpoint: str, access: Access) -> None:
        """Say what a route demands that Quart made by itself, such as a blueprint's static files."""
        view = self.view_functions[endpoint]

        async def served(**values: Any) -> Any:
            return await self.ensure_async(view)(**values)

        self.view_functions[endpoint] = declare(access)(served)

    async def full_dispatch_request(self, request_context: RequestContext | None = None) -> ResponseTypes:
        """As Quart's, in the caller's tenant scope and with a request id bound to the log."""
        started = time.perf_counter()
        g.principal = None
        g.request_id = request_id(request.headers.get("X-Request-Id"))
        with structlog.contextvars.bound_contextvars(request_id=g.request_id), request_scope(g.request_id), \
                tracing.span("request", g.request_id, method=request.method) as span, counting() as counted:
            response = await self._answer(request_context)
            response.headers["X-Request-Id"] = g.request_id
            tell(response.headers, counted.standings.values())
            elapsed = time.perf_counter() - started
            route = request.url_rule.rule if request.url_rule else "none"
            method = request.method if request.method in _METHODS else "other"
            if span is not None:
                span.set_attributes({"route": route, "status": response.status_code})
            REQUESTS.labels(method, route, str(response.status_code)).observe(elapsed)
            _log.info("request", method=request.method, path=request.path, status=response.status_code,
                      ms=round(elapsed * 1000, 1))  # fmt: skip
        return response

    async def _answer(self, request_context: RequestContext | None) -> ResponseTypes:
        try:
            principal = await self._known(request.endpoint, request.headers.get("Authorization"))
        except Exception as error:
            return await self.finalize_request(await self.handle_user_exception(error), request_context)
        with _scope(principal):
            return await super().full_dispatch_request(request_context)

    async def _known(self, endpoint: str | None, authorization: str | None) -> Principal | None:
        try:
            return await self._caller(endpoint, authorization)
        except Unauthenticated:
            await count_stranger()
            raise

    async def dispatch_request(self, request_context: RequestContext | None = None) -> Any:
        """As Quart's, on the route's terms: once for each Idempotency-Key, under the conditions of the request."""
        dispatch = super().dispatch_request

        async def act() -> Any:
            return await dispatch(request_context)

        terms = promised(self.view_functions[request.endpoint]) if request.endpoint else None
        if terms is None:
            return await act()
        return await once(terms, lambda: conditional(act))

    async def full_dispatch_websocket(self, websocket_context: WebsocketContext | None = None) -> ResponseTypes | None:
        """As Quart's, in the caller's tenant scope."""
        g.principal = None
        try:
            principal = await self._caller(websocket.endpoint, websocket.headers.get("Authorization"))
        except Exception as error:
            return await self.finalize_websocket(await self.handle_user_exception(error), websocket_context)
        with _scope(principal):
            return await super().full_dispatch_websocket(websocket_context)

    async def _caller(self, endpoint: str | None, authorization: str | None) -> Principal | None:
        access: Access | None = declared(self.view_functions[endpoint]) if endpoint else None
        if access is None or not access.identify:
            return None
        return await self.doorman.identify(authorization)


@contextmanager
def _scope(principal: Principal | None) -> Iterator[None]:
    g.principal = principal
    scope: Any = tenant_scope(principal.tenant_id) if principal else nullcontext()
    with scope, viewer_scope(principal.viewer if principal else None), acting(_actor(principal)), \
            structlog.contextvars.bound_contextvars(**_names(principal)):
        yield


def _actor(principal: Principal | None) -> Actor:
    ip, asked_as = caller_ip(), g.get("request_id")
    if principal is None:
        return Actor("stranger", None, ip, asked_as)
    if principal.user_id is None:
        return Actor("api_key", str(principal.credential_id), ip, asked_as)
    return Actor("member", str(principal.user_id), ip, asked_as)


def _names(principal: Principal | None) -> dict[str, str]:
    return {"tenant": str(principal.tenant_id)} if principal else {}
