"""What the operator lets us call although it is not public: the sandbox on loopback, an S3 server in the house."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from core.egress.addresses import Address, is_public, literal

Network: TypeAlias = IPv4Network | IPv6Network


class Allowlist:
    """Entries: "10.1.0.0/16", "127.0.0.1", "minio.internal", each also with ":port"; IPv6 with port as "[::1]:8600".

    A port keeps the hole narrow: "127.0.0.1:8603" opens the sandbox and not the database beside it.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._networks: list[tuple[Network, int | None]] = []
        self._hosts: list[tuple[str, int | None]] = []
        for entry in entries:
            self._add(entry)

    def allows(self, host: str, address: Address, port: int) -> bool:
        """Whether a connection to this address, for this host name, may be made."""
        return (
            is_public(address)
            or any(_fits(allowed, port) and address in network for network, allowed in self._networks)
            or any(_fits(allowed, port) and name == host.lower() for name, allowed in self._hosts)
        )

    def names(self, host: str, port: int) -> bool:
        """Whether the operator wrote this host or address down, public or not."""
        address = literal(host)
        if address is not None and any(_fits(allowed, port) and address in net for net, allowed in self._networks):
            return True
        return any(_fits(allowed, port) and name == host.lower() for name, allowed in self._hosts)

    def _add(self, entry: str) -> None:
        target, port = _split(entry.strip())
        try:
            self._networks.append((ip_network(target), port))
        except ValueError as error:
            if "/" in target or not target or target.replace(".", "").isdigit():
                raise ValueError(
                    f"egress allow list: {entry!r} is no network, address or host name ({error}); "
                    "write it like 10.1.0.0/16, 127.0.0.1:8603 or minio.internal"
                ) from None
            self._hosts.append((target.lower(), port))


def _split(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        target, _, rest = entry[1:].partition("]")
        return target, int(rest[1:]) if rest.startswith(":") else None
    if entry.count(":") == 1:
        target, _, port = entry.partition(":")
        if not port.isdigit():
            raise ValueError(f"egress allow list: {entry!r} has a port that is not a number")
        return target, int(port)
    return entry, None


def _fits(allowed: int | None, port: int) -> bool:
    return allowed is None or allowed == port


