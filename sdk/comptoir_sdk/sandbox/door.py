"""The outermost layer: who may come in, and the hand on the socket that faults need."""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from comptoir_sdk.sandbox.settings import is_loopback

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

VERSION = re.compile(r"^/v\d{1,3}\.\d{1,2}(?=/)")
HANG_UP = "comptoir.hang_up"


class Door:
    """Wraps the application: strips the Graph version, refuses strangers' hosts and other sites' pages."""

    def __init__(self, inside: ASGI, *, allow_remote: bool) -> None:
        self._inside, self._allow_remote = inside, allow_remote

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _answer(send, 403, refused)
            return
        version = VERSION.match(scope["path"])
        if version:
            scope["path"] = scope["path"][version.end() :]
        scope[HANG_UP] = partial(hang_up, send)
        await self._inside(scope, receive, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, str]) -> str | None:
        host = urlsplit("//" + headers.get(b"host", "")).hostname or ""
        # A page of any site may rebind its name to 127.0.0.1 and read us: only loopback names are served.
        if not self._allow_remote and not is_loopback(host):
            return f"host {host!r} is not served here: open http://127.0.0.1 or start with --allow-remote"
        origin = headers.get(b"origin")
        # Any site the developer visits could post to this port and write as a customer.
        if scope["method"] not in {"GET", "HEAD"} and origin and urlsplit(origin).netloc != headers.get(b"host"):
            return f"requests from pages of {origin} are refused"
        return None


def hang_up(send: Send) -> None:
    """Reset the client's connection (RST, nothing flushed), as a dying peer or balancer does."""
    transport = _transport(send)
    if transport is None:
        raise RuntimeError("no connection to reset: serve the sandbox with Hypercorn or Uvicorn")
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _transport(send: Send) -> asyncio.WriteTransport | None:
    """ASGI hides the connection. Uvicorn's `send` belongs to its request cycle, Hypercorn's to a chain of owners."""
    owner: Any = getattr(send, "__self__", None)
    for _ in range(5):
        transport = getattr(owner, "transport", None) or getattr(getattr(owner, "writer", None), "transport", None)
        if isinstance(transport, asyncio.WriteTransport):
            return transport
        owner = getattr(getattr(owner, "send", None), "__self__", None)
    return None


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
