"""The control API: phones, what their owners do, and who may ask."""

from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Send, Write


async def test_four_customers_are_there_from_the_start_one_without_a_number(sandbox: httpx2.AsyncClient) -> None:
    phones = (await sandbox.get("/sandbox/api/phones")).json()["items"]
    assert [phone["id"] for phone in phones] == ["amina", "lucas", "james", "yasmine"]
    assert [phone["number"] is None for phone in phones] == [False, False, False, True]


async def test_phones_are_made_one_by_one_or_by_the_hundred(sandbox: httpx2.AsyncClient) -> None:
    made = await sandbox.post("/sandbox/api/phones", json={"name": "Nadia", "number": "+212 6 11-22-33-44"})
    assert (made.status_code, made.json()["id"]) == (201, "212611223344")
    many = await sandbox.post("/sandbox/api/phones", json={"count": 300})
    assert len(many.json()["items"]) == 300


@pytest.mark.parametrize(
    "wanted",
    [{}, {"name": "A", "number": "12"}, {"name": "A", "id": "amina"}, {"name": "A", "number": "212600000101"},
     {"name": "A", "id": "../x"}, {"name": "A", "hidden": "yes"}],
)  # fmt: skip
async def test_a_phone_that_cannot_be_is_explained(sandbox: httpx2.AsyncClient, wanted: dict[str, str]) -> None:
    answer = await sandbox.post("/sandbox/api/phones", json=wanted)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_an_unknown_phone_is_404(sandbox: httpx2.AsyncClient) -> None:
    answer = await sandbox.post("/sandbox/api/phones/nobody/messages", json={"text": "?"})
    assert answer.status_code == 404
    assert "nobody" in answer.json()["error"]


async def test_a_hidden_number_stays_out_of_webhooks_but_can_be_written_to(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await sandbox.patch("/sandbox/api/phones/amina", json={"hidden": True})
    await write()
    await hook.until(lambda: bool(hook.messages))
    assert b"212600000101" not in hook.bodies[0]
    assert (await send()).json()["contacts"][0]["wa_id"] == "212600000101"


async def test_a_reply_names_what_it_quotes_and_a_reaction_can_be_taken_back(
    hook: "Hook", sandbox: httpx2.AsyncClient, send: "Send", write: "Write"
) -> None:
    await write()
    wamid = (await send()).json()["messages"][0]["id"]
    await write(text="Oui", reply_to=wamid)
    await hook.until(lambda: len(hook.messages) == 2)
    assert hook.messages[1]["context"] == {"from": "15550100200", "id": wamid}
    for emoji, shown in (("❤️", {"customer": "❤️"}), ("", {})):
        await write(type="reaction", reaction={"message_id": wamid, "emoji": emoji})
        thread = (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"]
        assert next(message for message in thread if message["wamid"] == wamid)["reactions"] == shown


async def test_any_type_can_be_written_even_one_nobody_knows(hook: "Hook", write: "Write") -> None:
    await write(type="hologram", hologram={"depth": 3})
    await hook.until(lambda: bool(hook.messages))
    assert hook.messages[0]["hologram"] == {"depth": 3}


async def test_a_number_never_seen_before_gets_a_phone_when_it_is_written_to(
    sandbox: httpx2.AsyncClient, send: "Send"
) -> None:
    assert (await send(to="+212699000000")).status_code == 200
    assert (await sandbox.get("/sandbox/api/phones/212699000000")).json()["name"] == "+212699000000"


async def test_pages_of_other_sites_and_foreign_hosts_are_refused(sandbox: httpx2.AsyncClient) -> None:
    text = {"text": "forged"}
    cross = {"Origin": "https://evil.example"}
    assert (await sandbox.post("/sandbox/api/phones/amina/messages", json=text, headers=cross)).status_code == 403
    assert (await sandbox.get("/sandbox/api/ledger", headers={"Host": "evil.example"})).status_code == 403
    assert (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"] == []


async def test_a_file_that_is_no_picture_is_offered_for_download_never_shown(sandbox: httpx2.AsyncClient) -> None:
    page = {"file": ("x.html", b"<script>alert(1)</script>", "text/html")}
    media_id = (await sandbox.post("/sandbox/api/media", files=page)).json()["id"]
    answer = await sandbox.get(f"/sandbox/api/media/{media_id}")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
