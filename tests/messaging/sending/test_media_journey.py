"""Files on their whole way: from a simulated phone into the store and onto a screen, from an agent to the phone; with
previews, with Meta's faults, and with a store that stops, hangs, refuses and breaks off."""

import asyncio
import io
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from PIL import Image

from core.db.scope import tenant_scope
from core.egress import Egress
from core.mail import Mail
from core.messaging.accounts import GraphClients
from core.messaging.media import MediaFetcher, PreviewMaker, SentMedia, Upload, Uploads
from core.renditions import Workshop
from core.storage import FolderStorage, S3Storage
from tests.messaging.sending.conftest import Desk
from tests.messaging.sending.test_media import JPEG, Meta, _attachment, _fetcher, _row
from tests.messaging.sending.test_with_sandbox import Box, box
from tests.renditions import samples
from tests.seed import VAULT
from tests.storage.conftest import s3
from tests.storage.s3_server import FaultyRoad, S3Server, faulty_road, opened

__all__ = ["box", "s3"]


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media")


@pytest.fixture
async def clients() -> AsyncIterator[GraphClients]:
    async with Egress(allow=["127.0.0.0/8"]) as egress:
        yield GraphClients(egress, VAULT)


async def _from_phone(desk: Desk, box: Box, kind: str, mime_type: str, data: bytes) -> UUID:
    """As intake stores what the phone's owner sends."""
    medium = await box.ask("POST", "media", files={"file": ("file", data, mime_type)})
    message = await desk.customer_writes(await desk.conversation())
    await desk.db.system.execute("update messages set type = $2 where id = $1", message, kind)
    return cast(UUID, await desk.db.system.fetchval(
        "insert into attachments (tenant_id, message_id, kind, media_id, mime_type, sha256, due_at) "
        "values ($1, $2, $3, $4, $5, $6, $7) returning id",
        desk.tenant.id, message, kind, medium["id"], mime_type, medium["sha256"], desk.clock()))


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_what_a_customer_sends_is_kept_and_can_be_looked_at(
    desk: Desk, box: Box, clients: GraphClients, storage: FolderStorage
) -> None:
    picture = samples.picture(size=(1600, 1200))
    sent = {"image": ("image/jpeg", picture), "video": ("video/mp4", samples.video()),
            "audio": ("audio/ogg", samples.sound()), "document": ("application/pdf", b"%PDF-1.7")}  # fmt: skip
    found = {kind: await _from_phone(desk, box, kind, *one) for kind, one in sent.items()}
    hostile = await _from_phone(desk, box, "image", "image/png", samples.png_bomb())
    assert await MediaFetcher(desk.db, clients, storage, Mail(VAULT), clock=desk.clock).sweep() == 5
    desk.clock.pass_(seconds=1)
    assert await PreviewMaker(desk.db, storage, Workshop(), clock=desk.clock).sweep() == 4
    told: dict[str, Any] = {}
    for event in await desk.events("message.updated"):
        for one in event["message"]["attachments"]:
            told[one["id"]] = one
    shown = {kind: told[str(one)] for kind, one in found.items()}
    assert [one["state"] for one in shown.values()] == ["stored"] * 4
    assert (shown["image"]["thumbnail"], shown["image"]["width"], shown["image"]["height"]) == (True, 1600, 1200)
    assert (shown["video"]["thumbnail"], shown["video"]["duration"]) == (True, 1.0)
    assert (shown["audio"]["thumbnail"], len(shown["audio"]["waveform"])) == (False, 64)
    assert (shown["document"]["thumbnail"], shown["document"]["waveform"]) == (False, None)
    row = await _row(desk, found["image"])
    small = Image.open(io.BytesIO(await storage.get(row["thumbnail_key"])))
    assert small.size == (640, 480)
    bomb = await _row(desk, hostile)
    assert (bomb["state"], bomb["thumbnail_key"], bomb["preview_due_at"]) == ("stored", None, None)


@pytest.mark.parametrize("fault", ["media_oversize", "media_corrupt"])
async def test_a_body_that_is_not_what_meta_told_is_cut_and_fetched_again(
    desk: Desk, box: Box, clients: GraphClients, storage: FolderStorage, fault: str
) -> None:
    attachment = await _from_phone(desk, box, "image", "image/jpeg", JPEG)
    await box.ask("PUT", f"faults/{fault}", json={"count": 1})
    fetcher = MediaFetcher(desk.db, clients, storage, Mail(VAULT), clock=desk.clock)
    await fetcher.sweep()
    assert (await _row(desk, attachment))["state"] == "pending"
    assert [key async for key in storage.keys(str(desk.tenant.id))] == []
    desk.clock.pass_(seconds=6)
    await fetcher.sweep()
    row = await _row(desk, attachment)
    assert row["state"] == "stored"
    assert await storage.get(row["storage_key"]) == JPEG


async def test_what_an_agent_sends_reaches_the_phone_and_is_uploaded_once(
    desk: Desk, box: Box, clients: GraphClients, storage: FolderStorage
) -> None:
    desk.http_timeout = 10
    uploads = Uploads(desk.db, storage, Workshop())
    with tenant_scope(desk.tenant.id):
        told = await uploads.take(Upload("audio/webm", "voice.webm", voice=True), _once(samples.sound("webm")),
                                  desk.tenant.agent_id)  # fmt: skip
    assert desk.delivery is not None
    desk.delivery._files._sent = SentMedia(desk.db, clients, storage, clock=desk.clock)
    conversation = await desk.conversation(phone="212600000101")
    for _ in range(2):
        content = {"attachment_id": told["id"], "voice": True}
        message = await desk.submit(conversation, "", type="audio", content=content)
        await desk.lanes().drain()
        row = await desk.message(message)
        assert row["wamid"] is not None, row["error"]
    assert await desk.db.system.fetchval("select count(*) from media_ids where media_id is not null") == 1
    ledger = await box.ask("GET", "ledger")
    assert ledger["sends"]["accepted"] == 2


async def test_what_a_customer_sent_is_forwarded_to_another_without_an_upload_here(
    desk: Desk, box: Box, clients: GraphClients, storage: FolderStorage
) -> None:
    desk.http_timeout = 10
    ogg = "audio/ogg; codecs=opus"  # as Meta tells of a voice message
    found = {"image": await _from_phone(desk, box, "image", "image/jpeg", samples.picture()),
             "audio": await _from_phone(desk, box, "audio", ogg, samples.sound())}
    assert await MediaFetcher(desk.db, clients, storage, Mail(VAULT), clock=desk.clock).sweep() == 2
    assert desk.delivery is not None
    desk.delivery._files._sent = SentMedia(desk.db, clients, storage, clock=desk.clock)
    other = await desk.conversation(phone="212600000102")
    for kind, more in (("image", {"caption": "Look"}), ("audio", {"voice": True})):
        message = await desk.submit(other, "", type=kind, content={"attachment_id": str(found[kind]), **more})
        await desk.lanes().drain()
        row = await desk.message(message)
        assert row["wamid"] is not None, row["error"]
        kept = await desk.db.system.fetch("select storage_key from attachments where id = $1 or message_id = $2",
                                          found[kind], row["id"])  # fmt: skip
        assert (len(kept), len({one["storage_key"] for one in kept})) == (2, 1)
    assert (await box.ask("GET", "ledger"))["sends"]["accepted"] == 2


@pytest.fixture
async def road(s3: S3Server) -> AsyncIterator[FaultyRoad]:
    async with faulty_road(s3.port) as found:
        yield found


@pytest.fixture
async def bucket(s3: S3Server, road: FaultyRoad) -> AsyncIterator[S3Storage]:
    async with opened(road.endpoint, await s3.new_bucket(), timeout=0.5) as found:
        yield found


@pytest.mark.parametrize("mode", ["down", "silent", "refusing", "half"])
async def test_a_store_that_fails_delays_files_and_nothing_else(
    desk: Desk, road: FaultyRoad, bucket: S3Storage, mode: str
) -> None:
    attachment = await _attachment(desk)
    road.mode = mode
    async with asyncio.timeout(30):  # the place is free again
        await _fetcher(desk, Meta(), bucket).sweep()
    row = await _row(desk, attachment)
    assert (row["state"], row["storage_key"]) == ("pending", None)
    text = await desk.submit(await desk.conversation(), "a text meanwhile")
    await desk.lanes().drain()
    assert (await desk.message(text))["status"] == "accepted"
    road.mode = "open"
    assert [key async for key in bucket.keys(str(desk.tenant.id))] == []
    desk.clock.pass_(seconds=6)
    await _fetcher(desk, Meta(), bucket).sweep()
    row = await _row(desk, attachment)
    assert row["state"] == "stored"
    assert await bucket.get(row["storage_key"]) == JPEG
    assert [key async for key in bucket.keys(str(desk.tenant.id))] == [row["storage_key"]]


async def test_a_preview_waits_for_its_store_and_a_worker_that_dies_of_a_file_meets_it_three_times(
    desk: Desk, storage: FolderStorage
) -> None:
    attachment = await _attachment(desk)
    await _fetcher(desk, Meta(samples.picture()), storage).sweep()

    class Dies(Workshop):
        async def make(self, *given: Any, **named: Any) -> Any:
            raise KeyboardInterrupt

    for _ in range(3):
        desk.clock.pass_(minutes=5)
        with pytest.raises(KeyboardInterrupt):
            await PreviewMaker(desk.db, storage, Dies(), clock=desk.clock).sweep()
    desk.clock.pass_(minutes=5)
    assert await PreviewMaker(desk.db, storage, Dies(), clock=desk.clock).sweep() == 0
    assert (await _row(desk, attachment))["state"] == "stored"


async def test_a_large_file_passes_through_without_filling_the_memory(desk: Desk, storage: FolderStorage) -> None:
    attachment = await _attachment(desk)
    data = b"\xff\xd8\xff" + bytes(60 * 1024 * 1024)
    meta = Meta(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await _fetcher(desk, meta, storage).sweep()
    assert (await _row(desk, attachment))["size"] == len(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024  # KiB
