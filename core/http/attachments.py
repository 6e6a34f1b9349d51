"""Attachments' bytes, never run by a browser as part of our own site."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID

from quart import Response

from core.auth.access import Permitted
from core.errors import Conflict, NotFound
from core.http.etag import unchanged
from core.http.operation import Api
from core.http.services import services
from core.messaging.messages import attachment_of

# What a browser may show in place. SVG, HTML and XML can carry scripts: they are downloads.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "audio/ogg", "audio/mpeg", "audio/mp4",
                    "audio/aac", "audio/amr", "audio/opus", "video/mp4", "video/3gpp"})  # fmt: skip


def register(api: Api) -> None:
    """Add the route."""

    @api.route("GET", "/attachments/<uuid:attachment_id>", Permitted("conversations.read"), "An attachment's bytes",
               responses={200: "application/octet-stream"}, problems=(409,))  # fmt: skip
    async def get_attachment(attachment_id: UUID) -> Response:
        """409 while it is still being fetched from WhatsApp."""
        row = await attachment_of(services().db, attachment_id)
        if row["state"] == "pending":
            raise Conflict("It is still being fetched from WhatsApp: try again in a moment.", state="pending")
        if row["state"] == "failed" or not row["storage_key"]:
            raise NotFound("It could not be fetched from WhatsApp, which keeps media for 30 days only.", state="failed")
        if known := unchanged(str(attachment_id)):  # WhatsApp's media never change
            return known
        pieces = services().attachments.open(row["storage_key"])
        first = await anext(pieces, b"")  # an absent object is a 404 now, not a broken download later
        return _download(_joined(first, pieces), row["mime_type"] or "", row["filename"] or str(attachment_id),
                         str(attachment_id))  # fmt: skip


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _download(data: AsyncIterator[bytes], mime_type: str, filename: str, etag: str) -> Response:
    kind = mime_type.partition(";")[0].strip().lower()
    shown = kind in _SHOWN
    response = Response(data, content_type=kind if shown else "application/octet-stream")
    response.set_etag(etag)
    disposition = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(filename, safe='')}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
