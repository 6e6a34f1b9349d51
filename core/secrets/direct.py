"""Secrets at rest: AES-256-GCM bound to their place, so a sealed value copied to another row does not open.

Format `v1.<key id>.<nonce>.<ciphertext>`, base64url without padding. `aad` names the place: "table|row|field".
"""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.secrets.aead import SealBroken


def _key(secret_key: str) -> bytes:
    return hashlib.sha256(b"comptoir seal v1|" + secret_key.encode()).digest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"id|" + key).hexdigest()[:8]


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def seal(secret_key: str, plaintext: str, aad: str) -> str:
    """Encrypt for the place named by `aad`."""
    key, nonce = _key(secret_key), os.urandom(12)
    ciphertext = AESGCM(key).encrypt(nonce, plaintext.encode(), aad.encode())
    return f"v1.{_key_id(key)}.{_b64(nonce)}.{_b64(ciphertext)}"


def open_sealed(secret_key: str, sealed: str, aad: str) -> str:
    """Decrypt. Raises SealBroken with what to check, never with the value."""
    key = _key(secret_key)
    try:
        version, key_id, nonce, ciphertext = sealed.split(".")
        if version != "v1" or key_id != _key_id(key):
            raise SealBroken(f"{aad}: sealed with another key; check COMPTOIR_SECRET_KEY")
        return AESGCM(key).decrypt(_unb64(nonce), _unb64(ciphertext), aad.encode()).decode()
    except (ValueError, InvalidTag) as error:
        raise SealBroken(f"{aad}: changed, or moved from another row") from error
