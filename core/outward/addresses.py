"""Addresses of others, as an admin writes them: checked when they are saved, and guarded again at every call."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from core.egress.addresses import is_numeric_disguise, is_public, literal
from core.egress.allowlist import Allowlist
from core.errors import Invalid

LONGEST: Final = 2000
_STRANGE: Final = " ;,'\"<>\\"
"""Would end or widen the policy in which a frame's address stands."""


class Addresses:
    """`allowed` is what the operator opened for webhooks (`egress.webhooks` in config.yaml)."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = Allowlist(allowed)

    def for_webhooks(self, url: str) -> str:
        """https to the public internet; what the operator opened may be private, and in the clear. Raises Invalid."""
        scheme, host, port = _parts(url)
        if scheme == "http" and not self._allowed.names(host, port):
            raise _invalid("Use https: what customers write must not travel in the clear. For a host of your own, "
                           "whoever runs this installation adds it to egress.webhooks in config.yaml.")  # fmt: skip
        address = literal(host)
        public = self._allowed.allows(host, address, port) if address else not is_numeric_disguise(host)
        if not public:
            raise _invalid("This address is not on the public internet. If it is yours, whoever runs this "
                           "installation adds it to egress.webhooks in config.yaml.")  # fmt: skip
        return url


def for_frames(url: str, *, insecure: bool) -> str:
    """Agents' browsers open it, not we. `insecure`: loopback may speak http, in development. Raises Invalid."""
    scheme, host, _ = _parts(url)
    address = literal(host)
    local = host == "localhost" or (address is not None and not is_public(address))
    if scheme != "https" and not (insecure and local):
        raise _invalid("Use https: browsers refuse a page without it inside one that has it.")
    return url


def origin_of(url: str) -> str:
    """scheme://host[:port], as a content security policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _parts(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
    except (ValueError, UnicodeError):
        raise _invalid("This is not a web address: write it like https://example.org/hooks.") from None
    readable = url.isascii() and not any(sign in url for sign in _STRANGE)
    if parts.scheme not in ("https", "http") or not host or "*" in host or not readable:
        raise _invalid("This is not a web address: write it like https://example.org/hooks.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _invalid("Leave out user names, passwords and what follows a #: the signature says who sends.")
    return parts.scheme, host, port


def _invalid(message: str) -> Invalid:
    return Invalid(message, errors=[{"loc": ["url"], "msg": message}])
