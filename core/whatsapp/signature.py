"""X-Hub-Signature-256: proof that a delivery comes from Meta.

HMAC-SHA256, keyed with the app secret, over the raw body bytes; never over JSON serialised again
(Meta, "Webhooks: validating payloads"). This runs before every acknowledgement, so it does nothing else.
"""

from collections.abc import Sequence
from hmac import compare_digest, digest

_PREFIX = "sha256="
_HEADER_LENGTH = len(_PREFIX) + 64


def verify(secrets: Sequence[str], raw: bytes, header: str | None) -> bool:
    """True when one of the secrets signed these bytes. Several secrets serve a rotation; none means no."""
    if header is None or len(header) != _HEADER_LENGTH or not header.startswith(_PREFIX) or not header.isascii():
        return False
    signed = False
    for secret in secrets:
        # An empty secret is one that anybody knows.
        if secret and compare_digest(sign(secret, raw), header):
            signed = True
    return signed


def sign(secret: str, raw: bytes) -> str:
    """The header value that Meta would send with these bytes."""
    return _PREFIX + digest(secret.encode(), raw, "sha256").hex()
