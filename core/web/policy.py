"""Security headers of the pages. The policy allows our own files and one inline script: the import map, by its hash."""

import base64
import hashlib
from collections.abc import Sequence

from quart import Response

# Trusted Types only report: a plugin's element may still set innerHTML. Ours do not.
REPORT_ONLY = "require-trusted-types-for 'script'; trusted-types lit-html ui-fragment"


def content_security_policy(import_map: str = "", frame_origins: Sequence[str] = ()) -> str:
    """One line for the header; `import_map` is the exact text between the script tags."""
    inline = f" 'sha256-{sha256(import_map)}'" if import_map else ""
    frames = f"; frame-src 'self' {' '.join(frame_origins)}" if frame_origins else ""
    return (
        f"default-src 'self'; script-src 'self'{inline}; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
        f"form-action 'self'; frame-ancestors 'none'{frames}"
    )


def sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def protect(response: Response, import_map: str = "", frame_origins: Sequence[str] = ()) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = content_security_policy(import_map, frame_origins)
    headers["Content-Security-Policy-Report-Only"] = REPORT_ONLY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"
    return response
