"""Egress: requests with time limits, size limits, no proxies from the environment, and no redirects off the host."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Final, Self

import httpcore2
import httpx2

from core.egress.allowlist import Allowlist
from core.egress.backend import GuardedBackend, Resolver, system_resolver
from core.egress.errors import EgressError, Forbidden, Interrupted, NotSent, TooLarge
from core.egress.transport import GuardedTransport

USER_AGENT: Final = "Comptoir/1 (self-hosted WhatsApp inbox)"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

# Both write URLs, and at debug level headers, into the log: tokens and signatures among them.
for _logger in ("httpx2", "httpcore2"):
    logging.getLogger(_logger).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `total` bounds the whole exchange: an endpoint may not hold us by dripping bytes."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 10.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response. Header names are matched without case."""

    status: int
    headers: httpx2.Headers
    body: bytes


class Download:
    """A response whose body is read in pieces. Iterating raises TooLarge past the limit, Interrupted when cut."""

    def __init__(self, response: httpx2.Response, max_bytes: int) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._response = response
        self._max_bytes = max_bytes

    def size_told(self) -> int | None:
        """What Content-Length says, in bytes."""
        told = self.headers.get("content-length", "")
        return int(told) if told.isascii() and told.isdecimal() else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        _refuse_compressed(self.headers)
        if (self.size_told() or 0) > self._max_bytes:
            raise TooLarge(f"the answer announces more than {self._max_bytes} bytes")
        received = 0
        async for chunk in self._response.aiter_raw():
            received += len(chunk)
            if received > self._max_bytes:
                raise TooLarge(f"the answer is longer than {self._max_bytes} bytes")
            yield chunk


def _refuse_compressed(headers: httpx2.Headers) -> None:
    # We ask for none. A few bytes can unpack to gigabytes, so what was not asked for is not unpacked.
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Interrupted("the answer is compressed although none was asked for")


class Egress:
    """The guarded client. One per process; it keeps connections open and is safe to share between tasks.

    `allow` opens addresses that are not public (see Allowlist). `max_bytes` is the longest answer by default.
    `resolve` and `network` replace what lies under the guard, never the guard. `transport` serves libraries
    that bring an httpx2 client of their own.
    """

    def __init__(
        self,
        allow: Iterable[str] = (),
        *,
        timeouts: Timeouts | None = None,
        max_bytes: int = 4 * 1024 * 1024,
        resolve: Resolver = system_resolver,
        network: httpcore2.AsyncNetworkBackend | None = None,
        connections: int = 100,
        keepalive_seconds: float = 5.0,
    ) -> None:
        self.timeouts = timeouts or Timeouts()
        self.max_bytes = max_bytes
        guard = GuardedBackend(Allowlist(allow), resolve, network)
        self.transport = GuardedTransport(guard, connections=connections, keepalive_seconds=keepalive_seconds)
        # A proxy from the environment would resolve names itself, past the guard.
        self._client = httpx2.AsyncClient(
            transport=self.transport,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            # One client serves every tenant: a cookie kept for one would travel with another's request.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        max_bytes: int | None = None,
        redirects: int = 0,
        timeouts: Timeouts | None = None,
        **sent: Any,
    ) -> Answer:
        """The whole answer, whatever its status. Raises EgressError.

        `sent` is httpx2's: headers, params, json, content, data, files. Only GET and HEAD follow `redirects`,
        and only within scheme, host and port; another redirect is returned as it came.
        """
        async with self.stream(
            method, url, max_bytes=max_bytes, redirects=redirects, timeouts=timeouts, **sent
        ) as download:
            body = b"".join([chunk async for chunk in download])
        return Answer(download.status, download.headers, body)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        max_bytes: int | None = None,
        redirects: int = 0,
        timeouts: Timeouts | None = None,
        **sent: Any,
    ) -> AsyncIterator[Download]:
        """The answer with its body still to read. Raises EgressError, also while the body is read inside."""
        limits = timeouts or self.timeouts
        journey = _Journey()
        with_limits = httpx2.Timeout(
            connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool
        )
        async with journey.bounded(limits.total):
            request = self._client.build_request(
                method, url, timeout=with_limits, extensions={"trace": journey.trace}, **sent
            )
            response = await self._send(request, redirects)
            try:
                yield Download(response, self.max_bytes if max_bytes is None else max_bytes)
            finally:
                await response.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _send(self, request: httpx2.Request, redirects: int) -> httpx2.Response:
        response = await self._client.send(request, stream=True)
        while redirects > 0 and (following := _next_request(request, response)) is not None:
            await response.aclose()
            request, redirects = following, redirects - 1
            response = await self._client.send(request, stream=True)
        return response


def _next_request(request: httpx2.Request, response: httpx2.Response) -> httpx2.Request | None:
    location = response.headers.get("location")
    if response.status_code not in _REDIRECTS or request.method not in ("GET", "HEAD") or not location:
        return None
    try:
        target = request.url.join(location)
    except httpx2.InvalidURL:
        return None
    if (target.scheme, target.host, target.port) != (request.url.scheme, request.url.host, request.url.port):
        return None
    return httpx2.Request(request.method, target, headers=request.headers, extensions=request.extensions)


class _Journey:
    """Knows how far one request came, so that its failure gets the right name."""

    def __init__(self) -> None:
        self._left = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        # From here on bytes may be on the wire; before it there is a connection at most.
        if event.endswith("send_request_headers.started"):
            self._left = True

    @asynccontextmanager
    async def bounded(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds) as limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._failure(f"no whole answer within {seconds:g} s", timed_out=True) from None
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            if self._left:  # a redirect's address, in the answer to what was sent
                raise Interrupted("the answer points to an address that is not valid") from None
            raise Forbidden("the URL is not a valid http or https address") from None
        except httpx2.HTTPError as error:
            raise self._failure(type(error).__name__, isinstance(error, httpx2.TimeoutException)) from error

    def _failure(self, reason: str, timed_out: bool) -> EgressError:
        failure = Interrupted(reason) if self._left else NotSent(reason)
        failure.timed_out = timed_out
        return failure
