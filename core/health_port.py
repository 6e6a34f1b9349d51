"""/healthz, /readyz and /metrics of a process that serves nothing else: enough HTTP for a supervisor and a curl."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST

from core.config import Settings
from core.db.pool import Database
from core.metrics.page import PATH as METRICS
from core.metrics.page import Page

_SECONDS = 3.0
_LAG = """
select
    coalesce((select extract(epoch from now() - received_at) from journal_pending
        order by id limit 1), 0)::float8 as journal_lag_seconds,
    coalesce((select extract(epoch from now() - run_at) from jobs where state = 'queued' and run_at <= now()
        order by run_at limit 1), 0)::float8 as oldest_due_job_seconds,
    coalesce((select extract(epoch from now() - queued_at) from messages where status = 'queued'
        order by queued_at limit 1), 0)::float8 as oldest_queued_message_seconds
"""
_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


async def serve(
    db: Database, settings: Settings, fd: int | None, started: Callable[[], bool], metrics: Page
) -> asyncio.Server:
    """Answer on the inherited socket `fd`, or on the worker's own port. Ready only while `started`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS * 2):
                path, headers = await _asked(reader)
                if path == METRICS and metrics.admits(_peer(writer), headers):
                    writer.write(_response("200 OK", await metrics.text(), CONTENT_TYPE_LATEST))
                else:
                    status, told = await _tell(db, path, started())
                    writer.write(_response(status, json.dumps(told).encode()))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # a stranger who hung up or dripped
        finally:
            writer.close()

    if fd is not None:
        return await asyncio.start_server(answer, sock=socket.socket(fileno=fd))
    return await asyncio.start_server(answer, settings.server.host, settings.ports.worker)


async def _asked(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """The path, and the headers in lower case."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    words, headers = first.split(" "), (line.partition(":") for line in lines if line)
    return words[1] if len(words) > 1 else "", {name.lower(): value.strip() for name, _, value in headers}


def _peer(writer: asyncio.StreamWriter) -> str | None:
    name = writer.get_extra_info("peername")
    return str(name[0]) if name else None


async def _tell(db: Database, path: str, started: bool) -> tuple[str, dict[str, Any]]:
    if path == "/healthz":
        return "200 OK", {"status": "alive"}
    if path != "/readyz":
        return "404 Not Found", {"status": "not found"}
    if not started:
        return "503 Service Unavailable", {"status": "starting, or stopping"}
    try:
        row = await db.system.fetchrow(_LAG, timeout=_SECONDS)
    except asyncpg.UndefinedTableError:
        return "503 Service Unavailable", {"status": "the database is not migrated: run `comptoir migrate`"}
    except _AWAY:
        return "503 Service Unavailable", {"status": "the database is away"}
    return "200 OK", {"status": "ready", **{name: round(value, 3) for name, value in dict(row or {}).items()}}


def _response(status: str, body: bytes, kind: str = "application/json") -> bytes:
    head = ("HTTP/1.1", status), ("Content-Type:", kind), ("Content-Length:", len(body)), \
        ("Connection:", "close")
    return "".join(f"{name} {value}\r\n" for name, value in head).encode() + b"\r\n" + body
