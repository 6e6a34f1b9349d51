"""What the store and the database say of each other: nothing unnamed stays, nothing missing is passed over."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from core.db.pool import Database
from core.messaging.clock import utc_now
from core.messaging.media import holds
from core.messaging.media.sweep import Found, StorageSweeper
from core.storage import FolderStorage, Storage
from tests.http.ledger import new_attachment, new_thread
from tests.seed import SeededTenant
from tests.storage.conftest import s3
from tests.storage.s3_server import S3Server, opened

__all__ = ["s3"]


@pytest.fixture(params=["folder", "s3"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, s3: S3Server) -> AsyncIterator[Storage]:
    async with AsyncExitStack() as stack:
        if request.param == "folder":
            yield FolderStorage(tmp_path / "media")
        else:
            yield await stack.enter_async_context(opened(s3.endpoint, await s3.new_bucket(), page=2))


class Room:
    """One tenant's attachments and objects. Objects are as old as `tomorrow` makes them."""

    def __init__(self, db: Database, tenant: SeededTenant, storage: Storage, message_id: UUID) -> None:
        self.db, self.tenant, self.storage, self.message_id = db, tenant, storage, message_id

    async def attachment(self, state: str = "stored", *, media_id: str | None = None, put: bool = True) -> UUID:
        found = await new_attachment(self.db, self.tenant, self.message_id, state=state)
        key = self.key(found)
        await self.db.system.execute(
            "update attachments set storage_key = $2, media_id = $3 where id = $1",
            found, key if state == "stored" else None, media_id)
        if put:
            await self.storage.put(key, b"12345", "image/jpeg")
        return found

    def key(self, attachment: UUID) -> str:
        return f"{self.tenant.id}/attachments/{attachment}"

    async def keys(self) -> list[str]:
        return [key async for key in self.storage.keys(str(self.tenant.id))]

    async def state(self, attachment: UUID) -> tuple[str, str | None]:
        row = await self.db.system.fetchrow("select state, failure from attachments where id = $1", attachment)
        return cast("tuple[str, str | None]", tuple(row or ()))

    async def sweep(self, *, tomorrow: bool = True, dry: bool = False) -> Found:
        late = timedelta(days=2) if tomorrow else timedelta()
        sweeper = StorageSweeper(self.db, self.storage, dry=dry, page=2, clock=lambda: utc_now() + late)
        found = await sweeper.sweep(self.tenant.id)
        assert found is not None
        return found

    async def after_sweeps(self) -> set[UUID]:
        """What is left, row and bytes: a row goes with one sweep, its bytes with the next."""
        await self.sweep()
        await self.sweep()
        rows = {row["id"] for row in await self.db.system.fetch("select id from attachments")}
        assert {self.key(row) for row in rows} == set(await self.keys())
        return rows


@pytest.fixture
async def room(db: Database, tenant: SeededTenant, storage: Storage) -> Room:
    thread = await new_thread(db, tenant)
    await db.system.execute("delete from attachments")
    return Room(db, tenant, storage, thread.message_ids[0])


async def test_objects_that_nothing_names_go_when_they_are_old(room: Room) -> None:
    kept = [await room.attachment() for _ in range(3)]
    fetching = await room.attachment("pending")
    await room.attachment("failed")
    place = room.tenant.id
    for key in (f"{place}/attachments/0stray", f"{place}/thumbnails/stray", f"{place}/uploads/{'ab' * 32}",
                f"{place}/exports/mine.zip"):  # fmt: skip
        await room.storage.put(key, b"stray", "image/webp")
    before = await room.keys()
    young = await room.sweep(tomorrow=False)
    assert (young.deleted, young.young, await room.keys()) == (0, 4, before)
    dry = await room.sweep(dry=True)
    assert (dry.deleted, dry.bytes, await room.keys()) == (4, 20, before)
    found = await room.sweep()
    assert (found.deleted, found.bytes) == (4, 20)
    assert set(await room.keys()) == {*map(room.key, kept), room.key(fetching), f"{place}/exports/mine.zip"}
    assert (await room.sweep()).deleted == 0
    told = await room.db.system.fetchval("select changes from audit_log where action = 'storage.swept'")
    assert told["deleted"] == [None, 4]


async def test_rows_without_object_are_fetched_again_while_meta_has_them_and_lost_after(room: Room) -> None:
    there = await room.attachment()
    again = await room.attachment(media_id="1", put=False)
    lost = await room.attachment(put=False)
    old = await room.attachment(media_id="2", put=False)
    await room.db.system.execute("update attachments set created_at = now() - interval '8 days' where id = $1", old)
    assert (await room.sweep(dry=True)).as_json() | {"young": 0} == {
        "objects": 1, "deleted": 0, "bytes": 0, "young": 0, "refetched": 1, "lost": 2, "thumbnails": 0}
    assert await room.state(again) == ("stored", None)
    found = await room.sweep()
    assert (found.refetched, found.lost) == (1, 2)
    assert await room.state(there) == ("stored", None)
    assert await room.state(again) == ("pending", None)
    assert await room.state(lost) == await room.state(old) == ("failed", "lost")
    assert await room.db.system.fetchval("select count(*) from event_outbox where type = 'message.updated'") == 3


async def test_a_missing_thumbnail_is_made_again(room: Room) -> None:
    attachment = await room.attachment()
    await room.db.system.execute("update attachments set thumbnail_key = tenant_id || '/thumbnails/' || id")
    assert (await room.sweep()).thumbnails == 1
    row = await room.db.system.fetchrow(
        "select thumbnail_key, preview_due_at from attachments where id = $1", attachment)
    assert row is not None
    assert (row["thumbnail_key"], row["preview_due_at"] is not None) == (None, True)


async def test_an_upload_that_nobody_sent_goes_after_a_month_unless_a_plugin_holds_it(room: Room) -> None:
    place, sent_again = room.tenant.id, await room.attachment()
    young, old, held, source = [await room.attachment() for _ in range(4)]
    uploads = [young, old, held, source]
    await room.db.system.execute("update attachments set message_id = null where id = any($1)", uploads)
    await room.db.system.execute(
        "update attachments set created_at = now() - interval '31 days' where id = any($1)", uploads[1:])
    await room.db.system.execute("update attachments set source_id = $2 where id = $1", sent_again, source)
    async with room.db.system_transaction() as connection:
        for plugin in ("inbox", "acme"):
            await holds.hold(connection, place, held, plugin, shared=True)
    kept = {young, held, source, sent_again}
    assert await room.after_sweeps() == kept
    for plugin, left in (("acme", kept), ("inbox", kept - {held})):
        async with room.db.system_transaction() as connection:
            await holds.release(connection, place, held, plugin)
        assert await room.after_sweeps() == left, plugin


async def test_bytes_that_two_rows_share_stay_until_neither_names_them(room: Room) -> None:
    first, second = await room.attachment(), await room.attachment(put=False)
    await room.db.system.execute("update attachments set storage_key = $1 where id = $2", room.key(first), second)
    await room.db.system.execute("delete from attachments where id = $1", first)
    assert (await room.sweep()).deleted == 0
    await room.db.system.execute("delete from attachments")
    assert (await room.sweep()).deleted == 1
    assert await room.keys() == []


async def test_a_sweep_that_is_cut_off_goes_on_where_it_was(room: Room) -> None:
    for _ in range(5):
        await room.attachment()
    sweeper = StorageSweeper(room.db, room.storage, page=2)
    turns = 1
    while (found := await sweeper.sweep(room.tenant.id, until=time.monotonic())) is None:
        turns += 1
    assert turns >= 3
    assert found.objects == 5


async def test_another_tenants_files_are_left_alone(room: Room, other_tenant: SeededTenant) -> None:
    foreign = f"{other_tenant.id}/attachments/stray"
    await room.storage.put(foreign, b"x", "image/jpeg")
    await room.sweep()
    assert await room.storage.exists(foreign)


async def test_what_a_crash_left_of_a_put_in_the_folder_goes(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    await storage.put("t/1", b"x", "text/plain")
    left = tmp_path / ".incoming" / "half"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    fresh = tmp_path / ".incoming" / "fresh"
    fresh.write_bytes(b"half")
    await storage.tidy()
    assert not left.exists()
    assert fresh.exists()
