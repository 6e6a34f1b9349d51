"""An independent client library talks to the sandbox, and reads what it emits, without noticing."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from pywa_async.client import WhatsApp
from pywa_async.errors import WhatsAppError
from pywa_async.handlers import (
    AccountUpdateHandler,
    DeletedMessageHandler,
    EditedMessageHandler,
    MessageHandler,
    MessageStatusHandler,
    OutgoingMessageHandler,
)
from pywa_async.types.account_update import AccountUpdate, AccountUpdateEvent
from pywa_async.types.callback import Button
from pywa_async.types.message import Message
from pywa_async.types.message_status import MessageStatus, MessageStatusType
from pywa_async.types.others import Pagination

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Write

PHONE_NUMBER_ID, WABA_ID, AMINA = "106540352242922", "102290129340398", "212600000101"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Client:
    """pywa pointed at the sandbox, fed by the hook, with what its handlers were given."""

    def __init__(self, wa: WhatsApp) -> None:
        self.wa = wa
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.statuses: asyncio.Queue[Any] = asyncio.Queue()

    async def feed(self, body: bytes, signature: str) -> None:
        assert await self.wa.webhook_update_validator(body, signature) is None
        await self.wa.webhook_update_handler(body)

    async def message(self) -> Any:
        return await asyncio.wait_for(self.messages.get(), 10)

    async def status(self) -> Any:
        return await asyncio.wait_for(self.statuses.get(), 10)


@pytest.fixture
async def client(sandbox: httpx2.AsyncClient, hook: "Hook") -> AsyncIterator[Client]:
    session = httpx.AsyncClient(trust_env=False, timeout=10)
    wa = WhatsApp(
        phone_id=PHONE_NUMBER_ID, token="graph-token", session=session, server=None, verify_token="verify-token",
        app_secret="app-secret", waba_id=WABA_ID,
    )  # fmt: skip
    session.base_url = httpx.URL(f"{sandbox.base_url}/v26.0")
    made = Client(wa)

    async def keep_message(_: Any, message: Message) -> None:
        made.messages.put_nowait(message)

    async def keep_status(_: Any, status: MessageStatus[Any]) -> None:
        made.statuses.put_nowait(status)

    wa.add_handlers(MessageHandler(keep_message), MessageStatusHandler(keep_status))
    hook.handler = made.feed
    yield made
    await session.aclose()


async def test_text_is_sent_and_followed_to_read(client: Client, sandbox: httpx2.AsyncClient, write: "Write") -> None:
    await write("amina", text="سلام")
    asked = await client.message()
    assert (asked.text, asked.from_user.wa_id, asked.from_user.name) == ("سلام", AMINA, "أمينة العلوي")
    sent = await client.wa.send_message(AMINA, "Bonjour", reply_to_message_id=asked.id, tracker="attempt-1")
    assert sent.id.startswith("wamid.")
    first, second = await client.status(), await client.status()
    assert [first.status, second.status] == [MessageStatusType.SENT, MessageStatusType.DELIVERED]
    assert (first.id, first.tracker) == (sent.id, "attempt-1")
    await sandbox.post("/sandbox/api/phones/amina/open")
    assert (await client.status()).status == MessageStatusType.READ


async def test_an_uploaded_picture_is_sent_and_downloaded_again(client: Client, write: "Write") -> None:
    await write()
    media = await client.wa.upload_media(PICTURE, mime_type="image/png", filename="a.png")
    sent = await client.wa.send_image(AMINA, media.id, caption="Voici")
    assert sent.id.startswith("wamid.")
    link = await client.wa.get_media_url(media.id)
    assert (link.mime_type, link.file_size) == ("image/png", len(PICTURE))
    assert await client.wa.get_media_bytes(link.url) == PICTURE
    assert (await client.wa.delete_media(media.id)).success


async def test_a_customers_picture_reply_reaction_and_location_are_understood(client: Client, write: "Write") -> None:
    wamid = await write("lucas", type="image", image={"sample": True, "caption": "Abîmé"})
    picture = await client.message()
    assert (picture.id, picture.caption, picture.image.mime_type) == (wamid, "Abîmé", "image/png")
    assert (await picture.image.get_bytes()).startswith(b"\x89PNG")
    sent = await client.wa.send_message("33600000102", "Désolé")
    await write("lucas", text="Merci", reply_to=sent.id)
    reply = await client.message()
    assert (reply.text, reply.reply_to_message.id) == ("Merci", sent.id)
    await write("lucas", type="reaction", reaction={"message_id": sent.id, "emoji": "🙏"})
    reaction = await client.message()
    assert (reaction.reaction.emoji, reaction.reaction.message_id) == ("🙏", sent.id)
    await write("lucas", type="location", location={"latitude": 33.5, "longitude": -7.6})
    assert (await client.message()).location.latitude == 33.5


async def test_a_customer_without_a_number_is_answered_by_bsuid(client: Client, write: "Write") -> None:
    await write("yasmine", text="Coucou")
    asked = await client.message()
    assert asked.from_user.wa_id is None
    assert asked.from_user.username == "yasmine.b"
    sent = await asked.reply("Bonjour Yasmine")
    assert sent.chat.id == asked.from_user.bsuid
    assert (await client.status()).from_user.bsuid == asked.from_user.bsuid


async def test_reactions_buttons_templates_and_receipts_are_taken(client: Client, write: "Write") -> None:
    wamid = await write()
    await client.wa.send_reaction(AMINA, "👍", wamid)
    await client.wa.send_message(AMINA, "Que préférez-vous ?", buttons=[Button("Échange", "swap")])
    assert (await client.wa.mark_message_as_read(wamid)).success
    assert (await client.wa.indicate_typing(wamid)).success
    templates = await client.wa.get_templates(pagination=Pagination(limit=4))
    assert (len(templates), templates.has_next, templates.total_count) == (4, True, 12)
    following: Any = templates.next()
    assert len(await following) == 4
    number = await client.wa.get_business_phone_number()
    assert (number.id, number.verified_name) == (PHONE_NUMBER_ID, "Atlas Store")


async def test_news_of_the_account_is_understood(client: Client, sandbox: httpx2.AsyncClient) -> None:
    news: asyncio.Queue[AccountUpdate] = asyncio.Queue()

    async def keep(_: Any, update: AccountUpdate) -> None:
        news.put_nowait(update)

    client.wa.add_handlers(AccountUpdateHandler(keep))
    told = await sandbox.post(f"/sandbox/api/numbers/{PHONE_NUMBER_ID}/updates", json={"field": "account_update"})
    assert told.status_code == 200
    update = await asyncio.wait_for(news.get(), 10)
    assert (update.id, update.event) == (WABA_ID, AccountUpdateEvent.ACCOUNT_RECONNECTED)


async def test_edits_revocations_and_the_apps_own_messages_are_understood(
    client: Client, sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    news: asyncio.Queue[Any] = asyncio.Queue()

    async def keep(_: Any, update: Any) -> None:
        news.put_nowait(update)

    client.wa.add_handlers(EditedMessageHandler(keep), DeletedMessageHandler(keep), OutgoingMessageHandler(keep))
    phone, wamid = "/sandbox/api/phones/amina", await write("amina", text="Bonjuor")
    await sandbox.post(f"{phone}/edits", json={"message": wamid, "text": "Bonjour"})
    edited = await asyncio.wait_for(news.get(), 10)
    assert (edited.message.id, edited.message.text) == (wamid, "Bonjour")
    await sandbox.post(f"{phone}/revocations", json={"message": wamid})
    assert (await asyncio.wait_for(news.get(), 10)).original_message_id == wamid
    await sandbox.post(f"{phone}/echoes", json={"type": "text", "text": {"body": "Depuis mon téléphone"}})
    assert (await asyncio.wait_for(news.get(), 10)).text == "Depuis mon téléphone"


async def test_refusals_become_the_librarys_own_errors(client: Client, sandbox: httpx2.AsyncClient) -> None:
    with pytest.raises(WhatsAppError) as refused:
        await client.wa.send_message(AMINA, "x" * 4097)
    assert refused.value.code == 100
    await sandbox.put("/sandbox/api/faults/throughput_130429", json={"count": 1})
    with pytest.raises(WhatsAppError) as limited:
        await client.wa.send_message(AMINA, "Bonjour")
    assert limited.value.code == 130429
