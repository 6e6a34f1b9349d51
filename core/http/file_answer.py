"""A kept file as an answer: whole or in part, never run by a browser as part of our own site."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from quart import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_if_range_header, parse_range_header

from core.http.etag import unchanged
from core.http.services import services

# What a browser may show in place. SVG, HTML and XML can carry scripts: they are downloads, as is all we do not know.
_SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "audio/ogg", "audio/mpeg", "audio/mp4",
                           "audio/aac", "audio/amr", "audio/opus", "video/mp4", "video/3gpp",
                           "application/pdf"})  # fmt: skip
_ALONE: Final = "sandbox; default-src 'none'"
# Browsers draw PDF in a process or an origin of its own, and not at all where its page is sandboxed: our pages alone
# may frame it, and nothing in it may be fetched. Without such a viewer it is a download.
_FRAMED: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class Content:
    """What is answered. `size` None: ask the store. `seconds` a browser may keep it without asking again."""

    key: str
    mime_type: str
    filename: str
    etag: str
    size: int | None = None
    seconds: int = 31_536_000


async def answer(content: Content) -> Response:
    """200, 206 or 304. Raises NotFound when the store has no such object."""
    if known := unchanged(content.etag):  # what was kept never changes
        return _with_headers(known, content)
    size = await services().attachments.size(content.key) if content.size is None or request.method == "HEAD" \
        else content.size  # fmt: skip
    part = _part(content.etag, size)
    start, end = part or (0, size)
    if request.method == "HEAD":
        response = Response(_nothing())
    else:
        pieces = services().attachments.open(content.key, start, end - start) if part else \
            services().attachments.open(content.key)  # fmt: skip
        first = await anext(pieces, b"")  # an absent object is a 404 now, not a broken download later
        response = Response(_joined(first, pieces))
        response.timeout = None  # a large one takes longer than an ordinary answer
    response.content_length = end - start
    if part:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _with_headers(response, content)


def _part(etag: str, size: int) -> tuple[int, int] | None:
    """(start, end) of the one part that is asked for; None: all of it. Raises the 416 that tells
    the size."""
    asked = parse_range_header(request.headers.get("Range"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None  # several parts at once are never needed, and cost more than the whole
    condition = request.headers.get("If-Range")
    if condition is not None and parse_if_range_header(condition).etag != etag:
        return None
    start, _ = asked.ranges[0]
    found = asked.range_for_length(size) if start + size >= 0 else (0, size)  # the last 99 of 8 bytes are all of them
    if found is None:
        raise RequestedRangeNotSatisfiable(size, description=f"The file has {size} bytes: ask for some of them.")
    return found


async def _nothing() -> AsyncIterator[bytes]:
    """A body that is not there, and so does not tell its length for the file's."""
    for piece in list[bytes]():
        yield piece


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _with_headers(response: Response, content: Content) -> Response:
    kind = content.mime_type.partition(";")[0].strip().lower()
    shown = kind in _SHOWN
    headers = response.headers
    response.content_type = kind if shown else "application/octet-stream"
    response.set_etag(content.etag)
    disposition = "inline" if shown else "attachment"
    headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(content.filename, safe='')}"
    if kind == "application/pdf":
        headers["Content-Security-Policy"], headers["X-Frame-Options"] = _FRAMED, "SAMEORIGIN"
    else:
        headers["Content-Security-Policy"] = _ALONE
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Accept-Ranges"] = "bytes"
    headers["Cache-Control"] = f"private, max-age={content.seconds}" + (", immutable" if content.seconds > 3600 else "")
    return response
