"""Static files, read once and addressed by the hash of their directory.

The hash stands in the path, not in the name, so that `import "./row.js"` inside a module keeps working; the answer
may be cached for ever. Files are served from memory: a path that was not there at start cannot be asked for.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from quart import Request, Response

IMMUTABLE = "public, max-age=31536000, immutable"
COMPRESSED = ("text/", "application/json", "image/svg+xml")
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class StaticFile:
    content: bytes
    zipped: bytes | None
    media_type: str

    def response(self, request: Request, cache: str = IMMUTABLE) -> Response:
        zipped = self.zipped if "gzip" in request.headers.get("Accept-Encoding", "") else None
        answer = Response(zipped or self.content, content_type=self.media_type)
        answer.headers["Cache-Control"] = cache
        answer.headers["Vary"] = "Accept-Encoding"
        if zipped:
            answer.headers["Content-Encoding"] = "gzip"
        return answer


class StaticDirectory:
    """The files of one directory under `<prefix>/<hash>/`."""

    def __init__(self, prefix: str, files: dict[str, bytes]) -> None:
        self.files = {path: static_file(path, content) for path, content in files.items()}
        self.hash = content_hash(files)
        self.base = f"{prefix}/{self.hash}"

    @classmethod
    def read(cls, prefix: str, directory: Path) -> "StaticDirectory":
        paths = sorted(path for path in directory.rglob("*") if path.is_file() and not path.name.startswith("."))
        return cls(prefix, {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths})

    def find(self, asked_hash: str, path: str) -> StaticFile | None:
        """None for another version's hash too: half an old page and half a new one is worse than a reload."""
        return self.files.get(path) if asked_hash == self.hash else None

    def url(self, path: str) -> str:
        if path not in self.files:
            raise KeyError(f"{path} is not a file under {self.base}")
        return f"{self.base}/{path}"


@lru_cache(maxsize=4096)
def static_file(path: str, content: bytes) -> StaticFile:
    media_type = TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    text = media_type.startswith(COMPRESSED)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return StaticFile(content, gzip.compress(content, mtime=0) if text else None, media_type + charset)


def content_hash(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode() + files[path])
    return digest.hexdigest()[:16]
