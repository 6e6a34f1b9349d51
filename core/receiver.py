"""The receiver: the door that Meta knocks at. Verify, write down, commit, 200; nothing else happens here.

A process of its own, plain ASGI without Quart and plugins, so that nothing an agent or a plugin does can hold Meta up.
The web process mounts the same application, so that one port is enough behind a tunnel.
"""

import asyncio
import gc
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import uvicorn

from core import tracing
from core.config import Settings
from core.messaging.app_keys import AppKeys
from core.messaging.journal import Journal, JournalUnavailable
from core.metrics.numbers import DELIVERIES
from core.metrics.page import PATH as METRICS
from core.metrics.page import Page
from core.request_ids import request_id
from core.secrets import Vault
from core.serving import GRACE_SECONDS, KEEP_ALIVE_SECONDS, Listener, UvicornServer
from core.whatsapp.signature import verify

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH: Final = "/webhooks/whatsapp/"
LARGEST_BODY: Final = 3 * 2**20
"""Meta's own limit for one delivery (Cloud API, "Webhooks: overview")."""
MOST_READING_BYTES: Final = 64 * 2**20
_READ_SECONDS: Final = 10.0
_KEPT_HEADERS: Final = {b"content-type": "content-type", b"user-agent": "user-agent",
                        b"x-hub-signature-256": "x-hub-signature-256", b"x-forwarded-for": "x-forwarded-for",
                        b"x-request-id": "x-request-id"}
_LONGEST_HEADER: Final = 400
_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
_OUTCOMES: Final = {403: "refused", 408: "too_slow", 413: "too_large", 503: "unavailable"}
_STORED: Final = DELIVERIES.labels("stored")
_encode_headers = json.JSONEncoder(separators=(",", ":")).encode


class _Refused(Exception):
    """The answer that is not 200, with what the caller should know."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class _Gone(Exception):
    """The client hung up before its delivery was whole."""


class Receiver:
    """An ASGI application. `startup` and `shutdown` are called by its server, or by the process that mounts it."""

    def __init__(self, journal: Journal, keys: AppKeys, metrics: Page | None = None) -> None:
        self._journal, self._keys, self._metrics = journal, keys, metrics
        self._reading_bytes = 0
        self.leaving: Callable[[], bool] = lambda: False
        """Whether this process has been told to stop."""

    async def startup(self) -> None:
        await self._keys.start()
        await self._journal.start()

    async def shutdown(self) -> None:
        await self._journal.stop()
        await self._keys.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        try:
            if path.startswith(PATH):
                await self._webhook(path[len(PATH):], scope, receive, send)
            elif path == "/healthz":
                await _answer(send, 200, b"alive\n")
            elif path == "/readyz":
                await self._ready(send)
            elif path == METRICS and self._metrics is not None:
                await self._metrics.answer(scope, send)
            else:
                raise _Refused(404, "nothing is here")
        except _Refused as refused:
            await _answer(send, refused.status, refused.reason.encode() + b"\n")
        except _Gone:
            return

    async def _webhook(self, slug: str, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self._counted(slug, scope, receive, send)
        elif scope["method"] == "GET":
            await self._handshake(slug, scope["query_string"], send)
        else:
            raise _Refused(404, "nothing is here")

    async def _counted(self, slug: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._deliver(slug, scope, receive, send)
        except _Refused as refused:
            DELIVERIES.labels(_OUTCOMES[refused.status]).inc()
            raise
        except _Gone:
            DELIVERIES.labels("gone").inc()
            raise
        _STORED.inc()

    async def _deliver(self, slug: str, scope: Scope, receive: Receive, send: Send) -> None:
        kept = _kept_headers(scope)
        body = await self._body(scope, receive)
        key = self._keys.get(slug) or await self._keys.find(slug)
        if key is None and not self._keys.loaded:
            raise _Refused(503, "the app secrets are not loaded yet; deliver again")
        # One answer for an unknown app and a wrong signature: a stranger does not learn which apps exist.
        if key is None or not verify(key.secrets, body, kept.get("x-hub-signature-256")):
            raise _Refused(403, "the signature does not match")
        try:
            with tracing.span("webhook", kept["x-request-id"], app=slug):
                await self._journal.append(slug, _encode_headers(kept), body)
        except JournalUnavailable as error:
            raise _Refused(503, f"not stored: {error}; deliver again") from error
        await send(_OK)
        await send(_EMPTY)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(body) > LARGEST_BODY:
                raise _Refused(413, "more than 3 MB")
            return body
        return await self._long_body(scope, receive, body)

    async def _long_body(self, scope: Scope, receive: Receive, first: bytes) -> bytes:
        """The rest of a body that came in pieces, within bounds of size, time and memory: nobody is verified yet."""
        if _declared_length(scope) > LARGEST_BODY:
            raise _Refused(413, "more than 3 MB")
        chunks, size = [first], len(first)
        self._reading_bytes += size
        try:
            async with asyncio.timeout(_READ_SECONDS):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise _Gone
                    chunk, more = message.get("body", b""), message.get("more_body", False)
                    chunks.append(chunk)
                    size += len(chunk)
                    self._reading_bytes += len(chunk)
                    if size > LARGEST_BODY:
                        raise _Refused(413, "more than 3 MB")
                    if self._reading_bytes > MOST_READING_BYTES:
                        raise _Refused(503, "too much is being read; deliver again")
        except TimeoutError:
            raise _Refused(408, "the body came too slowly") from None
        finally:
            self._reading_bytes -= size
        return b"".join(chunks)

    async def _handshake(self, slug: str, query: bytes, send: Send) -> None:
        """Meta's GET verification (Cloud API, "Create a webhook endpoint"): the bare challenge, or 403."""
        told = parse_qs(query.decode("latin-1"), keep_blank_values=True)
        key = await self._keys.find(slug)
        token = _first(told, "hub.verify_token").encode()
        expected = (key.verify_token if key else "").encode()
        matches = hmac.compare_digest(token, expected)
        if not (matches and expected and _first(told, "hub.mode") == "subscribe"):
            raise _Refused(403, "the verify token does not match")
        await _answer(send, 200, _first(told, "hub.challenge").encode())

    async def _ready(self, send: Send) -> None:
        if self.leaving():
            raise _Refused(503, "this process is stopping")
        if not self._keys.loaded:
            raise _Refused(503, "the app secrets are not loaded")
        if not self._keys.reachable:
            raise _Refused(503, "the database cannot be reached")
        await _answer(send, 200, b"ready\n")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.startup()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return


_OK: Final[Message] = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_EMPTY: Final[Message] = {"type": "http.response.body", "body": b""}


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [_PLAIN, _NOSNIFF, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _kept_headers(scope: Scope) -> dict[str, str]:
    """The few headers worth keeping, and who called."""
    kept = {}
    for name, value in scope["headers"]:
        if name in _KEPT_HEADERS:
            kept[_KEPT_HEADERS[name]] = value[:_LONGEST_HEADER].decode("latin-1")
    kept["x-request-id"] = request_id(kept.get("x-request-id"))
    client = scope.get("client")
    if client:
        kept["remote"] = client[0]
    return kept


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 16 else 0
    return 0


def _first(told: dict[str, list[str]], name: str) -> str:
    return told.get(name, [""])[0]


def create_receiver(settings: Settings, vault: Vault, metrics: Page | None = None) -> Receiver:
    """The application for these settings. `metrics` for a process of its own."""
    return Receiver(Journal(settings.database_url), AppKeys(settings.database_url, vault), metrics)


def main(settings: Settings, fd: int | None) -> None:
    """Serve on the inherited listening socket `fd`, or on the receiver's own port."""
    listener = Listener.of(fd, settings.server.host, settings.ports.receiver, settings.server.drain_seconds)
    receiver = create_receiver(settings, Vault.of(settings.key_ring), Page(settings.metrics, "receiver"))
    receiver.leaving = lambda: listener.draining
    # Not uvicorn's --fd: it takes a TCP socket for a UNIX one and every answer then waits 44 ms for a delayed ACK.
    config = uvicorn.Config(
        receiver, loop="uvloop", http="httptools", ws="none",
        lifespan="on", interface="asgi3", access_log=False, log_config=None, proxy_headers=False, server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.load()
    gc.collect()
    gc.freeze()  # what the imports made is never garbage; not looking at it again halves the slowest answers
    UvicornServer(config, listener).run(sockets=[listener.take()])
