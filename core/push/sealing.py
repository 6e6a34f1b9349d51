"""A message that the subscribed browser alone can read: RFC 8291, in one record of RFC 8188 (aes128gcm)."""

import base64
import binascii
import os
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LARGEST: Final = 3993
"""Bytes of a message: what every push service must take is 4096 of the sealed body."""
_RECORD: Final = 4096
_LAST: Final = b"\x02"


class NoAddress(ValueError):
    """The subscription is none: a key is not a point, or the secret has another length."""


@dataclass(frozen=True)
class Keys:
    """A subscription's, as the browser tells them: `p256dh` its public key, `auth` a secret it shares with us."""

    p256dh: bytes
    auth: bytes

    @classmethod
    def of(cls, p256dh: str, auth: str) -> "Keys":
        """Raises NoAddress."""
        keys = cls(decoded(p256dh), decoded(auth))
        if len(keys.auth) != 16:
            raise NoAddress("`auth` has 16 bytes")
        keys.point()
        return keys

    def point(self) -> ec.EllipticCurvePublicKey:
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.p256dh)
        except ValueError:
            raise NoAddress("`p256dh` is no point of P-256") from None


def seal(message: bytes, keys: Keys, *, private: ec.EllipticCurvePrivateKey | None = None,
         salt: bytes | None = None) -> bytes:
    """The body to send. `private` and `salt` are made anew for each message; a test gives the RFC's."""
    private, salt = private or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    own = raw(private.public_key())
    shared = private.exchange(ec.ECDH(), keys.point())
    key_info = b"WebPush: info\x00" + keys.p256dh + own
    ikm = _derive(shared, keys.auth, key_info, 32)
    key = _derive(ikm, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(ikm, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(own)]) + own
    return head + AESGCM(key).encrypt(nonce, message + _LAST, None)


def raw(public: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point."""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises NoAddress."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise NoAddress("a key is not base64url") from None


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
