"""Files kept by Meta: where one is, and its bytes as they come, counted and checked."""

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from core.egress import Download


class MediaMismatch(Exception):
    """The bytes are not the ones Meta announced: do not keep them."""


@dataclass(frozen=True, slots=True)
class MediaLocation:
    """The url is valid for 5 minutes and wants the same token. `size` in bytes, None when not told."""

    url: str
    mime_type: str
    sha256: str | None
    size: int | None


class MediaDownload:
    """Iterate once, to the end. Raises TooLarge, Interrupted, and MediaMismatch after the last piece."""

    def __init__(self, download: Download, sha256: str | None, size: int | None = None) -> None:
        self.mime_type = download.headers.get("content-type", "application/octet-stream")
        self.size_told = download.size_told()
        self.size = 0
        self._expected, self._size_expected = digest(sha256), size
        self._download = download
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hex digest of what was received so far."""
        return self._hash.hexdigest()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._download:
            self.size += len(chunk)
            self._hash.update(chunk)
            yield chunk
        if self._expected is not None and self._hash.digest() != self._expected:
            raise MediaMismatch("the file's SHA-256 is not the one Meta told: it was changed or damaged on its way")
        if self._expected is None and self._size_expected and self.size != self._size_expected:
            raise MediaMismatch(f"the file has {self.size} bytes, and Meta told {self._size_expected}")


def digest(told: str | None) -> bytes | None:
    """SHA-256 as Meta tells it: base64 in webhooks, hex or base64 elsewhere. None when it is neither."""
    if told is None:
        return None
    try:
        raw = bytes.fromhex(told) if len(told) == 64 else base64.b64decode(told.replace("-", "+").replace("_", "/"))
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == 32 else None
