"""A receiver called without a socket, and a database link that can be cut."""

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from core.messaging.app_keys import AppKeys
from core.messaging.journal import Journal
from core.receiver import Message, Receiver, Scope
from tests.seed import VAULT


def signed(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@asynccontextmanager
async def receiver(database_url: str) -> AsyncIterator[Receiver]:
    app = Receiver(Journal(database_url), AppKeys(database_url, VAULT))
    await app.startup()
    try:
        yield app
    finally:
        await app.shutdown()


async def call(
    app: Receiver, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, query: str = "",
    pieces: int = 1, hang_up: bool = False,
) -> tuple[int, bytes]:
    """(status, body). `pieces` is how many messages the body comes in; status 0 when nothing was answered."""
    size = max(1, -(-len(body) // pieces))
    chunks = [body[n : n + size] for n in range(0, len(body), size)] or [b""]
    told: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks) - 1} for n, chunk in enumerate(chunks)
    ]
    if hang_up:
        told[-1] = {"type": "http.disconnect"}
    sent: list[Message] = []

    async def receive() -> Message:
        return told.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "client": ("203.0.113.9", 4711),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
    }
    await app(scope, receive, send)
    if not sent:
        return 0, b""
    return int(sent[0]["status"]), b"".join(message.get("body", b"") for message in sent[1:])


async def post(app: Receiver, slug: str, body: bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"X-Hub-Signature-256": signature}
    return (await call(app, "POST", f"/webhooks/whatsapp/{slug}", body, headers))[0]


class Link:
    """A relay before the database: `up`, `hanging` (accepts and says nothing) or `down` (cuts and refuses)."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self._target = parts.hostname or "127.0.0.1", parts.port or 5432
        self._parts = parts
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def url(self) -> str:
        login = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{login}@127.0.0.1:{self._port}"))

    async def up(self) -> None:
        self._open.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    def hang(self) -> None:
        self._open.clear()

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._tasks):
            task.cancel()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, there_writer}
        try:
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for one in (writer, there_writer):
                one.transport.abort()
                self._writers.discard(one)
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def link(database_url: str) -> AsyncIterator[Link]:
    found = Link(database_url)
    await found.up()
    try:
        yield found
    finally:
        await found.down()
