"""How a process takes requests on a listening socket, and how it stops without refusing or dropping one."""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import uvicorn

KEEP_ALIVE_SECONDS: Final = 75
"""Longer than Nginx keeps a connection to us, or it would send a request into one that has just been closed."""
GRACE_SECONDS: Final = 30
"""How long requests that have begun may take after the stop. On a machine that is short of everything they are slow."""
_SETTLE_SECONDS: Final = 0.2
_SO_ATTACH_FILTER: Final = 26
_DROP: Final = struct.pack("HBBI", 0x06, 0, 0, 0)  # classic BPF: return 0, keep nothing of the packet
_log = logging.getLogger(__name__)


@dataclass
class Listener:
    """`inherited` from the supervisor: others accept on the same socket, so it stays open without us."""

    fd: int
    inherited: bool
    drain_seconds: float = 0.0
    draining: bool = False

    @classmethod
    def of(cls, fd: int | None, host: str, port: int, drain_seconds: float = 0.0) -> "Listener":
        """The inherited one, or a socket that is bound here; the server listens on it once it has started."""
        if fd is not None:
            return cls(fd, True, drain_seconds)
        opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.bind((host, port))
        opened.setblocking(False)
        return cls(opened.detach(), False, drain_seconds)

    def take(self) -> socket.socket:
        """The socket, for a server that closes it in the end."""
        return socket.socket(fileno=self.fd)

    async def last_call(self) -> None:
        """From the signal to the moment in which the socket may be closed: whoever has knocked by then is inside.

        Closing a listening socket resets the connections that wait in its queue, and a proxy must not repeat what it
        has sent into one. So the kernel is told to drop further knocks; they come again within a second, and are then
        refused or taken by a successor. Meanwhile the queue empties.
        """
        self.draining = True
        await asyncio.sleep(self.drain_seconds)
        if not self.inherited:
            _drop_knocks(self.fd)
            await asyncio.sleep(_SETTLE_SECONDS)


def _drop_knocks(fd: int) -> None:
    program = ctypes.create_string_buffer(_DROP)
    try:
        with socket.socket(fileno=os.dup(fd)) as listener:
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
    except OSError as error:  # a sandbox that forbids filters: stop as everybody else does
        _log.warning("new connections cannot be held off while stopping: %s", error)


class UvicornServer(uvicorn.Server):
    """Stops by last call; `on_stop` ends what would hold the shutdown up."""

    def __init__(self, config: uvicorn.Config, listener: Listener, on_stop: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._listener, self._on_stop = listener, on_stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own raises the signal again after serving, and what our caller has to close stays open."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._leave, number)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._listener.last_call()
        self._on_stop()
        await super().shutdown(sockets)

    def _leave(self, number: int) -> None:
        self._listener.draining = True
        self.handle_exit(number, None)
