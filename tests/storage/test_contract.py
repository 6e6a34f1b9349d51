"""What every store promises: the folder and the bucket pass the same tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.config.model import S3
from core.config.model import Storage as StorageSettings
from core.errors import NotFound, Unavailable
from core.storage import FolderStorage, S3Storage, Storage, open_storage
from tests.storage.fake_s3 import BUCKET, FakeS3, fake_s3


@pytest.fixture
async def s3() -> AsyncIterator[FakeS3]:
    async with fake_s3() as server:
        yield server


async def _bucket(server: FakeS3, bucket: str = BUCKET) -> S3Storage:
    return await S3Storage.connect(bucket, access_key="key", secret_key="secret", endpoint=server.endpoint, timeout=2)


@pytest.fixture(params=["folder", "s3"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, s3: FakeS3) -> AsyncIterator[Storage]:
    opened: Storage = FolderStorage(tmp_path / "media") if request.param == "folder" else await _bucket(s3)
    yield opened
    await opened.close()


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


async def test_the_keys_of_a_folder_are_listed_and_no_others(storage: Storage, s3: FakeS3) -> None:
    s3.page = 2
    for key in ("t/attachments/1", "t/attachments/2", "t/exports/3.zip", "t/4", "tt/5", "other/t/6"):
        await storage.put(key, b"x", "text/plain")
    assert sorted([key async for key in storage.keys("t")]) == [
        "t/4", "t/attachments/1", "t/attachments/2", "t/exports/3.zip"]  # fmt: skip
    assert [key async for key in storage.keys("nobody")] == []
    with pytest.raises(ValueError, match="storage key"):
        await anext(storage.keys("../t"))


async def test_what_is_larger_than_a_part_is_put_in_parts(s3: FakeS3) -> None:
    bucket = await S3Storage.connect(BUCKET, access_key="k", secret_key="s", endpoint=s3.endpoint, part_bytes=1000)
    data = bytes(range(250)) * 10
    assert await bucket.put("t/1", data, "application/zip") == 2500
    assert (await bucket.get("t/1"), s3.parts) == (data, {})
    await bucket.close()


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


async def test_a_missing_bucket_says_so(s3: FakeS3) -> None:
    storage = await _bucket(s3, "absent")
    with pytest.raises(Unavailable, match="no bucket 'absent'"):
        await storage.check()
    await storage.close()


async def test_a_server_that_refuses_is_unavailable_and_not_an_absent_file(s3: FakeS3) -> None:
    storage = await _bucket(s3)
    s3.fail_with = 403
    with pytest.raises(Unavailable, match=r"403|AccessDenied"):
        await storage.get("t/1")
    with pytest.raises(Unavailable):
        await storage.put("t/1", b"x", "text/plain")
    await storage.close()


async def test_the_settings_name_the_store(tmp_path: Path, s3: FakeS3) -> None:
    folder = await open_storage(StorageSettings(), tmp_path)
    assert isinstance(folder, FolderStorage)
    named = S3(endpoint=s3.endpoint, bucket=BUCKET, access_key="k", secret_key="s")
    bucket = await open_storage(StorageSettings(kind="s3", s3=named), tmp_path)
    assert isinstance(bucket, S3Storage)
    await bucket.close()


async def test_a_named_store_that_is_away_stops_the_start(tmp_path: Path) -> None:
    named = S3(endpoint="http://127.0.0.1:1", bucket=BUCKET, access_key="k", secret_key="s")
    with pytest.raises(Unavailable):
        await open_storage(StorageSettings(kind="s3", s3=named), tmp_path)
