"""What was sealed before there were data keys: by the master key itself. Read once more, to be sealed anew."""

import hashlib

from core.secrets.aead import decrypt


def sealed_directly(secret_key: str, sealed: str) -> bool:
    """Whether this master key itself sealed the value."""
    return sealed.startswith(f"v1.{_key_id(_key(secret_key))}.")


def open_directly(secret_key: str, sealed: str, place: str) -> str:
    """Decrypt. Raises SealBroken, never with the value."""
    key = _key(secret_key)
    return decrypt("v1", _key_id(key), key, sealed, place).decode()


def _key(secret_key: str) -> bytes:
    return hashlib.sha256(b"comptoir seal v1|" + secret_key.encode()).digest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"id|" + key).hexdigest()[:8]
