"""An S3 server that is not ours, as a process of its own."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from core.storage import S3Storage

KEYS = {"access_key": "key", "secret_key": "secret"}
_START_SECONDS = 30.0


@dataclass(frozen=True)
class S3Server:
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def new_bucket(self) -> str:
        """Its name."""
        name = f"bucket-{uuid4().hex}"
        made = await asyncio.to_thread(self._put, f"/{name}")
        assert made == 200
        return name

    def _put(self, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            who = {"Authorization": "AWS4-HMAC-SHA256 Credential=key/x/us-east-1/s3/"}
            connection.request("PUT", path, headers=who)
            return connection.getresponse().status


@contextmanager
def s3_server() -> Iterator[S3Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port, process)
        yield S3Server(port)
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def opened(endpoint: str, bucket: str, **options: float) -> AsyncIterator[S3Storage]:
    storage = await S3Storage.connect(bucket, **KEYS, endpoint=endpoint, **options)  # type: ignore[arg-type]
    try:
        yield storage
    finally:
        await storage.close()


def _await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the S3 server did not start")


class FaultyRoad:
    """A proxy before a server, that can be cut. `mode`: open, down (connections are reset), silent (what is asked is
    swallowed), refusing (403), half (what is sent is cut in the middle and the connection with it), cut (the answer
    breaks off in its body), slow (a byte of the answer now and then)."""

    def __init__(self, port: int) -> None:
        self._port, self.mode, self.port = port, "open", 0
        self.met = 0
        """How many connections came."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met += 1
        try:
            await getattr(self, f"_{self.mode}")(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        both = [asyncio.create_task(self._carry(reader, ours)), asyncio.create_task(self._carry(theirs, writer))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            ours.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.mode == "open" and (piece := await reader.read(65536)):
            writer.write(piece)
            await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Nothing: the connection is reset."""

    async def _silent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass

    async def _refusing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        lengths = [line.split(b":")[1] for line in lines if line.startswith(b"content-length:")]
        if b"expect: 100-continue" not in lines:
            await reader.readexactly(int(lengths[0]) if lengths else 0)
        body = b"<Error><Code>AccessDenied</Code></Error>"
        # The next request comes by another connection, and finds the mode of then.
        head = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(body) + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _half(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            ours.write(head)
            if b"expect: 100-continue" in head.lower():
                writer.write(await theirs.readuntil(b"\r\n\r\n"))
            ours.write((await reader.read(4096))[:2048])
            await ours.drain()
        finally:
            await _closed(ours)

    async def _cut(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer_part(reader, writer, lambda head, body: (head + body[: len(body) // 2],))

    async def _slow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer_part(reader, writer, lambda head, body: (head, *(bytes([one]) for one in body)), pause=0.1)

    async def _answer_part(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        parts: Callable[[bytes, bytes], Iterable[bytes]], pause: float = 0.0,
    ) -> None:  # fmt: skip
        """Of a request without a body."""
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            ours.write(await reader.readuntil(b"\r\n\r\n"))
            head = await theirs.readuntil(b"\r\n\r\n")
            for part in parts(head, await theirs.read(65536)):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        finally:
            ours.transport.abort()


@asynccontextmanager
async def faulty_road(port: int) -> AsyncIterator[FaultyRoad]:
    road = FaultyRoad(port)
    server = await asyncio.start_server(road.serve, "127.0.0.1", 0)
    road.port = server.sockets[0].getsockname()[1]
    try:
        yield road
    finally:
        server.close()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
