"""A finished archive as an answer: its bytes as they are read, its digest, a name to keep it under."""

import base64
from collections.abc import Mapping
from typing import Any

from quart import Response

from core.http.services import services


def archive(key: str, found: Mapping[str, Any], name: str) -> Response:
    """The zip stored at `key`; `found` tells its size, sha256 and created_at."""
    response = Response(services().attachments.open(key), content_type="application/zip")
    response.content_length = found["size"]
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(found['sha256'])).decode()}:"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{found["created_at"][:10]}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    response.timeout = None  # a large one takes longer than an ordinary answer
    return response
