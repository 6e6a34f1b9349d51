"""Everything of a tenant as one archive: all of it, nobody else's, no secrets, in little memory."""

import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.audit import INSTALLATION
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import Conflict, NotFound
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.storage import FolderStorage, Source
from core.storage.protocol import pieces
from core.tenancy.exports import Exporter, list_exports, request_export, take_export
from core.tenancy.zip_stream import ZipStream
from tests.seed import SeededTenant
from tests.tenancy.worlds import PLUGIN_TABLE, World, fill, make_plugin_table

LEFT_OUT = {"data_keys", "idempotency_keys", "login_challenges",
            "message_words", "name_words", "search_queue", "search_shelves"}


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media")


@pytest.fixture
async def world(db: Database, storage: FolderStorage, tenant: SeededTenant, other_tenant: SeededTenant) -> World:
    await make_plugin_table(db)
    await fill(db, storage, other_tenant)
    return await fill(db, storage, tenant)


async def asked(db: Database, tenant: SeededTenant) -> UUID:
    with tenant_scope(tenant.id):
        return UUID((await request_export(db, tenant.owner_id))["id"])


async def exported(db: Database, storage: FolderStorage, tenant: SeededTenant) -> tuple[dict[str, Any], bytes]:
    export_id = await asked(db, tenant)
    await Exporter(db, storage).make(tenant.id, export_id)
    with tenant_scope(tenant.id):
        return await take_export(db, export_id), await storage.get(f"{tenant.id}/exports/{export_id}.zip")


async def tables_with_a_tenant(db: Database) -> set[str]:
    """A table in parts counts once."""
    rows = await db.system.fetch("select table_name::text as name from information_schema.columns c "
                                 "join information_schema.tables t using (table_schema, table_name) "
                                 "join pg_class p on p.oid = table_name::text::regclass and not p.relispartition "
                                 "where column_name = 'tenant_id' and table_schema = 'public' "
                                 "and table_type = 'BASE TABLE'")  # fmt: skip
    return {row["name"] for row in rows}


def lines(archive: zipfile.ZipFile, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"tables/{table}.jsonl").splitlines()]


async def test_every_table_with_a_tenant_is_in_it_with_this_tenants_rows_alone(
    db: Database, storage: FolderStorage, world: World
) -> None:
    _, data = await exported(db, storage, world.tenant)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    tables = {name.removeprefix("tables/").removesuffix(".jsonl") for name in archive.namelist() if "tables/" in name}
    assert tables == await tables_with_a_tenant(db) - LEFT_OUT
    assert PLUGIN_TABLE in tables
    manifest = json.loads(archive.read("manifest.json"))
    for table in tables:
        rows = lines(archive, table)
        assert {row["tenant_id"] for row in rows} == ({str(world.tenant.id)} if rows else set())
        assert manifest["tables"][table]["rows"] == len(rows)
        content = archive.read(f"tables/{table}.jsonl")
        assert manifest["tables"][table]["sha256"] == hashlib.sha256(content).hexdigest()
    filled = {table for table in tables if manifest["tables"][table]["rows"]}
    assert tables - filled == set()
    assert len(lines(archive, "messages")) == 20
    assert json.loads(archive.read("tenant.json"))["name"] == world.canary
    people = [json.loads(line) for line in archive.read("people.jsonl").splitlines()]
    assert [one["email"] for one in people] == ["agent@atlas.test", "owner@atlas.test"]


async def test_no_secret_and_nothing_of_another_tenant_is_in_it(
    db: Database, storage: FolderStorage, world: World, other_tenant: SeededTenant
) -> None:
    _, data = await exported(db, storage, world.tenant)
    archive = zipfile.ZipFile(io.BytesIO(data))
    everything = b"\n".join(archive.read(name) for name in archive.namelist()).decode()
    assert world.canary in everything
    assert [secret for secret in world.secrets if secret in everything] == []
    assert str(other_tenant.id) not in everything
    columns = {column for name in archive.namelist() if name.startswith("tables/") for column in
               (json.loads(archive.read(name).split(b"\n", 1)[0]) if archive.read(name) else {})}  # fmt: skip
    assert not [column for column in columns if "sealed" in column or column.endswith(("token_hash", "secret_hash"))]
    assert "csrf_secret" not in columns
    assert json.loads(archive.read("manifest.json"))["left_out"][PLUGIN_TABLE] == ["token_sealed"]


async def test_files_are_in_it_under_names_that_climb_nowhere(
    db: Database, storage: FolderStorage, world: World
) -> None:
    _, data = await exported(db, storage, world.tenant)
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = [name for name in archive.namelist() if name.startswith(("attachments/", "plugins/", "thumbnails/"))]
    file, thumbnail = (world.file_keys[at].split("/", 1)[1] for at in (0, 3))
    assert sorted(files) == sorted([f"{file}.jpg", f"{thumbnail}.webp", "plugins/acme_pins/notes/1.txt"])
    assert {archive.read(name) for name in files} == {f"bytes of {world.canary}".encode()}
    assert not any(".." in name or name.startswith("/") for name in archive.namelist())


async def test_a_file_that_is_lost_is_named_and_stops_nothing(
    db: Database, storage: FolderStorage, world: World
) -> None:
    await storage.delete(world.file_keys[0])
    _, data = await exported(db, storage, world.tenant)
    files = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("manifest.json"))["files"]
    assert (files["count"], files["missing"], len(files["missing_first"])) == (2, 1, 1)


async def test_the_row_tells_the_size_and_the_hash_of_what_is_kept(
    db: Database, storage: FolderStorage, world: World
) -> None:
    row, data = await exported(db, storage, world.tenant)
    assert (row["state"], row["size"], row["sha256"]) == ("ready", len(data), hashlib.sha256(data).hexdigest())
    kept = datetime.fromisoformat(row["expires_at"]) - datetime.fromisoformat(row["finished_at"])
    assert kept.days == 7
    actions = [r["action"] for r in await db.system.fetch(
        "select action from audit_log where chain = $1 and action like 'export.%' order by n", world.tenant.id)]
    assert actions == ["export.requested", "export.downloaded"]
    assert not await db.system.fetchval("select count(*) from audit_log where chain = $1", INSTALLATION)


class Bottomless:
    """Takes everything and keeps nothing but its size."""

    async def put(self, key: str, source: Source, content_type: str) -> int:
        return sum([len(piece) async for piece in pieces(source)])

    async def keys(self, folder: str) -> AsyncIterator[str]:
        for name in list[str]():
            yield name


async def test_memory_does_not_grow_with_the_data(db: Database, storage: FolderStorage, world: World) -> None:
    await db.system.execute(
        "insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, "
        "type, body, author_kind, status, status_rank, at) select tenant_id, conversation_id, account_id, contact_id, "
        "phone_number_id, 'more ' || n, 'inbound', 'text', repeat(md5(n::text), 100), 'customer', 'received', 0, now() "
        "from generate_series(1, 20000) n, (select * from messages where tenant_id = $1 limit 1) m", world.tenant.id)
    export_id = await asked(db, world.tenant)
    exporter: Any = Exporter(db, Bottomless())  # type: ignore[arg-type]
    await db.system.execute("delete from attachments")
    tracemalloc.start()
    await exporter.make(world.tenant.id, export_id)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024, f"{peak / 1e6:.0f} MB for 64 MB of messages"


async def test_while_one_is_being_made_asking_again_is_the_same(db: Database, world: World) -> None:
    first = await asked(db, world.tenant)
    assert await asked(db, world.tenant) == first
    assert await db.system.fetchval("select count(*) from jobs where name = 'export_tenant'") == 1
    with tenant_scope(world.tenant.id), pytest.raises(Conflict):
        await take_export(db, first)


async def test_an_export_is_its_tenants(db: Database, storage: FolderStorage, world: World,
                                        other_tenant: SeededTenant) -> None:  # fmt: skip
    row, _ = await exported(db, storage, world.tenant)
    with tenant_scope(other_tenant.id):
        assert await list_exports(db) == []
        with pytest.raises(NotFound):
            await take_export(db, UUID(row["id"]))


async def test_one_that_keeps_failing_is_said_to_have_failed(
    db: Database, storage: FolderStorage, world: World
) -> None:
    await asked(db, world.tenant)
    await db.system.execute("update jobs set max_attempts = 1 where name = 'export_tenant'")
    job_id = await db.system.fetchval("select id from jobs where name = 'export_tenant'")
    broken = FolderStorage(Path("/proc/nowhere"))
    await Runner(db, Handlers(*Exporter(db, broken).handlers())).run(job_id)
    with tenant_scope(world.tenant.id):
        [row] = await list_exports(db)
    assert (row["state"], row["size"]) == ("failed", None)


async def test_one_whose_worker_kept_dying_is_said_to_have_failed(
    db: Database, storage: FolderStorage, world: World
) -> None:
    await asked(db, world.tenant)
    await db.system.execute("update exports set created_at = now() - interval '5 minutes'")
    exporter = Exporter(db, storage)
    run: Any = None
    await exporter.forget(run)
    assert await db.system.fetchval("select state from exports") == "waiting"
    await db.system.execute("update jobs set state = 'failed' where name = 'export_tenant'")
    await exporter.forget(run)
    assert await db.system.fetchval("select state from exports") == "failed"


async def test_exports_are_forgotten_with_their_bytes(db: Database, storage: FolderStorage, world: World) -> None:
    row, _ = await exported(db, storage, world.tenant)
    key = f"{world.tenant.id}/exports/{row['id']}.zip"
    exporter, run = Exporter(db, storage), None  # type: Exporter, Any
    await exporter.forget(run)
    assert await storage.exists(key)
    await db.system.execute("update exports set expires_at = now() - interval '1 second'")
    await exporter.forget(run)
    assert not await storage.exists(key)
    assert await db.system.fetchval("select count(*) from exports") == 0


async def test_an_archive_of_many_files_opens_as_any_other() -> None:
    async def one(content: bytes) -> AsyncIterator[bytes]:
        yield content

    written, stream = io.BytesIO(), ZipStream(datetime(2026, 11, 26, 3, 4, 6, tzinfo=UTC))
    names = [f"{n}/{uuid4().hex}" for n in range(70_000)] + ["é/عربي.txt"]
    for name in names:
        async for piece in stream.add(name, one(name.encode())):
            written.write(piece)
    for piece in stream.finish():
        written.write(piece)
    stream.close()
    archive = zipfile.ZipFile(written)
    assert archive.namelist() == names
    assert archive.read(names[-1]) == names[-1].encode()
    assert archive.getinfo(names[0]).date_time == (2026, 11, 26, 3, 4, 6)
