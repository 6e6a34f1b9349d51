"""Headers for every answer that brings none of its own. The pages bring theirs (core/web/policy.py)."""

from quart import Response
from quart.typing import ResponseTypes

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


async def harden(response: ResponseTypes) -> ResponseTypes:
    """Add what is missing."""
    if isinstance(response, Response):
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response
