"""Media: uploaded, linked for five minutes, and gone after 30 days (7 for what customers sent)."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from comptoir_sdk.sandbox.clock import Clock
from comptoir_sdk.sandbox.identifiers import numeric
from comptoir_sdk.sandbox.refusals import Refusal, parameter

DAY = 86400
LINK_SECONDS = 300
MB = 1024 * 1024
LARGEST = 100 * MB
OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENTS = (
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", f"{OFFICE}.wordprocessingml.document",
    f"{OFFICE}.spreadsheetml.sheet", f"{OFFICE}.presentationml.presentation",
)  # fmt: skip
TYPES: dict[str, dict[str, int]] = {
    "image": {"image/jpeg": 5 * MB, "image/png": 5 * MB},
    "audio": dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "video": {"video/mp4": 16 * MB, "video/3gpp": 16 * MB},
    "document": dict.fromkeys(DOCUMENTS, LARGEST),
    "sticker": {"image/webp": 500 * 1024},
}
LIMITS = {mime: size for kind in TYPES.values() for mime, size in kind.items()}


@dataclass(frozen=True, slots=True)
class Medium:
    """A stored file. `days` it lives, from `at`, on the sandbox's clock."""

    id: str
    mime_type: str
    sha256: str
    size: int
    at: float
    days: int
    filename: str | None = None

    @property
    def bare_type(self) -> str:
        """The MIME type without parameters."""
        return self.mime_type.split(";")[0].strip().lower()


class MediaStore:
    """Files by id, in memory or, with a folder, on disk."""

    def __init__(self, clock: Clock, folder: Path | None) -> None:
        self._clock = clock
        self._folder = folder
        self._media: dict[str, Medium] = {}
        self._bytes: dict[str, bytes] = {}
        self._key = secrets.token_bytes(32)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def upload(self, data: bytes, mime_type: str, filename: str | None) -> Medium:
        """Take what the business uploads; refuses types and sizes as Meta does."""
        bare = mime_type.split(";")[0].strip().lower()
        limit = LIMITS.get(bare)
        if limit is None:
            raise parameter(f"Param file must be a file with one of the following types: {', '.join(LIMITS)}. "
                            f"Received file of type '{bare}'.")  # fmt: skip
        if not data or len(data) > limit:
            details = f"Media file size must be between 1 and {limit} bytes for {bare}; received {len(data)}."
            raise Refusal(400, 131053, "(#131053) Media upload error", details)
        return self.keep(data, mime_type, filename, days=30)

    def keep(self, data: bytes, mime_type: str, filename: str | None, days: int = 7) -> Medium:
        """Store bytes under a new id; what a customer sends lives 7 days."""
        digest = hashlib.sha256(data).hexdigest()
        medium = Medium(numeric(16), mime_type, digest, len(data), self._clock.now(), days, filename)
        self._media[medium.id] = medium
        if self._folder is None:
            self._bytes[medium.id] = data
        else:
            (self._folder / medium.id).write_bytes(data)
        return medium

    def get(self, media_id: str) -> Medium | None:
        """The medium, while it lives."""
        medium = self._media.get(media_id)
        if medium is None or self._clock.now() - medium.at > medium.days * DAY:
            return None
        return medium

    def read(self, medium: Medium) -> bytes:
        """Its bytes."""
        if self._folder is None:
            return self._bytes[medium.id]
        return (self._folder / medium.id).read_bytes()

    def forget(self, media_id: str) -> bool:
        """Delete; False when there is none."""
        self._bytes.pop(media_id, None)
        if self._folder is not None and media_id in self._media:
            (self._folder / media_id).unlink(missing_ok=True)
        return self._media.pop(media_id, None) is not None

    def link(self, medium: Medium, base: str) -> str:
        """A link good for five minutes, on the path that stands for Meta's second host."""
        expires = int(self._clock.now()) + LINK_SECONDS
        seal = self._seal(medium.id, expires)
        return f"{base}/lookaside/whatsapp_business/attachments/?mid={medium.id}&ext={expires}&hash={seal}"

    def follow(self, media_id: str, expires: str, seal: str) -> Medium | None:
        """The medium a link leads to; None once it expired or when it was made up."""
        if not expires.isdigit() or int(expires) < self._clock.now():
            return None
        if not hmac.compare_digest(self._seal(media_id, int(expires)).encode(), seal.encode()):
            return None
        return self.get(media_id)

    def dump(self) -> list[dict[str, Any]]:
        """The index, for the snapshot."""
        return [asdict(medium) for medium in self._media.values()]

    def load(self, index: list[dict[str, Any]]) -> None:
        """Take up the index of a previous run; entries whose file is gone are dropped."""
        for item in index:
            medium = Medium(**item)
            if self._folder is not None and (self._folder / medium.id).is_file():
                self._media[medium.id] = medium

    def _seal(self, media_id: str, expires: int) -> str:
        return hmac.new(self._key, f"{media_id} {expires}".encode(), hashlib.sha256).hexdigest()[:40]


def sha256_base64(medium: Medium) -> str:
    """Webhooks carry the digest in base64, GET /{media} in hexadecimal."""
    return base64.b64encode(bytes.fromhex(medium.sha256)).decode()
