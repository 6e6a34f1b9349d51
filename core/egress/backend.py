"""Opens the TCP connections: resolve, check, and connect to the very address that was checked.

A client that checks a name and then connects by name is beaten by DNS rebinding: the second answer differs
from the first. Here the name is resolved once; TLS and the Host header still carry the name.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

import httpcore2

from core.egress.addresses import Address, is_numeric_disguise, literal
from core.egress.allowlist import Allowlist
from core.egress.errors import Forbidden

Resolver: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) → addresses as text, in the order to try. Raises OSError when the name is unknown."""

_MOST_ADDRESSES = 8


async def system_resolver(host: str, port: int) -> list[str]:
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    def __init__(
        self,
        allowlist: Allowlist,
        resolve: Resolver = system_resolver,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowlist = allowlist
        self._resolve = resolve
        self._backend = backend or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises Forbidden when no address of the host may be called, ConnectError and ConnectTimeout otherwise."""
        ends = None if timeout is None else time.monotonic() + timeout
        addresses = await self._addresses(host, port, timeout)
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            # Share what is left of the time, so that one dead address does not eat it all.
            share = None if ends is None else max(0.0, ends - time.monotonic()) / left
            try:
                return await self._backend.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if left == 1:
                    raise
        raise httpcore2.ConnectError("the name has no address")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise Forbidden("connections to a Unix socket are not allowed")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def _addresses(self, host: str, port: int, timeout: float | None) -> list[Address]:
        found = await self._look_up(host, port, timeout)
        allowed = [address for address in found if self._allowlist.allows(host, address, port)]
        if found and not allowed:
            raise Forbidden(
                "the host is or resolves to an address that is not public; "
                "if it is yours, add it to the egress allow list"
            )
        return allowed[:_MOST_ADDRESSES]

    async def _look_up(self, host: str, port: int, timeout: float | None) -> list[Address]:
        address = literal(host)
        if address is not None:
            return [address]
        if is_numeric_disguise(host):
            raise Forbidden("the host is a number in disguise; write addresses in full")
        try:
            async with asyncio.timeout(timeout):
                answers = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore2.ConnectTimeout("the name was not resolved in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name was not resolved: {type(error).__name__}") from None
        return [found for found in map(literal, answers) if found is not None]
