"""Which Graph addresses may be called: Meta's, anybody's on the public internet by https, or the operator's own; and at
which of them a number may be connected."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

from core.egress.addresses import is_numeric_disguise, is_public, literal
from core.egress.allowlist import Allowlist
from core.errors import Invalid

META: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"


def checked(url: str, named: Allowlist) -> str:
    """The address without a trailing slash. Raises Invalid.

    What a name resolves to is judged when it is called, by the egress, and connected to that very address: judged here
    it could be another one by then.
    """
    parts = _parts(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if parts.username or parts.password or parts.query or parts.fragment or not host:
        raise _refused("it must be scheme, host and perhaps a path, nothing else")
    if named.names(host, port):
        return url.rstrip("/")
    if parts.scheme != "https":
        raise _refused("it must be https: the access token goes there")
    address = literal(host)
    if is_numeric_disguise(host) if address is None else not is_public(address):
        raise _refused("it must be on the public internet")
    return url.rstrip("/")


def is_metas(url: str) -> bool:
    """Whether Meta itself answers there, so that its word about a number is worth something."""
    parts = _parts(url)
    return parts.scheme == "https" and parts.port in (None, 443) and parts.hostname == urlsplit(META).hostname


def is_trusted(url: str, named: Allowlist) -> bool:
    """Whether Meta itself answers there, or a host that the operator names."""
    parts = _parts(url)
    return is_metas(url) or named.names(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def refuse_unnamed(url: str, named: Allowlist, *, operator: bool) -> None:
    """Raises Invalid unless Meta answers there, or a host that the operator names, or the operator says so now.

    A number is in one place only, so whoever could let a server of their own say whose it is could keep its owner out.
    """
    if not operator and not is_trusted(url, named):
        raise _refused("numbers are connected at Meta's own, or at a host that the operator names under egress.graph")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        raise _refused("it is not an address") from None
    if parts.scheme not in ("http", "https") or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused("it must be an http or https address")
    return parts


def _refused(reason: str) -> Invalid:
    return Invalid(f"This Graph address may not be used: {reason}. Meta's own is {META}.",
                   errors=[{"loc": ["graph_url"], "msg": reason}])  # fmt: skip
