"""Which addresses are the public internet. The attacker chooses the name or the number; we choose what it may mean.

Server-side request forgery reaches what only this machine can: metadata services, databases on loopback,
routers. Some of these hide in notations that carry an IPv4 address inside an IPv6 one.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

# IANA special-purpose registries (RFC 6890 and successors); is_global of Python 3.11 misses several.
_NOT_PUBLIC: Final = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23",      # IETF protocol assignments: Teredo (2001::/32), ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",      # 6to4: an IPv4 address inside
        "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
# All public unicast IPv6 is here. Outside it: ::1, ::ffff:0:0/96, 64:ff9b::/96, fc00::/7, fe80::/10, ff00::/8.
_PUBLIC_V6: Final = ip_network("2000::/3")


def is_public(address: Address) -> bool:
    """Whether this is an ordinary public unicast address, in a notation that means only itself."""
    if isinstance(address, IPv6Address) and (address.scope_id is not None or address not in _PUBLIC_V6):
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def literal(host: str) -> Address | None:
    """The address when the host is written as one in full; None when it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_numeric_disguise(host: str) -> bool:
    """2130706433, 0x7f.1, 0177.0.0.1: inet_aton reads these as addresses, so no name may look like one.

    A real host name never has an all-numeric last label (RFC 3696 §2).
    """
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdigit() or last.startswith("0x") or not last
