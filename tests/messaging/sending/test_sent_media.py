"""Files that are sent: uploaded to WhatsApp once for each number, again when it has lost them, and never in the way."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID, uuid4

import pytest

from core.db.scope import tenant_scope
from core.errors import Conflict, Invalid, NotFound
from core.messaging.accounts import Account, GraphClients, find_account
from core.messaging.lanes import files
from core.messaging.media import SentMedia, Upload, Uploads
from core.messaging.media.named import named_files, with_ids
from core.messaging.media.sent import LEASE
from core.messaging.retry import retry
from core.renditions import Workshop
from core.storage import FolderStorage
from core.storage.protocol import CHUNK
from core.whatsapp.client import GraphRefused
from tests.messaging.intake.deliveries import apply, delivery, status
from tests.messaging.sending.conftest import Desk, PretendedMeta, refusal
from tests.storage.conftest import s3
from tests.storage.s3_server import S3Server, faulty_road, opened

__all__ = ["s3"]

PDF = b"%PDF-1.7 an invoice"


class Files(PretendedMeta):
    """A pretended Meta that also takes files. `stops` holds an upload up; `refuses` is raised by the next ones."""

    def __init__(self) -> None:
        super().__init__()
        self.uploaded: list[tuple[str, bytes, str, str]] = []
        self.going, self.on = asyncio.Event(), asyncio.Event()
        self.on.set()
        self.refuses: list[Exception] = []

    async def upload_media(self, phone_number_id: str, file: IO[bytes], mime_type: str, filename: str) -> str:
        self.going.set()
        await self.on.wait()
        if self.refuses:
            raise self.refuses.pop(0)
        self.uploaded.append((phone_number_id, file.read(), mime_type, filename))
        return f"media-{len(self.uploaded)}"


@pytest.fixture
def meta(desk: Desk) -> Files:
    desk.meta = Files()
    return desk.meta


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media")


@pytest.fixture
def sent(desk: Desk, meta: Files, storage: FolderStorage) -> SentMedia:
    desk.media = SentMedia(desk.db, cast(GraphClients, meta), storage, clock=desk.clock)
    return desk.media


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def upload(desk: Desk, storage: FolderStorage, data: bytes = PDF, kind: Any = None) -> UUID:
    with tenant_scope(desk.tenant.id):
        told = await Uploads(desk.db, storage, Workshop()).take(
            Upload("application/pdf", "facture.pdf", kind), _once(data), desk.tenant.agent_id)
    return UUID(told["id"])


async def account_of(desk: Desk) -> Account:
    found = await find_account(desk.db, desk.tenant.id, desk.tenant.account_id)
    assert found is not None
    return found


async def send(desk: Desk, attachment: UUID, conversation: UUID | None = None) -> Any:
    where = conversation or await desk.conversation()
    return await desk.submit(where, "", type="document", content={"attachment_id": str(attachment), "caption": "Voici"})


async def test_a_file_reaches_the_customer_and_hangs_on_its_message(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    attachment = await upload(desk, storage)
    message = await send(desk, attachment)
    [shown] = message.message["attachments"]
    assert (shown["state"], shown["filename"], shown["size"]) == ("stored", "facture.pdf", len(PDF))
    await desk.lanes().drain()
    [(_, payload)] = meta.posts
    assert payload["document"] == {"id": "media-1", "caption": "Voici"}
    assert meta.uploaded == [(desk.tenant.phone_number_id, PDF, "application/pdf", "facture.pdf")]
    assert (await desk.message(message))["status"] == "accepted"


async def test_a_file_is_uploaded_once_however_often_it_is_sent_until_whatsapp_forgets_it(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    for attachment in (await upload(desk, storage), await upload(desk, storage)):  # the same bytes twice
        await send(desk, attachment)
        await send(desk, attachment)
    await desk.lanes().drain()
    assert [payload["document"]["id"] for _, payload in meta.posts] == ["media-1"] * 4
    account = await account_of(desk)
    desk.clock.pass_(days=28)
    assert await sent.media_id(account, attachment) == "media-1"
    desk.clock.pass_(days=2)
    assert await sent.media_id(account, attachment) == "media-2"
    assert len(meta.uploaded) == 2


async def test_a_file_that_a_status_says_whatsapp_could_not_take_is_uploaded_again_on_retry(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    message = await send(desk, await upload(desk, storage))
    await desk.lanes().drain()
    wamid = (await desk.message(message))["wamid"]
    failed: dict[str, Any] = {"errors": [{"code": 131053, "title": "Media upload error"}]}
    await apply(desk.db, desk.tenant, delivery(desk.tenant, status(wamid, "failed", **failed)))
    with tenant_scope(desk.tenant.id):
        await retry(desk.db, UUID(message.message["id"]), desk.agent(), clock=desk.clock)
    await desk.lanes().drain()
    assert [payload["document"]["id"] for _, payload in meta.posts] == ["media-1", "media-2"]
    assert len(meta.uploaded) == 2


async def test_a_large_document_is_taken_and_sent_without_filling_the_memory(
    desk: Desk, storage: FolderStorage
) -> None:
    pieces, lengths = 240, list[int]()

    class Swallows(Files):
        async def upload_media(self, phone_number_id: str, file: IO[bytes], mime_type: str, filename: str) -> str:
            lengths.extend(iter(lambda: len(file.read(CHUNK)), 0))
            return "media-1"

    async def document() -> AsyncIterator[bytes]:
        yield PDF
        for _ in range(pieces):
            yield bytes(CHUNK)

    sent = SentMedia(desk.db, cast(GraphClients, Swallows()), storage, clock=desk.clock)
    tracemalloc.start()
    try:
        with tenant_scope(desk.tenant.id):
            told = await Uploads(desk.db, storage, Workshop()).take(
                Upload("application/pdf", "catalogue.pdf"), document(), desk.tenant.agent_id)
        await sent.media_id(await account_of(desk), UUID(told["id"]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(lengths) == told["size"] == len(PDF) + pieces * CHUNK
    assert peak < 16 * CHUNK


async def test_a_store_that_is_away_delays_the_message_that_has_the_file(
    desk: Desk, meta: Files, s3: S3Server
) -> None:
    bucket = await s3.new_bucket()
    async with faulty_road(s3.port) as road, opened(road.endpoint, bucket, timeout=0.5) as storage:
        desk.media = SentMedia(desk.db, cast(GraphClients, meta), storage, clock=desk.clock)
        message = await send(desk, await upload(desk, storage))  # type: ignore[arg-type]
        for mode in ("down", "refusing", "cut"):
            road.mode = mode
            await desk.lanes().drain()
            assert (await desk.message(message))["status"] == "queued", mode
            desk.clock.pass_(minutes=20)
        road.mode = "open"
        await desk.lanes().drain()
    assert (await desk.message(message))["status"] == "accepted"
    assert [(data, len(meta.posts)) for _, data, _, _ in meta.uploaded] == [(PDF, 1)]


async def test_many_who_ask_at_once_wait_for_one_upload(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    attachment, account = await upload(desk, storage), await account_of(desk)
    other = SentMedia(desk.db, cast(GraphClients, meta), storage, clock=desk.clock)  # another worker
    meta.on.clear()
    asked = [asyncio.create_task(one.media_id(account, attachment)) for one in (sent, other) * 5]
    await meta.going.wait()
    meta.on.set()
    assert set(await asyncio.gather(*asked)) == {"media-1"}
    assert len(meta.uploaded) == 1


@pytest.mark.parametrize("code", [100, 131009, 131053])
async def test_a_file_that_whatsapp_has_lost_is_uploaded_again_and_the_message_goes(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage, code: int
) -> None:
    attachment = await upload(desk, storage)
    await send(desk, attachment)
    await desk.lanes().drain()
    meta.planned.append(refusal(code))
    message = await send(desk, attachment)
    await desk.lanes().drain()
    assert [payload["document"]["id"] for _, payload in meta.posts] == ["media-1", "media-1", "media-2"]
    assert (await desk.message(message))["status"] == "accepted"


async def test_a_file_that_whatsapp_refuses_twice_fails_its_message_with_whatsapps_word(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    meta.planned += [refusal(131053), refusal(131053)]
    message = await send(desk, await upload(desk, storage))
    await desk.lanes().drain()
    row = await desk.message(message)
    assert (row["status"], row["error"]["code"], len(meta.posts)) == ("failed", 131053, 2)


async def test_an_upload_that_is_refused_fails_its_message_and_nothing_is_posted(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    meta.refuses.append(GraphRefused(refusal(100)))
    message = await send(desk, await upload(desk, storage))
    await desk.lanes().drain()
    assert ((await desk.message(message))["status"], meta.posts) == ("failed", [])


async def test_a_long_upload_holds_up_nobody_else_and_goes_on(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "WAIT_SECONDS", 0.05)
    meta.on.clear()
    message = await send(desk, await upload(desk, storage))
    await desk.submit(await desk.conversation(), "a text to somebody else")
    await desk.lanes().drain()
    assert [payload["type"] for _, payload in meta.posts] == ["text"]
    assert (await desk.message(message))["status"] == "queued"
    [attempt] = await desk.attempts(message)
    assert attempt["error"]["title"] == "The file is not at WhatsApp yet"
    meta.on.set()
    await asyncio.gather(*sent._under_way.values())
    monkeypatch.setattr(files, "WAIT_SECONDS", 5.0)
    desk.clock.pass_(minutes=10)
    await desk.lanes().drain()
    assert (await desk.message(message))["status"] == "accepted"
    assert len(meta.uploaded) == 1


async def test_a_worker_that_dies_of_an_upload_is_followed_by_another_after_a_minute(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    attachment, account = await upload(desk, storage), await account_of(desk)
    await desk.db.system.execute(
        "insert into media_ids (tenant_id, account_id, sha256, mime_type, pushing_until) "
        "select tenant_id, $2, sha256, mime_type, $3 from attachments where id = $1",
        attachment, account.id, desk.clock() + LEASE,
    )
    waiting = asyncio.create_task(sent.media_id(account, attachment))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.6)
    assert meta.uploaded == []
    desk.clock.pass_(seconds=61)
    assert await waiting == "media-1"


async def test_what_cannot_be_sent_is_refused_before_it_is_queued(
    desk: Desk, other_desk: Desk, meta: Files, storage: FolderStorage
) -> None:
    with pytest.raises(NotFound, match="no such attachment"):
        await send(desk, uuid4())
    with pytest.raises(NotFound):
        await send(desk, await upload(other_desk, storage))
    attachment = await upload(desk, storage)
    with pytest.raises(Invalid, match="WhatsApp takes for image: image/jpeg, image/png"):
        await desk.submit(await desk.conversation(), "", type="image", content={"attachment_id": str(attachment)})
    await desk.db.system.execute("update attachments set state = 'pending', storage_key = null")
    with pytest.raises(Conflict, match="not here"):
        await send(desk, attachment)
    assert await desk.db.system.fetchval("select count(*) from messages") == 0


async def test_a_customers_own_picture_can_be_sent_on(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    theirs = await desk.customer_writes(await desk.conversation())
    key = f"{desk.tenant.id}/attachments/x"
    await storage.put(key, b"\xff\xd8\xff picture", "image/jpeg")
    attachment = await desk.db.system.fetchval(
        "insert into attachments (tenant_id, message_id, kind, mime_type, sha256, size, state, storage_key) "
        "values ($1, $2, 'image', 'image/jpeg', 'ab', 11, 'stored', $3) returning id", desk.tenant.id, theirs, key)
    await desk.submit(await desk.conversation(), "", type="image", content={"attachment_id": str(attachment)})
    await desk.lanes().drain()
    assert meta.uploaded[0][1] == b"\xff\xd8\xff picture"


async def test_the_files_of_a_template_and_of_its_cards_reach_the_customer(
    desk: Desk, meta: Files, sent: SentMedia, storage: FolderStorage
) -> None:
    async def film(name: str) -> UUID:
        await storage.put(f"{desk.tenant.id}/uploads/{name}", name.encode(), "video/mp4")
        found: UUID = await desk.db.system.fetchval(
            "insert into attachments (tenant_id, kind, mime_type, sha256, size, state, storage_key, uploaded_by) "
            "values ($1, 'video', 'video/mp4', $4, 1, 'stored', $2, $3) returning id",
            desk.tenant.id, f"{desk.tenant.id}/uploads/{name}", desk.tenant.agent_id, name)
        return found

    def header(kind: str, file: UUID) -> dict[str, Any]:
        return {"type": "header", "parameters": [{"type": kind, kind: {"attachment_id": str(file)}}]}

    cards = [{"card_index": at, "components": [header("video", await film(f"card-{at}"))]} for at in (0, 1)]
    content = {"name": "riads", "language": {"code": "fr"},
               "components": [header("gif", await film("whole")), {"type": "carousel", "cards": cards}]}
    message = await desk.submit(await desk.conversation(), "", type="template", content=content)
    assert [one["kind"] for one in message.message["attachments"]] == ["video"] * 3
    await desk.lanes().drain()
    assert [data for _, data, *_ in meta.uploaded] == [b"whole", b"card-0", b"card-1"]
    [(_, payload)] = meta.posts
    whole, carousel = payload["template"]["components"]
    headers = [whole, *(card["components"][0] for card in carousel["cards"])]
    ids = [told[told["type"]] for header in headers for told in header["parameters"]]
    assert [list(one) for one in ids] == [["id"]] * 3
    assert len({one["id"] for one in ids}) == 3


async def test_a_header_and_a_template_parameter_may_name_a_file() -> None:
    one, two = uuid4(), uuid4()
    content = {"header": {"type": "image", "image": {"attachment_id": str(one)}}, "components": [
        {"parameters": [{"type": "document", "document": {"attachment_id": str(two), "filename": "f.pdf"}}]}]}
    assert list(named_files("interactive", content)) == [("image", one, None), ("document", two, "f.pdf")]
    filled = with_ids(content, {one: "1", two: "2"})
    assert filled["header"]["image"] == {"id": "1"}
    assert filled["components"][0]["parameters"][0]["document"] == {"id": "2", "filename": "f.pdf"}
