"""`GET /metrics`: for whoever knows the token, else for the networks that config.yaml names. Everybody else: 404."""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from core.config.model import Metrics
from core.metrics.numbers import REGISTRY

disable_created_metrics()  # type: ignore[no-untyped-call]
Families = Callable[[], Awaitable[Iterable[GaugeMetricFamily]]]
PATH: Final = "/metrics"


class Page:
    """`ask` adds what has to be asked of the database, `look` what is looked at when somebody scrapes."""

    def __init__(self, settings: Metrics, process: str, *, ask: Families | None = None,
                 look: Callable[[], Iterable[GaugeMetricFamily]] = tuple) -> None:
        self._settings, self._ask, self._look = settings, ask, look
        self._own = CollectorRegistry()
        ProcessCollector(registry=self._own)
        GCCollector(registry=self._own)
        PlatformCollector(registry=self._own)
        self._build = GaugeMetricFamily("comptoir_build", "What runs here.", labels=["process", "version"])
        self._build.add_metric([process, version("comptoir")], 1.0)

    def admits(self, peer: str | None, headers: Mapping[str, str]) -> bool:
        """`headers` in lower case. Without a token, whatever a proxy forwards is refused, whoever the proxy is."""
        if self._settings.token:
            shown = headers.get("authorization", "")
            return hmac.compare_digest(shown.encode(), f"Bearer {self._settings.token}".encode())
        return "x-forwarded-for" not in headers and "forwarded" not in headers and self._is_near(peer)

    async def text(self) -> bytes:
        """What Prometheus reads."""
        asked = [] if self._ask is None else await self._ask()
        return b"".join([generate_latest(REGISTRY), generate_latest(self._own),
                         generate_latest(_once([self._build, *asked, *self._look()]))])

    async def answer(self, scope: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """As an ASGI application: a GET of PATH."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        client = scope.get("client")
        if not self.admits(client[0] if client else None, headers):
            await _send(send, 404, b"text/plain; charset=utf-8", b"nothing is here\n")
            return
        await _send(send, 200, CONTENT_TYPE_LATEST.encode(), await self.text())

    def _is_near(self, peer: str | None) -> bool:
        try:
            address = ip_address(peer or "")
        except ValueError:
            return False
        return any(address in network for network in self._settings.networks)


def _once(families: Sequence[GaugeMetricFamily]) -> CollectorRegistry:
    class Told(Collector):
        def collect(self) -> Iterable[GaugeMetricFamily]:
            return families

    registry = CollectorRegistry()
    registry.register(Told())
    return registry


async def _send(send: Callable[[Any], Awaitable[None]], status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store"),
               (b"x-content-type-options", b"nosniff")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
