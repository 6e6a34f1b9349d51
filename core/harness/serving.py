"""Real sockets for what speaks HTTP to the kernel: a browser, and Meta in a box."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config


def reserved() -> socket.socket:
    """A bound socket of this machine. It listens once it is served."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    return made


def address(of: socket.socket) -> str:
    return f"http://127.0.0.1:{of.getsockname()[1]}"


@asynccontextmanager
async def served(app: Any, on: socket.socket) -> AsyncIterator[None]:
    """Serve until the block ends. `app` has been started already: it hears nothing of it."""
    on.listen(64)
    config, stop = Config(), asyncio.Event()
    config.bind, config.graceful_timeout = [f"fd://{on.detach()}"], 0.2
    config.accesslog = config.errorlog = None
    config.include_date_header = False
    server = asyncio.create_task(serve(cast(Any, _started(app)), config, shutdown_trigger=stop.wait, mode="asgi"))
    try:
        yield
    finally:
        stop.set()
        await server


def _started(app: Any) -> Any:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    return asgi
