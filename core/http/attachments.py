"""Attachments: their bytes and thumbnails, links to them, files to be sent, and files to be fetched again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from quart import Response, g, request
from quart.datastructures import FileStorage

from core.auth.access import GREETED, Permitted
from core.auth.principal import Principal
from core.db.scope import tenant_scope, viewer_scope
from core.errors import Conflict, Invalid, NotFound
from core.http import file_answer
from core.http.file_answer import Content
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Attachment, Resource
from core.http.services import services
from core.messaging.media import Upload, fetch_again
from core.messaging.media.limits import LIMITS
from core.messaging.messages import attachment_of
from core.storage.protocol import CHUNK

_READ, _SEND = Permitted("conversations.read"), Permitted("messages.send")
_BYTES: Final = {200: "application/octet-stream", 206: "application/octet-stream"}
_FORM: Final = {
    "type": "object", "required": ["file"], "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "The file, with its name and type."},
        "kind": {"type": "string", "enum": list(LIMITS), "description": "What it will be sent as; else by its type."},
        "voice": {"type": "string", "enum": ["true", "false"],
                  "description": "true: a voice message, made into ogg with opus in one channel."},
    },
}  # fmt: skip
_BODY_SECONDS: Final = 600
_FAILED: Final = {
    "expired": "WhatsApp keeps a customer's file for 7 days, and it was not fetched in time: ask for it again.",
    "gone": "WhatsApp does not have this file any more: ask the customer to send it again.",
    "lost": "It was kept, and its bytes are gone: ask for it again.",
}


class Asked(BaseModel):
    """`of`: the file itself, or its thumbnail."""

    model_config = ConfigDict(frozen=True)

    of: Literal["file", "thumbnail"] = "file"


class FileLinkResource(Resource):
    """For one person and five minutes. It ends earlier with the session or key that asked for it."""

    url: str = Field(examples=["https://inbox.atlas.ma/api/v1/files/AQGY8KJfDnxrn1M9G2ofLBEB"])
    expires_at: datetime


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/attachments/<uuid:attachment_id>", _READ, "An attachment's bytes", responses=_BYTES,
               problems=(409, 416))  # fmt: skip
    async def get_attachment(attachment_id: UUID) -> Response:
        """Whole, or the part that Range asks for. 409 while it is still being fetched from WhatsApp. What a browser
        might run (HTML, SVG, anything unknown) is only ever a download."""
        return await _file(attachment_id)

    @api.route("GET", "/attachments/<uuid:attachment_id>/thumbnail", _READ, "An attachment's thumbnail",
               responses={200: "image/webp", 206: "image/webp"}, problems=(409, 416))  # fmt: skip
    async def get_thumbnail(attachment_id: UUID) -> Response:
        """Of a picture, a sticker, or a video's first moment: WebP of at most 640 pixels. 404 where there is none."""
        return await _thumbnail(attachment_id)

    @api.route("GET", "/attachments/<uuid:attachment_id>/link", _READ, "A link to an attachment", query=Asked,
               responses={200: FileLinkResource}, problems=(409,))  # fmt: skip
    async def get_attachment_link(attachment_id: UUID, query: Asked) -> dict[str, Any]:
        """An address that opens the file without further headers, for five minutes. One asked for with an API key or a
        token may be handed on; one asked for in a browser opens in that session alone."""
        thumbnail = query.of == "thumbnail"
        await _stored(attachment_id, thumbnail=thumbnail)
        token, ends = await services().links.make(attachment_id, caller(), thumbnail=thumbnail)
        return {"url": f"{services().public_url}/api/v1/files/{token}", "expires_at": datetime.fromtimestamp(ends, UTC)}

    @api.route("GET", "/files/<token>", GREETED, "What a link leads to", responses=_BYTES,
               problems=(403, 409, 410, 416), tags=("Messages",))  # fmt: skip
    async def get_file(token: str) -> Response:
        """410 once the five minutes are over; 404 for a link that is not whole, or is somebody else's."""
        link = await services().links.read(token)
        asking: Principal | None = g.principal
        holder = await services().links.holder(link, asking)
        left = max(link.expires_at - int(services().links.clock()), 0)
        with tenant_scope(holder.tenant_id), viewer_scope(holder.viewer):
            found = _thumbnail if link.thumbnail else _file
            return await found(link.attachment_id, seconds=left)

    @api.route("POST", "/attachments", _SEND, "Upload a file to send", responses={201: Attachment}, form=_FORM,
               examples={"body": {"file": "(the bytes)", "kind": "document"}}, limit="upload", idempotent=False,
               problems=(413, 422))  # fmt: skip
    async def create_attachment() -> tuple[dict[str, Any], int]:
        """multipart/form-data with the part `file`. Its id is the `attachment_id` of messages, in any number of them:
        WhatsApp gets the bytes once. 422 with WhatsApp's own limit for what it does not take; pictures and recordings
        of other kinds are made into what it takes."""
        return await _uploaded(), 201

    @api.route("POST", "/attachments/<uuid:attachment_id>/retry", _SEND, "Fetch a failed file again",
               responses={202: Attachment})  # fmt: skip
    async def retry_attachment(attachment_id: UUID) -> tuple[dict[str, Any], int]:
        """409 for a file that did not fail, and for one that WhatsApp has forgotten: it keeps them for 7 days."""
        return await fetch_again(services().db, attachment_id), 202


async def _file(attachment_id: UUID, seconds: int = 31_536_000) -> Response:
    row = await _stored(attachment_id)
    return await file_answer.answer(Content(
        row["storage_key"], row["mime_type"] or "", row["filename"] or str(attachment_id), str(attachment_id),
        row["size"], seconds,
    ))  # fmt: skip


async def _thumbnail(attachment_id: UUID, seconds: int = 31_536_000) -> Response:
    row = await _stored(attachment_id, thumbnail=True)
    return await file_answer.answer(Content(
        row["thumbnail_key"], "image/webp", f"{attachment_id}.webp", f"{attachment_id}-thumbnail", None, seconds
    ))  # fmt: skip


async def _stored(attachment_id: UUID, *, thumbnail: bool = False) -> Any:
    row = await attachment_of(services().db, attachment_id)
    if row["state"] == "pending":
        raise Conflict("It is still being fetched from WhatsApp: try again in a moment.", state="pending")
    if row["state"] == "failed" or not row["storage_key"]:
        why = _FAILED.get(row["failure"], "It could not be fetched from WhatsApp: try again.")
        raise NotFound(why, state="failed", failure=row["failure"])
    if thumbnail and not row["thumbnail_key"]:
        raise NotFound("There is no thumbnail of this file.")
    return row


async def _uploaded() -> dict[str, Any]:
    request.body_timeout = _BODY_SECONDS
    request.max_form_parts, request.max_form_memory_size = 8, 64 * 1024
    file, form = (await request.files).get("file"), await request.form
    if file is None:
        raise Invalid("Send the file as multipart/form-data, in a part called file.",
                      errors=[{"loc": ["file"], "msg": "is missing"}])  # fmt: skip
    kind = form.get("kind")
    if kind is not None and kind not in LIMITS:
        raise Invalid(f"A file is sent as {', '.join(LIMITS)}.", errors=[{"loc": ["kind"], "msg": f"is {kind[:40]}"}])
    upload = Upload(file.content_type or "", file.filename, kind, form.get("voice") == "true")
    return await services().uploads.take(upload, _pieces(file), caller().user_id)


async def _pieces(file: FileStorage) -> AsyncIterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece
