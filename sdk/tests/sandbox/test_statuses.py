"""What becomes of what the business sends."""

from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Send, Write


def told(hook: "Hook", answer: httpx2.Response) -> list[str]:
    """The statuses of one send, in the order of arrival."""
    wamid = answer.json()["messages"][0]["id"]
    return [status["status"] for status in hook.statuses if status["id"] == wamid]


async def test_a_reply_is_accepted_sent_delivered_and_read_when_the_phone_is_opened(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    answer = await send(biz_opaque_callback_data="attempt-1")
    assert answer.json()["contacts"] == [{"input": "+212600000101", "wa_id": "212600000101"}]
    await hook.until(lambda: told(hook, answer) == ["sent", "delivered"])
    assert (await sandbox.post("/sandbox/api/phones/amina/open")).json() == {"read": 1}
    await hook.until(lambda: told(hook, answer) == ["sent", "delivered", "read"])
    assert {status["biz_opaque_callback_data"] for status in hook.statuses} == {"attempt-1"}
    assert hook.statuses[0]["pricing"]["category"] == "service"


async def test_a_phone_without_blue_ticks_reads_in_silence(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    await sandbox.patch("/sandbox/api/phones/amina", json={"blue_ticks": False})
    answer = await send()
    await hook.until(lambda: told(hook, answer) == ["sent", "delivered"])
    await sandbox.post("/sandbox/api/phones/amina/open")
    second = await send()
    await hook.until(lambda: told(hook, second) == ["sent", "delivered"])
    assert told(hook, answer) == ["sent", "delivered"]
    shown = (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"]
    assert shown[1]["status"] == "read"


async def test_an_offline_phone_gets_its_messages_when_it_is_back(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    await sandbox.patch("/sandbox/api/phones/amina", json={"online": False})
    answer = await send()
    await hook.until(lambda: told(hook, answer) == ["sent"])
    await sandbox.patch("/sandbox/api/phones/amina", json={"online": True})
    await hook.until(lambda: told(hook, answer) == ["sent", "delivered"])


async def test_free_text_outside_the_window_is_accepted_and_then_fails_with_131047(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    await sandbox.post("/sandbox/api/clock", json={"advance": 24 * 3600 + 1})
    answer = await send()
    assert answer.status_code == 200
    await hook.until(lambda: told(hook, answer) == ["failed"])
    assert hook.statuses[-1]["errors"][0]["code"] == 131047
    assert "contacts" not in hook.values[-1]
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    allowed = await send(type="template", template=template)
    assert allowed.json()["messages"][0]["message_status"] == "accepted"
    await hook.until(lambda: told(hook, allowed) == ["sent", "delivered"])


async def test_a_customer_without_a_number_is_reached_and_reported_by_bsuid(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write("yasmine", text="Coucou")
    user_id = (await sandbox.get("/sandbox/api/phones/yasmine")).json()["bsuid"]
    answer = await send(recipient=user_id)
    assert answer.json()["contacts"] == [{"input": user_id, "user_id": user_id}]
    await hook.until(lambda: told(hook, answer) == ["sent", "delivered"])
    sent, delivered = (value for value in hook.values if "statuses" in value)
    assert sent["statuses"][0]["recipient_user_id"] == user_id
    assert "recipient_id" not in sent["statuses"][0]
    assert "username" not in sent["contacts"][0]["profile"]
    assert delivered["contacts"][0]["profile"]["username"] == "yasmine.b"


async def test_statuses_come_twice_and_without_delivered_when_asked(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    await sandbox.patch("/sandbox/api/delivery", json={"duplicate_status": 1, "skip_delivered": 1})
    await sandbox.patch("/sandbox/api/phones/amina", json={"auto_read": True})
    answer = await send()
    await hook.until(lambda: sorted(told(hook, answer)) == ["read", "read", "sent", "sent"])


async def test_a_reaction_is_only_ever_sent(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    wamid = await write()
    reaction: dict[str, Any] = {"message_id": wamid, "emoji": "👍"}
    answer = await send(type="reaction", reaction=reaction)
    text = await send()
    await hook.until(lambda: told(hook, text) == ["sent", "delivered"])
    assert told(hook, answer) == ["sent"]
    shown = (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"]
    assert shown[0]["reactions"] == {"business": "👍"}


async def test_read_receipt_with_typing_marks_everything_before_it(sandbox: httpx2.AsyncClient, write: "Write") -> None:
    await write(text="1")
    second = await write(text="2")
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": second,
        "typing_indicator": {"type": "text"},
    }
    answer = await sandbox.post("/v26.0/106540352242922/messages", json=body)
    assert answer.json() == {"success": True}
    shown = (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"]
    assert [message["status"] for message in shown] == ["read", "read"]
    assert (await sandbox.get("/sandbox/api/phones/amina")).json()["typing"] is True


async def test_message_history_tells_the_delivery_events(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    answer = await send()
    await hook.until(lambda: told(hook, answer) == ["sent", "delivered"])
    query = {"message_id": answer.json()["messages"][0]["id"]}
    history = (await sandbox.get("/v26.0/106540352242922/message_history", params=query)).json()["data"][0]
    assert [event["delivery_status"] for event in history["events"]["data"]] == ["SENT", "DELIVERED"]
