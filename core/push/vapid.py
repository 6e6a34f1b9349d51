"""Who sends: one key pair for the installation (RFC 8292), of the vault's `sign` key. A new one would end all
subscriptions, so it is derived and not kept: it outlives a new master key."""

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from core.push.sealing import encoded, raw

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SECONDS: Final = 12 * 3600


@dataclass(frozen=True)
class Sender:
    """`secret` is 32 bytes of the vault; `contact` a https: or mailto: address that push services may turn to."""

    secret: bytes
    contact: str

    @cached_property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.secret, "big") % (_ORDER - 1) + 1, ec.SECP256R1())

    @cached_property
    def public_key(self) -> str:
        """As browsers want it (`applicationServerKey`)."""
        return encoded(raw(self._private.public_key()))

    def authorization(self, url: str) -> str:
        """The header for a request to this address."""
        parts = urlsplit(url)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + _SECONDS, "sub": self.contact}
        told = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        r, s = decode_dss_signature(self._private.sign(told.encode(), ec.ECDSA(hashes.SHA256())))
        return f"vapid t={told}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={self.public_key}"


def _part(value: dict[str, object]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def contact_of(public_url: str) -> str:
    """Of an installation that is reached by https, its address; push services refuse others."""
    parts = urlsplit(public_url)
    return public_url if parts.scheme == "https" else f"mailto:push@{parts.hostname or 'localhost'}"
