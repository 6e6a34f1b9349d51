"""A small load generator: keep-alive HTTP/1.1, one request in flight a connection. Loopback only."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Outcome:
    """What came back. Latencies in seconds; in an open loop counted from the moment a request was due."""

    seconds: float = 0.0
    codes: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def accepted_per_second(self) -> float:
        return self.codes[200] / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.buffer = bytearray()
        self.answer: asyncio.Future[int] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionResetError("closed by the server"))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.buffer[:end]).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]) if b"content-length:" in head else 0
        if len(self.buffer) < end + 4 + length:
            return
        del self.buffer[: end + 4 + length]
        if self.answer and not self.answer.done():
            self.answer.set_result(int(head[9:12]))


async def fire(url: str, requests: Sequence[bytes], connections: int, rate: float | None = None) -> Outcome:
    """Send all requests over `connections`; with `rate` a second at fixed times, else as fast as answers come."""
    parts = urlsplit(url)
    if parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError("loopback only")
    loop = asyncio.get_running_loop()
    opened = [(await loop.create_connection(_Connection, "127.0.0.1", parts.port or 80))[1] for _ in range(connections)]
    outcome, queue, start = Outcome(), iter(enumerate(requests)), time.perf_counter()

    async def work(connection: _Connection) -> None:
        assert connection.transport is not None
        for number, request in queue:
            due = time.perf_counter() if rate is None else start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter())) if rate else None
            connection.answer = loop.create_future()
            connection.transport.write(request)
            outcome.codes[await connection.answer] += 1
            outcome.latencies.append(time.perf_counter() - due)

    await asyncio.gather(*(work(connection) for connection in opened))
    outcome.seconds = time.perf_counter() - start
    for connection in opened:
        assert connection.transport is not None
        connection.transport.close()
    return outcome
