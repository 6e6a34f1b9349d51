"""From which address a request or socket comes, as far as it can be believed."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from quart import has_websocket_context, request, websocket

from core.http.services import services


def caller_ip() -> str:
    """The caller's address. Behind our proxy, what it appended to X-Forwarded-For: earlier entries are anyone's words,
    and so is the whole header when it does not come from a neighbour."""
    asked = websocket if has_websocket_context() else request
    nearest = _address(asked.remote_addr or "")
    # Some proxies add a line of their own below the caller's: all lines together are the list (RFC 9110, 5.3).
    forwarded = ",".join(asked.headers.getlist("X-Forwarded-For")).rpartition(",")[2].strip()
    if services().behind_proxy and (nearest is None or nearest.is_private):
        nearest = _address(forwarded) or nearest
    return str(nearest or "0.0.0.0")  # noqa: S104 - not a bind: a test client, or a UNIX socket


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
