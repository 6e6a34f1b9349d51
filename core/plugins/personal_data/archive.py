"""One person's data as a zip: what the kernel keeps, their files, and what each plugin told. Nobody else's words."""

import json
import mimetypes
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import NotFound
from core.storage import Storage
from core.tenancy.zip_stream import ZipStream

_PREFETCH: Final = 500
_PIECE: Final = 128 * 1024
_CONTACT: Final = """
select c.resource || jsonb_build_object('identities', (
    select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.value), '[]')
    from contact_identities i where i.tenant_id = c.tenant_id and i.contact_id = c.id)) as resource
from contact_resources c where c.tenant_id = $1 and c.id = $2
"""
_CONVERSATIONS: Final = """
select r.resource::text as line from conversations v
join conversation_resources r on r.tenant_id = v.tenant_id and r.id = v.id
where v.tenant_id = $1 and v.contact_id = $2 order by v.created_at, v.id
"""
# With them alone, whoever wrote; in groups what they wrote themselves.
_THEIRS: Final = """
select m.tenant_id, m.id, m.at from messages m join conversations v
    on v.tenant_id = m.tenant_id and v.id = m.conversation_id
where v.tenant_id = $1 and v.contact_id = $2
union all
select m.tenant_id, m.id, m.at from messages m where m.tenant_id = $1 and m.contact_id = $2 and m.in_group
"""
_MESSAGES: Final = f"""
select r.resource::text as line from ({_THEIRS}) t
join message_resources r on r.tenant_id = t.tenant_id and r.id = t.id order by t.at, t.id
"""  # noqa: S608 - a constant
_FILES: Final = f"""
select a.id, a.storage_key, a.mime_type from ({_THEIRS}) t
join attachments a on a.tenant_id = t.tenant_id and a.message_id = t.id
where a.state = 'stored' and a.storage_key is not null order by a.id
"""  # noqa: S608 - a constant
_README: Final = """What an organisation keeps on one person, taken from Comptoir.

contact.json          the person: names, phone, identities, wishes
conversations.jsonl   the conversations with them, one JSON object in each line
messages.jsonl        every message of those, and what they wrote in groups
attachments/          the files of these messages, by their ids
plugins/*.json        what each plugin keeps on them
"""


class PersonArchive:
    """`pieces` gives the bytes, once. `told` is what each plugin keeps on the person."""

    def __init__(self, db: Database, storage: Storage, tenant_id: UUID, contact_id: UUID,
                 told: Mapping[str, Any]) -> None:
        self._db, self._storage, self._whose, self._told = db, storage, (tenant_id, contact_id), told

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Close it when it was not read to its end. Raises NotFound when there is no such contact any more."""
        with closing(ZipStream(datetime.now(UTC))) as stream:
            async with self._db.system.acquire() as connection, \
                    connection.transaction(isolation="repeatable_read", readonly=True):
                async for piece in self._entries(connection, stream):
                    yield piece
            for piece in stream.finish():
                yield piece

    async def _entries(self, connection: Connection, stream: ZipStream) -> AsyncIterator[bytes]:
        contact = await connection.fetchval(_CONTACT, *self._whose)
        if contact is None:
            raise NotFound("There is no such contact any more.")
        for parts in (
            stream.add("README.txt", _once(_README.encode())),
            stream.add("contact.json", _once(_json(contact))),
            stream.add("conversations.jsonl", self._lines(connection, _CONVERSATIONS)),
            stream.add("messages.jsonl", self._lines(connection, _MESSAGES)),
            *(stream.add(f"plugins/{name}.json", _once(_json(told))) for name, told in sorted(self._told.items())),
            self._files(connection, stream),
        ):
            async for piece in parts:
                yield piece

    async def _lines(self, connection: Connection, query: str) -> AsyncIterator[bytes]:
        waiting = bytearray()
        async for row in connection.cursor(query, *self._whose, prefetch=_PREFETCH):
            waiting += row["line"].encode() + b"\n"
            if len(waiting) >= _PIECE:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting)

    async def _files(self, connection: Connection, stream: ZipStream) -> AsyncIterator[bytes]:
        async for row in connection.cursor(_FILES, *self._whose, prefetch=_PREFETCH):
            ending = mimetypes.guess_extension((row["mime_type"] or "").partition(";")[0].strip()) or ""
            content = self._storage.open(row["storage_key"])
            try:
                first = await anext(content, b"")
            except NotFound:  # its row tells of it; the bytes are lost
                continue
            async for piece in stream.add(f"attachments/{row['id']}{ending}", _after(first, content), level=0):
                yield piece


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _after(first: bytes, rest: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode() + b"\n"
