"""What customers do besides writing: they edit, delete, move to a new number, want no marketing; and the app echoes."""

from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Send, Write

AMINA = "/sandbox/api/phones/amina"


async def test_a_customer_edits_and_deletes_what_they_wrote(
    hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    await write(text="Bonjuor")
    await hook.until(lambda: len(hook.messages) == 1)
    wamid = hook.messages[0]["id"]
    await sandbox.post(f"{AMINA}/edits", json={"message": wamid, "text": "Bonjour"})
    await sandbox.post(f"{AMINA}/revocations", json={"message": wamid})
    await hook.until(lambda: len(hook.messages) == 3)
    edit, revoke = hook.messages[1:]
    assert edit["edit"] == {"original_message_id": wamid, "message": {"type": "text", "text": {"body": "Bonjour"}}}
    assert (revoke["type"], revoke["revoke"]) == ("revoke", {"original_message_id": wamid})


async def test_what_is_written_edited_and_deleted_in_the_app_comes_as_echoes(
    hook: "Hook", sandbox: httpx2.AsyncClient
) -> None:
    made = await sandbox.post(f"{AMINA}/echoes", json={"text": "De mon téléphone"})
    wamid = made.json()["wamid"]
    await sandbox.post(f"{AMINA}/edits", json={"message": wamid, "text": "De mon mobile"})
    await hook.until(lambda: len(hook.changes) == 2)
    assert {change["field"] for change in hook.changes} == {"smb_message_echoes"}
    first, second = (value["message_echoes"][0] for value in hook.values)
    assert (first["from"], first["to"], first["text"]) == ("15550100200", "212600000101", {"body": "De mon téléphone"})
    assert second["edit"]["original_message_id"] == wamid


async def test_a_new_number_is_a_new_user_id_and_old_ones_are_free(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send"
) -> None:
    before = (await sandbox.get(AMINA)).json()
    after = (await sandbox.put(f"{AMINA}/number", json={"number": "+212 600 000199"})).json()
    assert after["number"] == "212600000199"
    assert after["bsuid"] != before["bsuid"]
    await hook.until(lambda: len(hook.changes) == 3)
    assert [m["system"]["type"] for m in hook.messages] == ["user_changed_number", "user_changed_user_id"]
    update = hook.values[2]["user_id_update"][0]
    assert update["user_id"] == {"previous": before["bsuid"], "current": after["bsuid"]}
    assert (await sandbox.put(f"{AMINA}/number", json={"number": "33600000102"})).status_code == 400


async def test_a_customer_stops_marketing(hook: "Hook", sandbox: httpx2.AsyncClient) -> None:
    await sandbox.put(f"{AMINA}/preferences", json={"value": "stop"})
    await hook.until(lambda: len(hook.changes) == 1)
    told = hook.values[0]["user_preferences"][0]
    assert (hook.changes[0]["field"], told["category"], told["value"]) == (
        "user_preferences", "marketing_messages", "stop")
    refused = await sandbox.put(f"{AMINA}/preferences", json={"value": "maybe"})
    assert (refused.status_code, refused.json()["error"]) == (400, "value wants one of stop, resume, signup")
