"""AES-256-GCM bound to a place: what was copied to another row, field or tenant does not open."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class SealBroken(Exception):
    """The value was sealed with another key, for another place, or was changed."""


def encrypt(version: str, key_id: str, key: bytes, plaintext: bytes, place: str) -> str:
    """`<version>.<key id>.<nonce>.<ciphertext>`, base64url without padding."""
    nonce = os.urandom(12)
    return f"{version}.{key_id}.{_b64(nonce)}.{_b64(AESGCM(key).encrypt(nonce, plaintext, place.encode()))}"


def decrypt(version: str, key_id: str, key: bytes, sealed: str, place: str) -> bytes:
    """Raises SealBroken, never with the value."""
    try:
        told_version, told_id, nonce, ciphertext = sealed.split(".")
        if (told_version, told_id) != (version, key_id):
            raise SealBroken(f"{place}: sealed with another key")
        return AESGCM(key).decrypt(_unb64(nonce), _unb64(ciphertext), place.encode())
    except (ValueError, InvalidTag) as error:
        raise SealBroken(f"{place}: changed, or moved from another place") from error


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
