"""`python -m comptoir_sdk.sandbox`: serves until SIGTERM or Ctrl-C."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from comptoir_sdk.sandbox.app import create_app
from comptoir_sdk.sandbox.settings import Settings, SettingsError, from_arguments
from comptoir_sdk.sandbox.snapshot import SnapshotUnreadable

LOG = logging.getLogger("comptoir.sandbox")


def main(arguments: list[str] | None = None) -> int:
    """Exit status 2 when a setting is wrong, 1 when the port or the snapshot is; each says what to do."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    try:
        settings = from_arguments(sys.argv[1:] if arguments is None else arguments)
    except SettingsError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    try:
        asyncio.run(run(settings))
    except (OSError, SnapshotUnreadable) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


async def run(settings: Settings) -> None:
    """Serve on the inherited socket, or on host and port, until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    asyncio.get_running_loop().set_exception_handler(forgive_cancelled_connections)
    config = Config()
    config.bind = [f"fd://{listening_socket(settings)}"]
    config.graceful_timeout = 0.5
    config.keep_alive_timeout = 75
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = config.include_date_header = False
    gc.freeze()
    LOG.info("phones and Graph API on %s, webhooks to %s", settings.base_url, settings.webhook_url)
    await serve(create_app(settings), config, shutdown_trigger=stop.wait, mode="asgi")


def forgive_cancelled_connections(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Python 3.11's streams print a traceback for each page still open when the server stops; it means nothing."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def listening_socket(settings: Settings) -> int:
    """Its number. TCP_NODELAY is inherited by what it accepts: else small answers wait 40 ms for an ACK."""
    if settings.fd is not None:
        listener = socket.socket(fileno=settings.fd)
    else:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            listener.close()
            where = f"port {settings.port} on {settings.host}"
            raise OSError(f"{where} cannot be used ({error.strerror}): choose another --port") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    os.set_inheritable(listener.fileno(), False)
    return listener.detach()


if __name__ == "__main__":
    sys.exit(main())
