"""Master keys: they wrap data keys and nothing else, and live outside the database.

Several at once, so that one can be replaced while every process goes on: the first wraps, all unwrap.
"""

import hashlib
from collections.abc import Callable, Sequence

from core.secrets.aead import SealBroken, decrypt, encrypt

Reload = Callable[[], Sequence[str]]


class MasterKeys:
    """The installation's master keys. `reload` reads them again when a data key names one we do not know."""

    def __init__(self, *secrets: str, reload: Reload | None = None) -> None:
        if not secrets:
            raise ValueError("there is no master key: set COMPTOIR_SECRET_KEY")
        self._reload = reload
        self._keys: dict[str, bytes] = {}
        self._take(secrets)

    @property
    def current_id(self) -> str:
        """The name of the key that wraps. It tells nothing of the key."""
        return self._current

    @property
    def ids(self) -> frozenset[str]:
        """Every key that can unwrap here."""
        return frozenset(self._keys)

    def refresh(self) -> None:
        """Read the keys again, from where they are kept. Those that were known go on opening what is under way."""
        # No keys at all is a lost file, not a decision.
        if self._reload is not None and (secrets := self._reload()):
            self._take(secrets)

    def wrap(self, data_key: bytes, place: str) -> str:
        """`m1.<master id>.<nonce>.<ciphertext>`, bound to `place`."""
        return encrypt("m1", self._current, self._keys[self._current], data_key, place)

    def unwrap(self, wrapped: str, place: str) -> bytes:
        """The data key. Raises SealBroken, naming what to check."""
        master_id = wrapped.split(".")[1] if wrapped.count(".") == 3 else ""
        if master_id not in self._keys:
            self.refresh()
        if master_id not in self._keys:
            raise SealBroken(f"{place}: wrapped by the master key {master_id!r}, which this process does not have; "
                             "check COMPTOIR_SECRET_KEY and COMPTOIR_SECRET_KEY_PREVIOUS")
        return decrypt("m1", master_id, self._keys[master_id], wrapped, place)

    def _take(self, secrets: Sequence[str]) -> None:
        keys = [hashlib.sha256(b"comptoir master v1|" + secret.encode()).digest() for secret in secrets]
        self._keys = {**self._keys, **{_id(key): key for key in keys}}
        self._current = _id(keys[0])


def _id(key: bytes) -> str:
    return hashlib.sha256(b"id|" + key).hexdigest()[:8]
