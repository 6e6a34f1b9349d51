"""A small HTTP server on loopback that records what it is asked and answers as the test says, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Behaviour: TypeAlias = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    behave: Behaviour
    port: int = 0
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            self.received.append(request)
            await self.behave(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # a client that leaves early is one of the cases under test
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("transfer-encoding") == "chunked":
        return Received(method, target, headers, await _chunks(reader))
    return Received(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Loopback]:
    loopback = Loopback(behave)
    server = await asyncio.start_server(loopback.handle, "127.0.0.1", 0)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()
        await server.wait_closed()


def answering(body: bytes = b"ok", status: int = 200, headers: str = "") -> Behaviour:
    """Answers every request with the same whole response; `headers` are lines ending in CRLF."""

    async def behave(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)
        await writer.drain()

    return behave


def writing(raw: bytes) -> Behaviour:
    """Writes these bytes, whatever they are, and closes."""

    async def behave(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return behave


async def hanging(_request: Received, writer: asyncio.StreamWriter) -> None:
    """Reads the request and never answers, until the client gives up."""
    await writer.drain()
    while not writer.transport.is_closing():  # noqa: ASYNC110 - the transport has no event for it
        await asyncio.sleep(0.01)
