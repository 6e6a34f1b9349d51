"""Webhooks leave signed, are retried until a 200, and misbehave on request."""

import asyncio
import json
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Hook, Send, Start, Write


async def test_a_customer_message_arrives_signed_over_its_exact_bytes(hook: "Hook", write: "Write") -> None:
    wamid = await write("amina", text="مرحبا")
    await hook.until(lambda: bool(hook.messages))
    assert hook.signed(0)
    assert hook.bodies[0].isascii()
    value, message = hook.values[0], hook.messages[0]
    assert value["metadata"]["phone_number_id"] == "106540352242922"
    assert value["contacts"][0]["wa_id"] == message["from"] == "212600000101"
    assert message["from_user_id"] == value["contacts"][0]["user_id"]
    assert message["id"] == wamid
    assert message["text"] == {"body": "مرحبا"}


async def test_a_customer_without_a_number_is_named_by_bsuid_and_username_alone(hook: "Hook", write: "Write") -> None:
    await write("yasmine", text="Coucou")
    await hook.until(lambda: bool(hook.messages))
    contact, message = hook.values[0]["contacts"][0], hook.messages[0]
    assert "from" not in message
    assert "wa_id" not in contact
    assert contact["profile"] == {"name": "Yasmine", "username": "yasmine.b"}
    assert message["from_user_id"] == contact["user_id"]


async def test_a_refused_webhook_is_retried_until_it_is_taken(
    hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    await sandbox.patch("/sandbox/api/delivery", json={"speed": 100})
    hook.answers = [503, 401, 302]
    await write()
    await hook.until(lambda: len(hook.bodies) == 4)
    assert len(set(hook.bodies)) == 1
    await _settled(sandbox)
    webhook = (await sandbox.get("/sandbox/api/ledger")).json()["webhooks"]
    assert webhook["delivered"] == 1
    assert [attempt["status"] for attempt in webhook["items"][0]["attempts"]] == [503, 401, 302, 200]


async def test_webhooks_come_twice_when_asked(hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write") -> None:
    await sandbox.patch("/sandbox/api/delivery", json={"duplicate": 1, "copies": 2})
    await write()
    await hook.until(lambda: len(hook.bodies) == 3)
    assert len({message["id"] for message in hook.messages}) == 1


async def test_updates_are_batched_into_one_webhook(hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write") -> None:
    await sandbox.patch("/sandbox/api/delivery", json={"batch": 3, "batch_wait": 5000})
    wamids = [await write(text=str(number)) for number in range(3)]
    await hook.until(lambda: len(hook.bodies) == 1)
    assert [message["id"] for message in hook.messages] == wamids


async def test_a_pushed_payload_is_signed_repeated_and_its_signature_can_be_wrong(
    hook: "Hook", sandbox: httpx2.AsyncClient
) -> None:
    payload = {"object": "whatsapp_business_account", "entry": []}
    await sandbox.post("/sandbox/api/deliver", json={"payload": payload, "copies": 2})
    await hook.until(lambda: len(hook.bodies) == 2)
    assert json.loads(hook.bodies[0]) == payload
    assert hook.signed(0)
    await sandbox.post("/sandbox/api/deliver", json={"payload": payload, "signature": "sha256=00"})
    await hook.until(lambda: len(hook.bodies) == 3)
    assert not hook.signed(2)


async def test_verification_sends_the_challenge_and_reports_the_echo(sandbox: httpx2.AsyncClient) -> None:
    answer = (await sandbox.post("/sandbox/api/webhook/verification")).json()
    assert answer == {"ok": True, "status": 200, "error": None}


async def test_an_override_with_a_wrong_verify_token_is_refused_and_not_kept(
    hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    body = {"override_callback_uri": hook.url + "?x=1", "verify_token": "wrong"}
    answer = await sandbox.post("/v26.0/102290129340398/subscribed_apps", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2200
    await write()
    await hook.until(lambda: bool(hook.messages))


async def test_a_restart_keeps_phones_threads_media_and_what_was_not_yet_taken(
    hook: "Hook", start: "Start", tmp_path: "Path"
) -> None:
    first = await start(tmp_path)
    hook.answers = [500]
    sent = {"type": "image", "image": {"sample": True, "caption": "Voici"}}
    wamid = (await first.post("/sandbox/api/phones/lucas/messages", json=sent)).json()["wamid"]
    await hook.until(lambda: len(hook.bodies) == 1)
    await _on_disk(tmp_path)
    second = await start(tmp_path)
    await hook.until(lambda: len(hook.bodies) >= 2)
    assert hook.bodies[1] == hook.bodies[0]
    message = (await second.get("/sandbox/api/phones/lucas/messages")).json()["items"][0]
    assert message["wamid"] == wamid
    assert (await second.get(f"/sandbox/api/media/{message['content']['id']}")).content.startswith(b"\x89PNG")


async def test_statuses_that_overtake_the_answer_still_end_as_read(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    await hook.until(lambda: bool(hook.messages))
    await sandbox.patch("/sandbox/api/delivery", json={"before_answer": 1})
    answer = await send()
    assert [status["status"] for status in hook.statuses][:1] == ["sent"]
    assert hook.statuses[0]["id"] == answer.json()["messages"][0]["id"]


async def _settled(sandbox: httpx2.AsyncClient) -> None:
    """Wait for the sandbox to have noted the answers it got."""
    async with asyncio.timeout(5):
        while (await sandbox.get("/healthz")).json()["pending_webhooks"]:  # noqa: ASYNC110  another process's news
            await asyncio.sleep(0.01)


async def _on_disk(folder: "Path") -> None:
    """Wait for the snapshot to hold the pending webhook: what a SIGKILL would leave."""
    path = folder / "sandbox.json"
    async with asyncio.timeout(8):
        while not (path.exists() and json.loads(path.read_bytes())["pending"]):  # noqa: ASYNC110  a file appears
            await asyncio.sleep(0.02)
