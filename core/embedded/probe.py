"""Ask a local program over HTTP whether it is ready."""

from __future__ import annotations

import asyncio


async def answers_ok(port: int, path: str, host: str = "127.0.0.1", seconds: float = 2.0) -> bool:
    """Whether GET `path` is answered with 200 within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await _status(host, port, path) == 200
    except (OSError, TimeoutError, ValueError):
        return False


async def _status(host: str, port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readline()
        return int(line.split(b" ")[1]) if line.startswith(b"HTTP/") else 0
    finally:
        writer.close()
