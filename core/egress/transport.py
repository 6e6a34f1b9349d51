"""httpx2 on top of the guarded connections. Written on httpcore2's public API, so that an update of httpx2
cannot quietly put an unguarded pool back.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from ssl import SSLContext
from typing import cast

import httpcore2
import httpx2

_TRANSLATED = (
    "ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "ConnectError", "ReadError", "WriteError",
    "UnsupportedProtocol", "LocalProtocolError", "RemoteProtocolError", "ProxyError",
)  # fmt: skip


@cache
def _authorities() -> SSLContext:
    """The machine's, read once: some 50 ms."""
    return httpx2.create_ssl_context()


class GuardedTransport(httpx2.AsyncBaseTransport):
    def __init__(self, backend: httpcore2.AsyncNetworkBackend, *, connections: int, keepalive_seconds: float) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_authorities(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=keepalive_seconds,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        sent = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=cast("httpx2.AsyncByteStream", request.stream),
            extensions=request.extensions,
        )
        with _translated():
            answer = await self._pool.handle_async_request(sent)
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(cast("AsyncIterable[bytes]", answer.stream)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._stream:
                yield chunk

    async def aclose(self) -> None:
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()


@contextmanager
def _translated() -> Iterator[None]:
    """httpcore2's errors as httpx2's of the same name."""
    try:
        yield
    except Exception as error:
        for name in _TRANSLATED:
            if isinstance(error, getattr(httpcore2, name)):
                raise getattr(httpx2, name)(str(error)) from error
        raise
