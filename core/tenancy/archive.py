"""A tenant's data as one zip: a JSON line for each row of each table, the people, the files, and what is in there.

Everything is read in one snapshot and in pieces: memory does not grow with the data. Without what is sealed and what
proves something (keys, hashes of tokens): neither helps its owner, both would help a thief.
"""

import hashlib
import json
import mimetypes
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import NotFound
from core.storage import Storage
from core.tenancy.catalogue import Table, tenant_tables
from core.tenancy.zip_stream import ZipStream

FORMAT: Final = 1
_LEFT_OUT: Final = frozenset({"data_keys", "idempotency_keys", "login_challenges",
                              "message_words", "name_words", "search_queue", "search_shelves"})  # fmt: skip
"""Tables of which nothing is left without their secrets, and what search makes of the others."""
_NOT_EXPORTED: Final = {"jobs": ("args",)}  # may hold a sealed letter
_PIECE: Final = 128 * 1024
_PREFETCH: Final = 500
_MOST_NAMED: Final = 100
_TENANT: Final = "select to_jsonb(t) as row from tenants t where id = $1"
_PEOPLE: Final = """
select jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'locale', u.locale, 'role', m.role,
    'created_at', u.created_at)::text as row
from memberships m join users u on u.id = m.user_id where m.tenant_id = $1 order by u.email
"""
_FILES: Final = """
select id, storage_key, thumbnail_key, mime_type from attachments
where tenant_id = $1 and state = 'stored' and storage_key is not null
order by id
"""
_README: Final = """The data of one organisation, taken from Comptoir.

manifest.json    what is in here, and what was left out
tenant.json      the organisation and its settings
people.jsonl     its members, with their addresses
tables/*.jsonl   one JSON object in each line for each row of each table, those of plugins included
attachments/     the files of messages; their names are ids of tables/attachments.jsonl
thumbnails/      small pictures of them, by the same ids
plugins/         files that plugins keep

Access tokens, app secrets, passwords and the hashes of keys are not in here.
"""


@dataclass
class Contents:
    """The manifest, as it grows."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    missing: int = 0
    missing_ids: list[str] = field(default_factory=list)


class Archive:
    """`pieces` gives the bytes, once."""

    def __init__(self, db: Database, storage: Storage, tenant_id: UUID) -> None:
        self._db, self._storage, self._tenant_id = db, storage, tenant_id
        self._made, self._contents = datetime.now(UTC), Contents()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Close it when it was not read to its end: it holds a transaction. Raises NotFound when there is no such
        tenant."""
        with closing(ZipStream(self._made)) as stream:
            async with self._db.system.acquire() as connection, \
                    connection.transaction(isolation="repeatable_read", readonly=True):
                async for piece in self._entries(connection, stream):
                    yield piece
            for piece in stream.finish():
                yield piece

    async def _entries(self, connection: Connection, stream: ZipStream) -> AsyncIterator[bytes]:
        tenant = await connection.fetchval(_TENANT, self._tenant_id)
        if tenant is None:
            raise NotFound("There is no such organisation.")
        for parts in (
            stream.add("README.txt", _once(_README.encode())),
            stream.add("tenant.json", _once(_json(tenant))),
            stream.add("people.jsonl", self._rows(connection, "people", _PEOPLE)),
            self._tables(connection, stream),
            self._attachments(connection, stream),
            self._plugin_files(stream),
        ):
            async for piece in parts:
                yield piece
        async for piece in stream.add("manifest.json", _once(_json(self._manifest(tenant)))):
            yield piece

    async def _tables(self, connection: Connection, stream: ZipStream) -> AsyncIterator[bytes]:
        for table in await tenant_tables(connection):
            omitted = (*table.secret_columns, *_NOT_EXPORTED.get(table.name, ()))
            if table.name in _LEFT_OUT:
                self._contents.left_out[table.name] = ["*"]
                continue
            if omitted:
                self._contents.left_out[table.name] = list(omitted)
            rows = self._rows(connection, table.name, _select(table, omitted))
            async for piece in stream.add(f"tables/{table.file_name}.jsonl", rows):
                yield piece

    async def _rows(self, connection: Connection, name: str, query: str) -> AsyncIterator[bytes]:
        """JSON lines, and their count and hash into the manifest."""
        digest, count, waiting = hashlib.sha256(), 0, bytearray()
        async for row in connection.cursor(query, self._tenant_id, prefetch=_PREFETCH):
            waiting += row["row"].encode() + b"\n"
            count += 1
            if len(waiting) >= _PIECE:
                digest.update(waiting)
                yield bytes(waiting)
                waiting.clear()
        digest.update(waiting)
        yield bytes(waiting)
        self._contents.tables[name] = {"rows": count, "sha256": digest.hexdigest()}

    async def _attachments(self, connection: Connection, stream: ZipStream) -> AsyncIterator[bytes]:
        async for row in connection.cursor(_FILES, self._tenant_id, prefetch=_PREFETCH):
            # The name a stranger gave the file stays in the table: as a path it could climb out of the folder.
            ending = mimetypes.guess_extension((row["mime_type"] or "").partition(";")[0].strip()) or ""
            async for piece in self._file(stream, f"attachments/{row['id']}{ending}", row["storage_key"]):
                yield piece
            if row["thumbnail_key"]:
                async for piece in self._file(stream, f"thumbnails/{row['id']}.webp", row["thumbnail_key"]):
                    yield piece

    async def _plugin_files(self, stream: ZipStream) -> AsyncIterator[bytes]:
        folder = f"plugins/{self._tenant_id}"
        async for key in self._storage.keys(folder):
            async for piece in self._file(stream, f"plugins/{key.removeprefix(folder + '/')}", key):
                yield piece

    async def _file(self, stream: ZipStream, name: str, key: str) -> AsyncIterator[bytes]:
        content = self._storage.open(key)
        try:
            first = await anext(content, b"")
        except NotFound:
            self._contents.missing += 1
            self._contents.missing_ids += [name] if len(self._contents.missing_ids) < _MOST_NAMED else []
            return
        async for piece in stream.add(name, self._counted(first, content), level=0):
            yield piece

    async def _counted(self, first: bytes, rest: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        self._contents.files += 1
        self._contents.bytes += len(first)
        yield first
        async for piece in rest:
            self._contents.bytes += len(piece)
            yield piece

    def _manifest(self, tenant: dict[str, Any]) -> dict[str, Any]:
        found = self._contents
        return {
            "format": FORMAT, "made_at": self._made, "tenant": {name: tenant[name] for name in ("id", "slug", "name")},
            "tables": found.tables, "left_out": found.left_out,
            "files": {"count": found.files, "bytes": found.bytes, "missing": found.missing,
                      "missing_first": found.missing_ids},
        }  # fmt: skip


def _select(table: Table, omitted: tuple[str, ...]) -> str:
    columns = ", ".join(f"t.{column}" for column in table.columns if column not in omitted)
    order = ", ".join(f"t.{column}" for column in table.key) or "1"
    # Names come from the catalogue, quoted by the database itself.
    return (f"select to_jsonb(r)::text as row from (select {columns} from {table.name} t "  # noqa: S608
            f"where t.tenant_id = $1 order by {order}) r")


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode() + b"\n"
