"""What every store promises: the folder and the bucket pass the same tests."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.config.model import S3
from core.config.model import Storage as StorageSettings
from core.db.pool import Database
from core.errors import NotFound, Unavailable
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.messaging.media.sweep import SWEEP_CRON, StorageSweeper
from core.storage import FolderStorage, S3Storage, Storage, open_storage
from tests.storage.s3_server import KEYS, S3Server, faulty_road, opened

MB = 1024 * 1024


@pytest.fixture(params=["folder", "s3"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, s3: S3Server) -> AsyncIterator[Storage]:
    """Pages of two keys, parts of the smallest size there is."""
    if request.param == "folder":
        yield FolderStorage(tmp_path / "media")
        return
    async with opened(s3.endpoint, await s3.new_bucket(), page=2, part_bytes=5 * MB, timeout=10) as bucket:
        yield bucket


async def _in_pieces(*pieces: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    if error:
        raise error


async def test_what_was_put_comes_back(storage: Storage) -> None:
    data = bytes(range(256)) * 3000
    assert await storage.put("t/attachments/1", data, "image/jpeg") == len(data)
    assert await storage.get("t/attachments/1") == data
    assert b"".join([piece async for piece in storage.open("t/attachments/1")]) == data
    assert await storage.exists("t/attachments/1")


async def test_a_stream_is_kept_whole_and_a_second_put_replaces_the_first(storage: Storage) -> None:
    assert await storage.put("t/1", _in_pieces(b"one", b"two"), "text/plain") == 6
    await storage.put("t/1", b"other", "text/plain")
    assert await storage.get("t/1") == b"other"


async def test_a_source_that_breaks_off_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(RuntimeError, match="cut"):
        await storage.put("t/1", _in_pieces(b"half", error=RuntimeError("cut")), "text/plain")
    assert not await storage.exists("t/1")


async def test_an_absent_object_is_not_found_and_can_be_deleted(storage: Storage) -> None:
    assert not await storage.exists("t/none")
    with pytest.raises(NotFound):
        await storage.get("t/none")
    await storage.delete("t/none")


async def test_the_keys_of_a_folder_are_listed_and_no_others(storage: Storage) -> None:
    for key in ("t/attachments/1", "t/attachments/2", "t/exports/3.zip", "t/4", "tt/5", "other/t/6"):
        await storage.put(key, b"x", "text/plain")
    assert [key async for key in storage.keys("t")] == [
        "t/4", "t/attachments/1", "t/attachments/2", "t/exports/3.zip"]  # fmt: skip
    assert [key async for key in storage.keys("nobody")] == []
    with pytest.raises(ValueError, match="storage key"):
        await anext(storage.keys("../t"))


async def test_a_listing_is_in_the_order_of_its_keys_and_goes_on_where_it_was_left(storage: Storage) -> None:
    keys = sorted(["t/a", "t/a-b", "t/a/1", "t/a/2", "t/a.b", "t/a0", "t/B/1", "t/b/1/2", "t/b/1-1", "t/b_1"])
    for number, key in enumerate(keys):
        if key != "t/a":  # a folder on disk is no file too
            await storage.put(key, b"x" * number, "text/plain")
    keys.remove("t/a")
    found = [one async for one in storage.objects("t")]
    assert [one.key for one in found] == keys
    assert [one.size for one in found] == [sorted(["t/a", *keys]).index(key) for key in keys]
    assert all(abs(one.at - datetime.now(UTC)) < timedelta(minutes=1) for one in found)
    for position, key in enumerate(keys):
        assert [one.key async for one in storage.objects("t", after=key)] == keys[position + 1 :]


@pytest.mark.parametrize(("start", "length", "part"), [
    (0, None, slice(None)), (0, 1, slice(0, 1)), (10, None, slice(10, None)), (10, 20, slice(10, 30)),
    (700_000, 999_999, slice(700_000, None)), (767_999, 1, slice(-1, None)), (0, 0, slice(0, 0)),
    (768_000, None, slice(0, 0)), (9_999_999, 5, slice(0, 0)),
])  # fmt: skip
async def test_any_part_of_an_object_can_be_read(
    storage: Storage, start: int, length: int | None, part: slice
) -> None:
    data = bytes(range(256)) * 3000
    await storage.put("t/1", data, "video/mp4")
    assert b"".join([piece async for piece in storage.open("t/1", start, length)]) == data[part]
    assert await storage.size("t/1") == len(data)


async def test_a_part_and_the_size_of_an_absent_object_are_not_found(storage: Storage) -> None:
    for length in (0, 5):
        with pytest.raises(NotFound):
            await anext(storage.open("t/none", 5, length))
    with pytest.raises(NotFound):
        await storage.size("t/none")


async def test_an_object_in_several_parts_is_whole(storage: Storage) -> None:
    data = hashlib.shake_256(b"seed").digest(11 * MB)
    assert await storage.put("t/1", data, "application/zip") == len(data)
    assert await storage.size("t/1") == len(data)
    digest = hashlib.sha256()
    async for piece in storage.open("t/1"):
        digest.update(piece)
    assert digest.digest() == hashlib.sha256(data).digest()


async def test_many_writers_of_one_key_leave_one_of_their_objects_whole(storage: Storage) -> None:
    wrote = [bytes([number]) * 300_000 for number in range(8)]
    await asyncio.gather(*(storage.put("t/1", one, "text/plain") for one in wrote))
    assert await storage.get("t/1") in wrote


async def test_a_reader_never_sees_half_of_what_is_being_put(storage: Storage) -> None:
    """Nothing while the first one is written, the old one while it is replaced."""
    going, on = asyncio.Event(), asyncio.Event()

    async def slowly(*pieces: bytes) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            going.set()
            await on.wait()

    first = asyncio.create_task(storage.put("t/1", slowly(b"first ", b"one"), "text/plain"))
    await going.wait()
    assert not await storage.exists("t/1")
    assert [key async for key in storage.keys("t")] == []
    on.set()
    await first
    going.clear()
    on.clear()
    second = asyncio.create_task(storage.put("t/1", slowly(b"second ", b"one"), "text/plain"))
    await going.wait()
    assert await storage.get("t/1") == b"first one"
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert await storage.get("t/1") == b"first one"


async def test_parts_that_break_off_are_given_up(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(s3.endpoint, bucket := await s3.new_bucket(), part_bytes=5 * MB) as storage:
        upload, calls = storage._client.upload_part, 0

        async def breaks_at_the_second(**told: object) -> object:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise OSError("the line is cut")
            return await upload(**told)

        monkeypatch.setattr(storage._client, "upload_part", breaks_at_the_second)
        with pytest.raises(Unavailable):
            await storage.put("t/1", bytes(11 * MB), "application/zip")
        assert not await storage.exists("t/1")
        assert "Uploads" not in await storage._client.list_multipart_uploads(Bucket=bucket)


async def test_a_deleted_object_is_gone(storage: Storage) -> None:
    await storage.put("t/1", b"x", "text/plain")
    await storage.delete("t/1")
    assert not await storage.exists("t/1")


async def test_a_store_that_works_passes_its_check(storage: Storage) -> None:
    await storage.check()


@pytest.mark.parametrize("key", [
    "", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "a\\b", "a/%2e%2e/b", "a\x00b", ".hidden", "a/.b", "x" * 600,
    "a\nb",
])  # fmt: skip
async def test_a_key_that_could_climb_out_is_refused(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await storage.put(key, b"x", "text/plain")
    with pytest.raises(ValueError, match="not a storage key"):
        await storage.get(key)


async def test_a_link_inside_the_folder_leads_nowhere(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "media"
    outside.mkdir()
    root.mkdir()
    (root / "t").symlink_to(outside)
    storage = FolderStorage(root)
    with pytest.raises(ValueError, match="out of the storage folder"):
        await storage.put("t/1", b"x", "text/plain")
    assert list(outside.iterdir()) == []


async def test_a_folder_that_cannot_be_written_says_what_to_check(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match=r"storage\.path"):
        await FolderStorage(tmp_path / "media").check()


async def test_a_server_that_is_away_says_what_to_check() -> None:
    gone = await S3Storage.connect("media", access_key="k", secret_key="s", endpoint="http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="S3_ENDPOINT"):
        await gone.check()
    await gone.close()


async def test_a_missing_bucket_says_so(s3: S3Server) -> None:
    async with opened(s3.endpoint, "absent") as storage:
        with pytest.raises(Unavailable, match="no bucket 'absent'"):
            await storage.check()


@pytest.mark.parametrize("mode", ["down", "silent", "refusing", "half"])
async def test_a_server_that_fails_is_unavailable_and_not_an_absent_file(s3: S3Server, mode: str) -> None:
    bucket = await s3.new_bucket()
    async with faulty_road(s3.port) as road, opened(road.endpoint, bucket, timeout=0.5) as storage:
        road.mode = mode
        async with asyncio.timeout(20):
            with pytest.raises(Unavailable, match="S3_ENDPOINT"):
                await storage.put("t/1", bytes(200_000), "text/plain")
            if mode != "half":
                with pytest.raises(Unavailable):
                    await storage.get("t/1")
        road.mode = "open"
        assert not await storage.exists("t/1")
        await storage.put("t/1", b"again", "text/plain")
        assert await storage.get("t/1") == b"again"


async def test_what_breaks_off_while_it_is_read_is_said_and_what_is_slow_comes_whole(s3: S3Server) -> None:
    bucket, data = await s3.new_bucket(), bytes(range(20))
    async with faulty_road(s3.port) as road, opened(road.endpoint, bucket, timeout=1) as storage:
        await storage.put("t/1", data, "text/plain")
        road.mode = "cut"
        with pytest.raises(Unavailable, match="S3_ENDPOINT"):
            await storage.get("t/1")
        road.mode = "slow"  # two seconds for it all, and never one of silence
        assert await storage.get("t/1") == data


async def test_parts_of_an_upload_that_never_ended_are_given_up_by_the_daily_job(db: Database, s3: S3Server) -> None:
    """The server says of every unfinished upload that it was begun in 2010."""
    bucket = await s3.new_bucket()
    async with opened(s3.endpoint, bucket) as storage:
        begun = await storage._client.create_multipart_upload(Bucket=bucket, Key="t/1")
        await storage._client.upload_part(Bucket=bucket, Key="t/1", UploadId=begun["UploadId"], PartNumber=1, Body=b"x")
        assert len((await storage._client.list_multipart_uploads(Bucket=bucket))["Uploads"]) == 1
        async with db.system_transaction() as connection:
            await SWEEP_CRON.fire(connection, datetime.now(UTC))
        [job] = await db.system.fetch("select id from jobs where state = 'queued'")
        assert await Runner(db, Handlers(*StorageSweeper(db, storage).handlers())).run(job["id"])
        assert "Uploads" not in await storage._client.list_multipart_uploads(Bucket=bucket)


async def test_the_settings_name_the_store(tmp_path: Path, s3: S3Server) -> None:
    folder = await open_storage(StorageSettings(), tmp_path)
    assert isinstance(folder, FolderStorage)
    named = S3(endpoint=s3.endpoint, bucket=await s3.new_bucket(), **KEYS)
    bucket = await open_storage(StorageSettings(kind="s3", s3=named), tmp_path)
    assert isinstance(bucket, S3Storage)
    await bucket.close()


async def test_a_named_store_that_is_away_stops_the_start(tmp_path: Path) -> None:
    named = S3(endpoint="http://127.0.0.1:1", bucket="media", **KEYS)
    with pytest.raises(Unavailable):
        await open_storage(StorageSettings(kind="s3", s3=named), tmp_path)
