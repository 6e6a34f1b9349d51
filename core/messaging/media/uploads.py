"""Files to be sent: checked and made fit for WhatsApp when they come, kept once however often they are sent."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import IO, Any, Final, Protocol
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, Invalid, NotFound
from core.messaging.media.limits import (
    CONVERTED,
    LARGEST_CONVERTED,
    LIMITS,
    Kind,
    check_size,
    check_sticker,
    check_type,
    kind_of,
)
from core.messaging.media.sniff import HEAD, real_type
from core.renditions import Made, Spooled, Task, Unmakeable, Workshop, previewable
from core.storage import Source
from core.storage.protocol import CHUNK

_INSERT: Final = """
insert into attachments (tenant_id, kind, mime_type, sha256, filename, size, voice, state, storage_key, uploaded_by,
    preview_due_at)
values ($1, $2, $3, $4, $5, $6, $7, 'stored', $8, $9, case when $10 then now() end)
returning id
"""
_SHOWN: Final = "select attachment_resource(a) from attachments a where a.id = $1"
_FIND: Final = "select id, kind, mime_type, size, state, voice from attachments where id = $1"
# The bytes, the thumbnail and the wave are those of the file that was uploaded, or came from a customer.
_ATTACH: Final = """
insert into attachments (tenant_id, message_id, source_id, kind, mime_type, sha256, filename, size, voice, state,
    storage_key, uploaded_by, thumbnail_key, preview, preview_due_at)
select a.tenant_id, $2, coalesce(a.source_id, a.id), $3, a.mime_type, a.sha256, coalesce($4, a.filename), a.size,
    a.voice, a.state, a.storage_key, a.uploaded_by, a.thumbnail_key, a.preview, a.preview_due_at
from attachments a where a.id = $1 and a.state = 'stored' returning id
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody uploads. `kind` None: as its type says. `voice`: to be shown as a voice message."""

    mime_type: str
    filename: str | None
    kind: Kind | None = None
    voice: bool = False


class Shelf(Protocol):
    """Where files are kept (`core.storage.Storage`)."""

    async def put(self, key: str, source: Source, content_type: str) -> int: ...


class Uploads:
    """One for each web process."""

    def __init__(self, db: Database, storage: Shelf, workshop: Workshop) -> None:
        self._db, self._storage, self._workshop = db, storage, workshop

    async def take(self, upload: Upload, pieces: AsyncIterable[bytes], user_id: UUID | None) -> dict[str, Any]:
        """Keep a file in the tenant in scope, as the API shows it. Raises Invalid, with Meta's limit and the cure."""
        async with Spooled(pieces) as source:
            source.file.seek(0)
            mime_type = real_type(upload.mime_type, source.file.read(HEAD))
            kind = upload.kind or kind_of(mime_type)
            check_type(kind, mime_type)
            made = await self._fitted(kind, mime_type, upload.voice, source)
            if made is None:
                return await self._keep(upload, kind, mime_type, source.size, source.file, user_id)
            mime_type = str(made.facts["mime_type"])
        async with Spooled(_once(made.data)) as fitted:
            check_size(kind, fitted.size)
            return await self._keep(upload, kind, mime_type, fitted.size, fitted.file, user_id)

    async def _fitted(self, kind: Kind, mime_type: str, voice: bool, source: Spooled) -> Made | None:
        """What is made of it, because WhatsApp does not take it as it is. None: it does."""
        if kind == "image" or (kind == "audio" and (voice or mime_type in CONVERTED["audio"])):
            if source.size > LARGEST_CONVERTED:
                check_size(kind, source.size)
            made = await self._made("image" if kind == "image" else "voice", mime_type, source, LIMITS[kind].size)
            return None if made.facts.get("keep") else made
        check_size(kind, source.size)
        if kind == "sticker":
            check_sticker((await self._made("sticker", mime_type, source, 0)).facts, source.size)
        return None

    async def _made(self, task: Task, mime_type: str, source: Spooled, largest: int) -> Made:
        try:
            return await self._workshop.make(task, mime_type, source, largest=largest)
        except Unmakeable as reason:
            raise Invalid(f"The file cannot be read as {mime_type} ({reason}): choose another one, or send it as a "
                          "document.", errors=[{"loc": ["file"], "msg": str(reason)}]) from None  # fmt: skip

    async def _keep(
        self, upload: Upload, kind: Kind, mime_type: str, size: int, file: IO[bytes], user_id: UUID | None
    ) -> dict[str, Any]:
        tenant_id, digest = require_tenant(), _digest(file)
        key = f"{tenant_id}/uploads/{digest}"
        await self._put_once(key, size, file, mime_type)
        async with self._db.tenant_transaction() as connection:
            found = await connection.fetchval(
                _INSERT, tenant_id, kind, mime_type, digest, _named(upload.filename), size, upload.voice, key,
                user_id, previewable(mime_type),
            )  # fmt: skip
            await connection.execute("select pg_notify('previews', '')")
            resource: dict[str, Any] = await connection.fetchval(_SHOWN, found)
        return resource

    async def _put_once(self, key: str, size: int, file: IO[bytes], mime_type: str) -> None:
        """Each time anew, so that what a sweep may be about to delete as old is young again."""
        file.seek(0)
        await self._storage.put(key, _pieces(file), mime_type)


async def attach(
    connection: Connection, message_id: UUID, attachment_id: UUID, kind: str, filename: str | None = None
) -> UUID:
    """Hang a kept file on a message that is being sent, in the transaction of the tenant and viewer in scope.

    Raises NotFound, also for what the author does not see; Conflict while it is not there; Invalid when Meta would
    refuse it for this kind.
    """
    row = await connection.fetchrow(_FIND, attachment_id)
    if row is None:
        raise NotFound("There is no such attachment: upload the file first.", attachment_id=str(attachment_id))
    if row["state"] != "stored":
        raise Conflict("The file is not here: wait until it is fetched, or choose another one.", state=row["state"])
    check_sendable(row, kind)
    found: UUID = await connection.fetchval(_ATTACH, attachment_id, message_id, kind, filename)
    return found


def check_sendable(row: Any, kind: str) -> None:
    """Raises Invalid unless Meta takes the file of this row as it is in a message of this kind."""
    limit = LIMITS[kind]  # type: ignore[index]
    if row["mime_type"] not in limit.types:
        raise Invalid(f"This file is {row['mime_type']}, and WhatsApp takes for {kind}: {', '.join(limit.types)}. "
                      "Upload it again for this kind.", errors=[{"loc": [kind, "attachment_id"],
                                                                 "msg": f"is {row['mime_type']}"}])  # fmt: skip
    check_size(kind, row["size"])  # type: ignore[arg-type]


def _named(filename: str | None) -> str | None:
    """The last part of a path, without what no name holds."""
    if not filename:
        return None
    bare = "".join(letter for letter in filename.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return bare.strip()[-240:] or None


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
