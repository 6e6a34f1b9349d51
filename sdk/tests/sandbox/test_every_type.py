"""The sandbox takes every type of message that Meta takes, refuses what Meta refuses, and its customers can answer."""

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Write

PHONE_NUMBER_ID, AMINA = "106540352242922", "212600000101"
LINK = {"name": "cta_url", "parameters": {"display_text": "See", "url": "https://atlas.ma/1"}}
PICTURE = {"type": "image", "image": {"link": "https://atlas.ma/1.jpg"}}
ORDER = {
    "reference_id": "o-1", "type": "physical-goods", "currency": "INR", "total_amount": {"value": 210, "offset": 100},
    "order": {"status": "pending", "subtotal": {"value": 200, "offset": 100}, "tax": {"value": 10, "offset": 100},
              "items": [{"name": "Tajine", "quantity": 1, "amount": {"value": 200, "offset": 100}}]},
}  # fmt: skip


def cards(count: int) -> dict[str, Any]:
    return {"cards": [{"card_index": n, "type": "cta_url", "header": PICTURE, "action": LINK} for n in range(count)]}


def products(count: int) -> dict[str, Any]:
    return {"catalog_id": "36", "sections": [{"title": "All", "product_items": [
        {"product_retailer_id": f"p{n}"} for n in range(count)]}]}  # fmt: skip


ACTIONS: dict[str, Any] = {
    "cta_url": LINK,
    "location_request_message": {"name": "send_location"},
    "request_contact_info": {"name": "request_contact_info"},
    "address_message": {"name": "address_message", "parameters": {"country": "IN"}},
    "flow": {"name": "flow", "parameters": {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Book"}},
    "product": {"catalog_id": "36", "product_retailer_id": "p1"},
    "product_list": products(30),
    "catalog_message": {"name": "catalog_message"},
    "carousel": cards(10),
    "call_permission_request": {"name": "call_permission_request"},
    "voice_call": {"name": "voice_call", "parameters": {"display_text": "Call", "ttl_minutes": 10}},
    "order_details": {"name": "review_and_pay", "parameters": ORDER},
    "order_status": {"name": "review_order", "parameters": {"reference_id": "o-1", "order": {"status": "shipped"}}},
}
WRONG: dict[str, tuple[str, Any]] = {
    "a location request of another name": ("location_request_message", {"name": "send"}),
    "an address without a country": ("address_message", {"name": "address_message", "parameters": {}}),
    "a flow of nothing": ("flow", {"name": "flow", "parameters": {"flow_message_version": "3", "flow_cta": "Book"}}),
    "no product": ("product", {"catalog_id": "36"}),
    "31 products": ("product_list", products(31)),
    "one card": ("carousel", cards(1)),
    "eleven cards": ("carousel", cards(11)),
    "an order that does not add up": ("order_details", {"name": "review_and_pay", "parameters": {
        **ORDER, "total_amount": {"value": 1, "offset": 100}}}),
    "an unknown state": ("order_status", {"name": "review_order", "parameters": {
        "reference_id": "o-1", "order": {"status": "lost"}}}),
}  # fmt: skip


def message(kind: str, action: Any) -> dict[str, Any]:
    header = {"header": {"type": "text", "text": "Ours"}} if kind == "product_list" else {}
    told = {"type": kind, "body": {"text": "Salam"}, "action": action, **header}
    return {"messaging_product": "whatsapp", "to": AMINA, "type": "interactive", "interactive": told}


async def send(graph: httpx2.AsyncClient, body: dict[str, Any]) -> httpx2.Response:
    answer = await graph.post(f"/v26.0/{PHONE_NUMBER_ID}/messages", json=body, headers=TOKEN)
    assert isinstance(answer, httpx2.Response)
    return answer


TOKEN = {"Authorization": "Bearer graph-token"}


@pytest.mark.parametrize("kind", ACTIONS)
async def test_each_interactive_kind_reaches_the_customer(
    sandbox: httpx2.AsyncClient, write: "Write", kind: str
) -> None:
    await write()
    answer = await send(sandbox, message(kind, ACTIONS[kind]))
    assert answer.status_code == 200, answer.text
    shown = (await sandbox.get("/sandbox/api/phones/amina/messages")).json()["items"][-1]
    assert shown["content"]["action"] == ACTIONS[kind]


@pytest.mark.parametrize("name", WRONG)
async def test_what_meta_refuses_is_refused(sandbox: httpx2.AsyncClient, write: "Write", name: str) -> None:
    await write()
    answer = await send(sandbox, message(*WRONG[name]))
    assert (answer.status_code, answer.json()["error"]["code"] in {100, 131008, 131009}) == (400, True)


async def test_members_that_meta_does_not_know_are_refused(sandbox: httpx2.AsyncClient, write: "Write") -> None:
    await write()
    told = message("cta_url", LINK)
    told["interactive"]["colour"] = "red"
    for body in (told, {"messaging_product": "whatsapp", "to": AMINA, "text": {"body": "a", "bold": True}}):
        assert (await send(sandbox, body)).json()["error"]["code"] == 100


async def test_a_blocked_customer_is_neither_heard_nor_reached(
    sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    await write()
    path = f"/v26.0/{PHONE_NUMBER_ID}/block_users"
    body = {"messaging_product": "whatsapp", "block_users": [{"user": f"+{AMINA}"}, {"user": "+33600000199"}]}
    partly = await sandbox.post(path, json=body, headers=TOKEN)
    assert partly.status_code == 400
    told = partly.json()["block_users"]
    assert [one["input"] for one in told["added_users"]] == [f"+{AMINA}"]
    assert told["failed_users"][0]["errors"][0]["code"] == 131026
    listed = (await sandbox.get(path, headers=TOKEN)).json()["data"]
    assert [one["wa_id"] for one in listed] == [AMINA]
    refused = await send(sandbox, {"messaging_product": "whatsapp", "to": AMINA, "text": {"body": "a"}})
    assert refused.json()["error"]["code"] == 130403
    body["block_users"] = [{"user": f"+{AMINA}"}]
    assert (await sandbox.request("DELETE", path, json=body, headers=TOKEN)).status_code == 200
    again = await send(sandbox, {"messaging_product": "whatsapp", "to": AMINA, "text": {"body": "a"}})
    assert again.status_code == 200


async def test_message_links_are_made_changed_listed_and_removed(sandbox: httpx2.AsyncClient) -> None:
    path = f"/v26.0/{PHONE_NUMBER_ID}/message_qrdls"
    wanted = {"prefilled_message": "Hi", "generate_qr_image": "SVG"}
    made = (await sandbox.post(path, json=wanted, headers=TOKEN)).json()
    assert made["deep_link_url"].endswith(made["code"])
    assert made["qr_image_url"].endswith(".svg")
    changed = await sandbox.post(path, json={"prefilled_message": "Hello", "code": made["code"]}, headers=TOKEN)
    assert changed.json()["prefilled_message"] == "Hello"
    assert [one["code"] for one in (await sandbox.get(path, headers=TOKEN)).json()["data"]] == [made["code"]]
    assert (await sandbox.post(path, json={"prefilled_message": "x" * 141}, headers=TOKEN)).status_code == 400
    assert (await sandbox.delete(f"{path}/{made['code']}", headers=TOKEN)).json() == {"success": True}
    assert (await sandbox.delete(f"{path}/{made['code']}", headers=TOKEN)).status_code == 400
