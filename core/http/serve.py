"""Serving the web process on a socket that its parent opened, by Hypercorn or Uvicorn."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from core.config import Settings

_KEEP_ALIVE_SECONDS = 75  # longer than nginx keeps its upstream connections, or it meets closed ones
_GRACE_SECONDS = 10
_LARGEST_FRAME = 64 * 1024


async def serve(app: Any, settings: Settings, fd: int | None, on_stop: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. `on_stop` is called first, to end what would hold the shutdown up."""
    chosen = _uvicorn if settings.server.web_server == "uvicorn" else _hypercorn
    await chosen(app, settings, fd, on_stop)


async def _hypercorn(app: Any, settings: Settings, fd: int | None, on_stop: Callable[[], None]) -> None:
    config = Config()
    config.bind = [f"fd://{fd}" if fd is not None else f"{settings.server.host}:{settings.ports.web}"]
    config.graceful_timeout = _GRACE_SECONDS
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    config.include_server_header = False
    config.websocket_max_message_size = _LARGEST_FRAME
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)

    async def shutdown() -> None:
        await stopped.wait()
        on_stop()

    await hypercorn_serve(app, config, shutdown_trigger=shutdown)


class _Server(uvicorn.Server):
    """Tells of the stop before waiting for connections to end."""

    on_stop: Callable[[], None]

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own raises the signal again after serving, and what our caller has to close stays open."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.on_stop()
        await super().shutdown(sockets)


async def _uvicorn(app: Any, settings: Settings, fd: int | None, on_stop: Callable[[], None]) -> None:
    # Not uvicorn's --fd: it takes a TCP socket for a UNIX one and every answer then waits 44 ms for a delayed ACK.
    listener = (
        socket.socket(fileno=fd) if fd is not None
        else socket.create_server((settings.server.host, settings.ports.web), backlog=2048)
    )  # fmt: skip
    listener.setblocking(False)
    config = uvicorn.Config(
        app, http="httptools", ws="websockets-sansio", ws_max_size=_LARGEST_FRAME, lifespan="on",
        access_log=False, log_config=None, proxy_headers=False, server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=_GRACE_SECONDS,
    )  # fmt: skip
    server = _Server(config)
    server.on_stop = on_stop
    await server.serve(sockets=[listener])
