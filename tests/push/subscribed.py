"""A browser that subscribed: it alone can read what it is sent (the receiver's side of RFC 8291)."""

import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.push.sealing import encoded, raw


class Subscribed:
    def __init__(self, endpoint: str) -> None:
        self._private, self._auth, self._endpoint = ec.generate_private_key(ec.SECP256R1()), bytes(range(16)), endpoint
        self._public = raw(self._private.public_key())

    def told(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()`."""
        return {"endpoint": self._endpoint, "keys": {"p256dh": encoded(self._public), "auth": encoded(self._auth)}}

    def reads(self, body: bytes) -> Any:
        """Raises InvalidTag for what is meant for another."""
        salt, length = body[:16], body[20]
        theirs, sealed = body[21:21 + length], body[21 + length:]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._private.exchange(ec.ECDH(), point)
        ikm = _derived(shared, self._auth, b"WebPush: info\x00" + self._public + theirs, 32)
        key = _derived(ikm, salt, b"Content-Encoding: aes128gcm\x00", 16)
        plain = AESGCM(key).decrypt(_derived(ikm, salt, b"Content-Encoding: nonce\x00", 12), sealed, None)
        return json.loads(plain.removesuffix(b"\x02"))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
