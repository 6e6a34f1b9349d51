"""Several numbers in one sandbox: each has its own keys, phones, webhook and kept state."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Hook, Start, Write

FIRST = "106540352242922"


async def made(sandbox: httpx2.AsyncClient, **wanted: Any) -> dict[str, Any]:
    answer = await sandbox.post("/sandbox/api/numbers", json=wanted)
    assert answer.status_code == 201, answer.text
    number: dict[str, Any] = answer.json()
    return number


async def say(sandbox: httpx2.AsyncClient, number: dict[str, Any], token: str | None = None) -> httpx2.Response:
    body = {"messaging_product": "whatsapp", "to": "212600000101", "type": "text", "text": {"body": "Bonjour"}}
    headers = {"Authorization": f"Bearer {token or number['token']}"}
    return await sandbox.post(f"/v26.0/{number['phone_number_id']}/messages", json=body, headers=headers)


async def test_a_number_made_of_nothing_joins_the_first_ones_app_and_answers_its_own_token(
    sandbox: httpx2.AsyncClient,
) -> None:
    number = await made(sandbox)
    assert (number["app_secret"], number["verify_token"]) == ("app-secret", "verify-token")
    assert number["waba_id"] != "102290129340398"
    assert (await say(sandbox, number)).status_code == 200
    assert (await say(sandbox, number, "graph-token")).json()["error"]["error_subcode"] == 33
    thread = f"/sandbox/api/phones/amina/messages?number={number['phone_number_id']}"
    assert len((await sandbox.get(thread)).json()["items"]) == 1
    assert (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"] == []


async def test_an_app_of_its_own_signs_with_its_own_secret_and_a_bare_path_lies_at_the_first_webhook(
    hook: "Hook", sandbox: httpx2.AsyncClient
) -> None:
    number = await made(sandbox, webhook_url="/hook", app_secret="another-secret", business_name="Second")
    assert number["webhook_url"] == hook.url
    path = f"/sandbox/api/phones/lucas/messages?number={number['phone_number_id']}"
    await sandbox.post(path, json={"text": "Salut"})
    await hook.until(lambda: bool(hook.messages))
    right = hmac.new(b"another-secret", hook.bodies[0], hashlib.sha256).hexdigest()
    assert hook.signatures[0] == f"sha256={right}"
    assert hook.values[0]["metadata"]["phone_number_id"] == number["phone_number_id"]
    assert json.loads(hook.bodies[0])["entry"][0]["id"] == number["waba_id"]


async def test_two_numbers_of_one_account_are_listed_together_and_share_its_listeners(
    sandbox: httpx2.AsyncClient,
) -> None:
    one = await made(sandbox, waba_id="5550001")
    two = await made(sandbox, waba_id="5550001", token=one["token"])
    sandbox.headers["Authorization"] = f"Bearer {one['token']}"
    listed = (await sandbox.get("/v26.0/5550001/phone_numbers", params={"fields": "id"})).json()["data"]
    assert [number["id"] for number in listed] == [one["phone_number_id"], two["phone_number_id"]]
    assert (await sandbox.get(f"/v26.0/{two['phone_number_id']}")).json()["id"] == two["phone_number_id"]
    await sandbox.delete("/v26.0/5550001/subscribed_apps")
    shown = (await sandbox.get(f"/sandbox/api/numbers/{two['phone_number_id']}")).json()
    assert shown["subscribed"] is False


async def test_media_are_found_by_the_number_that_has_them_even_with_a_shared_token(
    sandbox: httpx2.AsyncClient,
) -> None:
    one = await made(sandbox)
    two = await made(sandbox, token=one["token"])
    sandbox.headers["Authorization"] = f"Bearer {one['token']}"
    form: dict[str, Any] = {"messaging_product": "whatsapp", "type": "image/png"}
    picture = {"file": ("a.png", b"\x89PNG" + bytes(9), "image/png")}
    path = f"/v26.0/{two['phone_number_id']}/media"
    media_id = (await sandbox.post(path, data=form, files=picture)).json()["id"]
    url = (await sandbox.get(f"/v26.0/{media_id}")).json()["url"]
    assert (await sandbox.get(url)).content.startswith(b"\x89PNG")
    sandbox.headers["Authorization"] = "Bearer graph-token"
    assert (await sandbox.get(url)).status_code == 404


@pytest.mark.parametrize(
    "wanted",
    [{"phone_number_id": FIRST}, {"phone_number_id": "x"}, {"webhook_url": "https://example.com/hook"}, {"hue": 3},
     {"display_phone_number": "15550100200"}, {"facts": {"quality_rating": "PINK"}}],
)  # fmt: skip
async def test_a_number_that_cannot_be_is_explained_and_not_kept(
    sandbox: httpx2.AsyncClient, wanted: dict[str, Any]
) -> None:
    answer = await sandbox.post("/sandbox/api/numbers", json=wanted)
    assert answer.status_code == 400
    assert answer.json()["error"]
    listed = (await sandbox.get("/sandbox/api/numbers")).json()["items"]
    assert [number["phone_number_id"] for number in listed] == [FIRST]


async def test_the_list_shows_no_keys_and_an_unknown_number_is_named(sandbox: httpx2.AsyncClient) -> None:
    await made(sandbox)
    text = (await sandbox.get("/sandbox/api/numbers")).text
    assert "app-secret" not in text
    assert "EAAG" not in text
    answer = await sandbox.get("/sandbox/api/phones?number=12")
    assert answer.status_code == 400
    assert "12" in answer.json()["error"]


async def test_a_number_is_removed_but_never_the_first(sandbox: httpx2.AsyncClient) -> None:
    number = await made(sandbox)
    path = "/sandbox/api/numbers/"
    assert (await sandbox.delete(path + number["phone_number_id"])).status_code == 200
    assert (await sandbox.get(path + number["phone_number_id"])).status_code == 404
    assert (await say(sandbox, number)).json()["error"]["code"] == 190
    assert (await sandbox.delete(path + FIRST)).status_code == 400


async def test_a_new_token_replaces_the_old_one_at_once(sandbox: httpx2.AsyncClient) -> None:
    number = await made(sandbox)
    path = f"/sandbox/api/numbers/{number['phone_number_id']}"
    await sandbox.patch(path, json={"token": "fresh"})
    assert (await say(sandbox, number)).status_code == 401
    assert (await say(sandbox, number, "fresh")).status_code == 200


async def test_a_restart_keeps_the_numbers_their_keys_phones_and_standing(start: "Start", tmp_path: "Path") -> None:
    first = await start(tmp_path)
    number = await made(first, webhook_url="/hook", facts={"quality_rating": "YELLOW"})
    path = f"/sandbox/api/phones/lucas/messages?number={number['phone_number_id']}"
    await first.post(path, json={"text": "Salut"})
    kept = tmp_path / "numbers" / number["phone_number_id"] / "number.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert json.loads(kept.read_text())["webhook_url"] == "/hook"
    await start.stop_all()
    second = await start(tmp_path)
    again = (await second.get(f"/sandbox/api/numbers/{number['phone_number_id']}")).json()
    assert {key: again[key] for key in ("token", "app_secret")} == {key: number[key] for key in ("token", "app_secret")}
    assert again["facts"]["quality_rating"] == "YELLOW"
    assert [message["type"] for message in (await second.get(path)).json()["items"]] == ["text"]


async def test_faults_of_one_number_leave_the_others_alone(sandbox: httpx2.AsyncClient, write: "Write") -> None:
    number = await made(sandbox)
    await sandbox.put(f"/sandbox/api/faults/token_expired_190?number={number['phone_number_id']}", json={})
    assert (await say(sandbox, number)).json()["error"]["code"] == 190
    await write()
    first = {"phone_number_id": FIRST, "token": "graph-token"}
    assert (await say(sandbox, first)).status_code == 200


async def test_an_empty_sandbox_waits_for_its_first_number_which_is_then_the_usual_one(
    hook: "Hook", start: "Start"
) -> None:
    sandbox = await start(empty=True)
    assert (await sandbox.get("/healthz")).json()["numbers"] == 0
    assert "POST /sandbox/api/numbers" in (await sandbox.get("/sandbox/api/phones")).json()["error"]
    assert (await sandbox.get("/v26.0/debug_token")).json()["error"]["code"] == 190
    number = await made(sandbox, webhook_url="/hook")
    assert number["app_secret"] != "app-secret"
    await sandbox.post("/sandbox/api/phones/amina/messages", json={"text": "Salam"})
    await hook.until(lambda: bool(hook.messages))
    assert hook.values[0]["metadata"]["phone_number_id"] == number["phone_number_id"]
