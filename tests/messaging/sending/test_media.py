"""Fetching customers' files: whole, checked, tried again, and given up with a reason."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from core.db.wake import Wake
from core.egress import Interrupted, TooLarge
from core.errors import Unavailable
from core.mail import Mail
from core.messaging.accounts import Account, GraphClients
from core.messaging.media import MediaFetcher, fetch
from core.messaging.media.sniff import real_type
from core.storage import FolderStorage
from core.whatsapp.client import GraphRefused
from core.whatsapp.media import MediaDownload, MediaLocation
from tests.messaging.sending.conftest import Desk, refusal
from tests.seed import VAULT

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 300


class FakeDownload:
    """As core.egress.Download: pieces, then perhaps a cut."""

    def __init__(self, data: bytes, error: Exception | None) -> None:
        self.headers: dict[str, str] = {}
        self._data, self._error = data, error

    def size_told(self) -> int | None:
        return None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        step = 1000 if len(self._data) < 1_000_000 else 65_536
        for start in range(0, len(self._data), step):
            yield self._data[start : start + step]
        if self._error:
            raise self._error


class Meta:
    """Has one file. `errors` are raised first: GraphRefused for the url, others in the middle of the bytes."""

    def __init__(self, data: bytes = JPEG, *errors: Exception) -> None:
        self.data, self.errors = data, list(errors)
        self.told: int | None = len(data)

    def of(self, account: Account) -> "Meta":
        return self

    async def media_url(self, media_id: str) -> MediaLocation:
        if self.errors and isinstance(self.errors[0], GraphRefused):
            raise self.errors.pop(0)
        return MediaLocation("https://lookaside.fbsbx.com/x", "image/jpeg", None, self.told)

    @asynccontextmanager
    async def download_media(self, url: str, *, max_bytes: int, sha256: str | None, size: int | None = None
    ) -> AsyncIterator[MediaDownload]:
        error = self.errors.pop(0) if self.errors else None
        yield MediaDownload(cast(Any, FakeDownload(self.data, error)), sha256, size)


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media")


async def _attachment(desk: Desk, mime_type: str = "image/jpeg", sha256: str | None = None) -> UUID:
    message = await desk.customer_writes(await desk.conversation())
    await desk.db.system.execute("update messages set type = 'image' where id = $1", message)
    return cast(UUID, await desk.db.system.fetchval(
        """insert into attachments (tenant_id, message_id, kind, media_id, mime_type, sha256, due_at)
        values ($1, $2, 'image', '1234', $3, $4, $5) returning id""",
        desk.tenant.id, message, mime_type, sha256, desk.clock(),
    ))


def _fetcher(desk: Desk, meta: Meta, storage: Any) -> MediaFetcher:
    return MediaFetcher(desk.db, cast(GraphClients, meta), storage, Mail(VAULT), clock=desk.clock)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def _row(desk: Desk, attachment: UUID) -> Any:
    return await desk.db.system.fetchrow("select * from attachments where id = $1", attachment)


@pytest.mark.parametrize("encoding", ["base64", "hex"])
async def test_a_file_is_stored_under_its_tenant_and_told(desk: Desk, storage: FolderStorage, encoding: str) -> None:
    digest = hashlib.sha256(JPEG)
    sha256 = digest.hexdigest() if encoding == "hex" else base64.b64encode(digest.digest()).decode()
    attachment = await _attachment(desk, sha256=sha256)
    assert await _fetcher(desk, Meta(), storage).sweep() == 1
    row = await _row(desk, attachment)
    assert (row["state"], row["size"], row["mime_type"]) == ("stored", len(JPEG), "image/jpeg")
    assert row["storage_key"].startswith(str(desk.tenant.id))
    assert await storage.get(row["storage_key"]) == JPEG
    [event] = await desk.events("message.updated")
    assert event["message"]["attachments"][0]["state"] == "stored"
    assert event["message"]["version"] == 2
    assert await _fetcher(desk, Meta(), storage).sweep() == 0


async def test_a_file_that_is_cut_short_is_tried_again_and_leaves_nothing_behind(
    desk: Desk, storage: FolderStorage, tmp_path: Path
) -> None:
    attachment = await _attachment(desk)
    meta = Meta(JPEG, Interrupted("connection reset"))
    await _fetcher(desk, meta, storage).sweep()
    assert (await _row(desk, attachment))["state"] == "pending"
    assert _files(tmp_path) == []
    assert await _fetcher(desk, meta, storage).sweep() == 0
    desk.clock.pass_(seconds=6)
    assert await _fetcher(desk, meta, storage).sweep() == 1
    assert (await _row(desk, attachment))["state"] == "stored"


async def test_a_file_with_another_hash_is_not_kept(desk: Desk, storage: FolderStorage, tmp_path: Path) -> None:
    attachment = await _attachment(desk, sha256=hashlib.sha256(b"another").hexdigest())
    await _fetcher(desk, Meta(), storage).sweep()
    row = await _row(desk, attachment)
    assert row["state"] == "pending"
    assert "SHA-256" in row["error"]
    assert _files(tmp_path) == []


async def test_a_file_beyond_the_limit_is_given_up_at_once(desk: Desk, storage: FolderStorage) -> None:
    attachment, meta = await _attachment(desk), Meta(JPEG, TooLarge("longer"))
    meta.told = None
    await _fetcher(desk, meta, storage).sweep()
    row = await _row(desk, attachment)
    assert (row["state"], row["failure"]) == ("failed", "too_large")
    assert "larger than 100 MB" in row["error"]
    [event] = await desk.events("message.updated")
    assert event["message"]["attachments"][0]["state"] == "failed"


async def test_a_file_that_meta_forgot_is_given_up_at_once(desk: Desk, storage: FolderStorage) -> None:
    attachment = await _attachment(desk)
    await _fetcher(desk, Meta(JPEG, GraphRefused(refusal(100))), storage).sweep()
    assert (await _row(desk, attachment))["state"] == "failed"


async def test_a_file_that_never_comes_is_given_up_after_ten_tries(desk: Desk, storage: FolderStorage) -> None:
    attachment = await _attachment(desk)
    meta = Meta(JPEG, *[Interrupted("reset")] * 20)
    tries = 0
    while (await _row(desk, attachment))["state"] == "pending":
        tries += await _fetcher(desk, meta, storage).sweep()
        desk.clock.pass_(hours=25)
    row = await _row(desk, attachment)
    assert (tries, row["state"], row["error"]) == (10, "failed", "reset")


async def test_a_store_that_is_away_delays_the_file(desk: Desk, storage: FolderStorage) -> None:
    class Away(FolderStorage):
        async def put(self, key: str, source: Any, content_type: str) -> int:
            raise Unavailable("no route to the bucket")

    attachment = await _attachment(desk)
    await _fetcher(desk, Meta(), Away(Path("/nowhere"))).sweep()
    assert (await _row(desk, attachment))["state"] == "pending"
    desk.clock.pass_(seconds=6)
    await _fetcher(desk, Meta(), storage).sweep()
    assert (await _row(desk, attachment))["state"] == "stored"


async def test_a_fetch_that_died_is_due_again_after_its_lease(desk: Desk, storage: FolderStorage) -> None:
    class Dies(Meta):
        async def media_url(self, media_id: str) -> MediaLocation:
            raise KeyboardInterrupt

    attachment = await _attachment(desk)
    with pytest.raises(KeyboardInterrupt):
        await _fetcher(desk, Dies(), storage).sweep()
    assert await _fetcher(desk, Meta(), storage).sweep() == 0
    desk.clock.pass_(minutes=7)
    await _fetcher(desk, Meta(), storage).sweep()
    assert (await _row(desk, attachment))["state"] == "stored"


async def test_a_file_erased_while_it_was_fetched_leaves_no_object(
    desk: Desk, storage: FolderStorage, tmp_path: Path
) -> None:
    class Erases(Meta):
        async def media_url(self, media_id: str) -> MediaLocation:
            await desk.db.system.execute("delete from attachments")
            return await super().media_url(media_id)

    await _attachment(desk)
    await _fetcher(desk, Erases(), storage).sweep()
    assert _files(tmp_path) == []


@pytest.mark.parametrize(("declared", "head", "kept"), [
    ("image/jpeg", JPEG[:64], "image/jpeg"),
    ("image/jpeg", b"\x89PNG\r\n\x1a\n", "image/png"),
    ("image/png", b"<svg onload=alert(1)>", "application/octet-stream"),
    ("image/jpeg", b"<html><script>", "application/octet-stream"),
    ("image/jpeg", b"MZ\x90\x00", "application/octet-stream"),
    ("image/jpeg", b"OggS\x00", "application/octet-stream"),
    ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ("audio/ogg; codecs=opus", b"OggS\x00", "audio/ogg"),
    ("video/mp4", b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
    ("application/pdf", b"%PDF-1.7", "application/pdf"),
    ("", b"anything", "application/octet-stream"),
])  # fmt: skip
def test_a_file_is_shown_as_what_its_bytes_say(declared: str, head: bytes, kept: str) -> None:
    assert real_type(declared, head) == kept


async def test_an_address_that_ended_is_asked_for_again_in_the_same_try(desk: Desk, storage: FolderStorage) -> None:
    class Late(Meta):
        asked = 0

        async def media_url(self, media_id: str) -> MediaLocation:
            self.asked += 1
            return await super().media_url(media_id)

        @asynccontextmanager
        async def download_media(
            self, url: str, *, max_bytes: int, sha256: str | None, size: int | None = None
        ) -> AsyncIterator[MediaDownload]:
            if self.asked == 1:
                raise GraphRefused(replace(refusal(100), http_status=404))
            async with super().download_media(url, max_bytes=max_bytes, sha256=sha256, size=size) as download:
                yield download

    attachment, meta = await _attachment(desk), Late()
    await _fetcher(desk, meta, storage).sweep()
    row = await _row(desk, attachment)
    assert (row["state"], row["attempts"], meta.asked) == ("stored", 1, 2)


async def test_a_body_of_another_length_than_told_is_not_kept(
    desk: Desk, storage: FolderStorage, tmp_path: Path
) -> None:
    attachment, meta = await _attachment(desk), Meta(JPEG, TooLarge("much longer"))
    await _fetcher(desk, meta, storage).sweep()
    row = await _row(desk, attachment)
    assert (row["state"], "longer than the" in row["error"]) == ("pending", True)
    meta.told = len(JPEG) - 1
    desk.clock.pass_(seconds=6)
    await _fetcher(desk, meta, storage).sweep()
    row = await _row(desk, attachment)
    assert (row["state"], "Meta told" in row["error"]) == ("pending", True)
    assert _files(tmp_path) == []


async def test_a_file_that_meta_forgot_after_its_seven_days_is_said_to_be_expired(
    desk: Desk, storage: FolderStorage
) -> None:
    fresh, old = await _attachment(desk), await _attachment(desk)
    await desk.db.system.execute("update attachments set created_at = now() - interval '8 days' where id = $1", old)
    for _ in range(2):
        await _fetcher(desk, Meta(JPEG, GraphRefused(refusal(100)), GraphRefused(refusal(100))), storage).sweep()
    assert ((await _row(desk, fresh))["failure"], (await _row(desk, old))["failure"]) == ("gone", "expired")


async def test_a_file_rings_for_the_worker_at_its_commit(desk: Desk, storage: FolderStorage) -> None:
    wake = Wake(desk.db.url)
    await wake.listen("media")
    bell = wake.bell("media")
    await bell.wait(0.1)
    try:
        await _attachment(desk)
        assert await bell.wait(10)
    finally:
        await wake.close()


async def test_a_lease_is_renewed_while_the_file_is_fetched(
    desk: Desk, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_BEAT_SECONDS", 0.01)
    attachment, due = await _attachment(desk), list[Any]()

    class Slow(Meta):
        async def media_url(self, media_id: str) -> MediaLocation:
            for _ in range(2):
                due.append((await _row(desk, attachment))["due_at"])
                desk.clock.pass_(seconds=50)
                async with asyncio.timeout(10):
                    while (await _row(desk, attachment))["due_at"] == due[-1]:  # noqa: ASYNC110 - a row tells nobody
                        await asyncio.sleep(0.01)
            assert await _fetcher(desk, Meta(), storage).sweep() == 0  # nobody else takes it
            return await super().media_url(media_id)

    await _fetcher(desk, Slow(), storage).sweep()
    assert (await _row(desk, attachment))["state"] == "stored"
    assert due[1] > due[0]


async def test_a_try_that_takes_too_long_frees_its_place(desk: Desk, storage: FolderStorage) -> None:
    class Hangs(Meta):
        async def media_url(self, media_id: str) -> MediaLocation:
            await asyncio.Event().wait()
            raise AssertionError

    attachment = await _attachment(desk)
    fetcher = MediaFetcher(desk.db, cast(GraphClients, Hangs()), storage, Mail(VAULT), clock=desk.clock, longest=0.1)
    await fetcher.sweep()
    row = await _row(desk, attachment)
    assert (row["state"], "did not come" in row["error"]) == ("pending", True)
