"""Against cross-site requests: a browser adds our cookie to whatever a stranger's page asks of us.

Two walls, either of which is enough: a token that only our own pages can read, and the browser's own word on where
the request comes from.
"""

import hashlib
import hmac
from typing import Protocol
from urllib.parse import urlsplit

from core.errors import Forbidden


class Headers(Protocol):
    """A request's headers, by name in any case."""

    def get(self, name: str, /) -> str | None: ...


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token(csrf_secret: bytes) -> str:
    """The token of a session, to be sent back as X-CSRF-Token. It reveals nothing of the session."""
    return hmac.new(csrf_secret, b"comptoir csrf v1", hashlib.sha256).hexdigest()


def is_token(csrf_secret: bytes, given: str | None) -> bool:
    """Whether it is the session's token."""
    return hmac.compare_digest(csrf_token(csrf_secret).encode(), (given or "").encode())


def check_token(csrf_secret: bytes, given: str | None) -> None:
    """Raises Forbidden unless it is the session's token."""
    if not is_token(csrf_secret, given):
        raise Forbidden("The X-CSRF-Token header is missing or stale: reload the page and try again.")


def check_site(headers: Headers, host: str, public_url: str) -> None:
    """Raises Forbidden when the browser says that another site asks. Without either header, the token decides."""
    origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
    if origin is not None and not is_own_origin(origin, host, public_url):
        raise Forbidden(f"Requests from {origin} are not accepted here.")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("Requests from another site are not accepted here.")


def is_own_origin(origin: str, host: str, public_url: str) -> bool:
    """Whether a page of this origin is ours: the host that was asked, or the configured public URL."""
    if origin == public_url:
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == host
