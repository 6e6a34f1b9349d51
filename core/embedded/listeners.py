"""Listening sockets, opened by the supervisor and handed down: a child restarts without a refused connection."""

from __future__ import annotations

import errno
import socket

from core.embedded.errors import PortTaken

_BACKLOG = 2048


def open_listener(host: str, port: int, purpose: str) -> socket.socket:
    """A listening TCP socket. Raises PortTaken, naming the variable that moves it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it: without, small answers wait for a delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise PortTaken(_reason(host, port, purpose, error)) from error
    return listener


def _reason(host: str, port: int, purpose: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port}, wanted for {purpose}, is taken by another program: stop it, or set "
            "COMPTOIR_PORT to another base port"
        )
    return f"cannot listen on {host}:{port} for {purpose}: {error.strerror}; check server.host and COMPTOIR_PORT"
