"""Serving the web process by Hypercorn or Uvicorn, on a socket that its parent opened or on its own."""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Any

import uvicorn
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from core.config import Settings
from core.serving import GRACE_SECONDS, KEEP_ALIVE_SECONDS, Listener, UvicornServer

_LARGEST_FRAME = 64 * 1024


async def serve(app: Any, settings: Settings, listener: Listener, on_stop: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. `on_stop` is called at the last moment, to end what would hold the shutdown up."""
    chosen = _uvicorn if settings.server.web_server == "uvicorn" else _hypercorn
    await chosen(app, listener, on_stop)


async def _hypercorn(app: Any, listener: Listener, on_stop: Callable[[], None]) -> None:
    config = Config()
    config.bind = [f"fd://{listener.fd}"]
    config.graceful_timeout = GRACE_SECONDS
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.include_server_header = False
    config.websocket_max_message_size = _LARGEST_FRAME
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)

    async def shutdown() -> None:
        await stopped.wait()
        await listener.last_call()
        on_stop()

    await hypercorn_serve(app, config, shutdown_trigger=shutdown)


async def _uvicorn(app: Any, listener: Listener, on_stop: Callable[[], None]) -> None:
    # Not uvicorn's --fd: it takes a TCP socket for a UNIX one and every answer then waits 44 ms for a delayed ACK.
    config = uvicorn.Config(
        app, http="httptools", ws="websockets-sansio", ws_max_size=_LARGEST_FRAME, lifespan="on",
        access_log=False, log_config=None, proxy_headers=False, server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
    await UvicornServer(config, listener, on_stop).serve(sockets=[listener.take()])
