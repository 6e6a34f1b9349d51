"""Meta's refusals, code by code."""

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Send

BUTTON = {"type": "reply", "reply": {"id": "a", "title": "A"}}
BODY = {"body": {"text": "Choose"}}


def interactive(kind: str, **action: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, **BODY, "action": action}}


ORDER = {"name": "order_shipped", "language": {"code": "fr"}}


def parameters(*texts: str) -> dict[str, Any]:
    values = [{"type": "text", "text": text} for text in texts]
    return ORDER | {"components": [{"type": "body", "parameters": values}]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"to": ""}, 100),
        ({"to": "nobody"}, 100),
        ({"recipient": "not a bsuid"}, 100),
        ({"to": "15550100200"}, 131021),
        ({"text": {"body": ""}}, 100),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"type": "hologram"}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"type": "image", "image": {}}, 131008),
        ({"type": "image", "image": {"id": "404"}}, 131009),
        ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}]}, 131008),
        (
            {"type": "interactive", "interactive": {"type": "button", **BODY, "action": {"buttons": [BUTTON] * 4}}},
            131009,
        ),
        (
            {"type": "interactive", "interactive": {"type": "button", **BODY, "action": {"buttons": [BUTTON] * 2}}},
            131009,
        ),
        (interactive("list", button="x" * 21), 131009),
        ({"type": "template", "template": {"name": "absent", "language": {"code": "en"}}}, 132001),
        ({"type": "template", "template": {"name": "feedback_request", "language": {"code": "en"}}}, 132015),
        ({"type": "template", "template": ORDER}, 132000),
        ({"type": "template", "template": parameters("Amina", "")}, 131008),
        ({"type": "template", "template": parameters("Amina", "48\n21")}, 132018),
    ],
)
async def test_a_send_that_breaks_a_limit_is_refused_and_reaches_nobody(
    sandbox: httpx2.AsyncClient, send: "Send", body: dict[str, Any], code: int
) -> None:
    answer = await send(**body)
    assert answer.status_code >= 400
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["fbtrace_id"]
    ledger = (await sandbox.get("/sandbox/api/ledger?items=0")).json()
    assert ledger["sends"]["accepted"] == 0
    assert ledger["sends"]["refused"] == {str(code): 1}


async def test_a_send_within_the_limits_is_accepted(send: "Send") -> None:
    assert (await send(text={"body": "x" * 4096})).status_code == 200
    assert (await send(type="template", template=parameters("Amina", "4821"))).status_code == 200
    rows = [{"id": str(row), "title": f"Row {row}"} for row in range(10)]
    assert (await send(**interactive("list", button="Choose", sections=[{"rows": rows}]))).status_code == 200


async def test_a_wrong_token_is_401_with_code_190(sandbox: httpx2.AsyncClient) -> None:
    answer = await sandbox.get("/v26.0/106540352242922", headers={"Authorization": "Bearer other"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 190


async def test_an_unknown_number_is_100_with_subcode_33(sandbox: httpx2.AsyncClient) -> None:
    answer = await sandbox.post("/v26.0/999/messages", json={"messaging_product": "whatsapp"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)


async def test_a_customer_off_the_test_list_is_131030(sandbox: httpx2.AsyncClient, send: "Send") -> None:
    await sandbox.patch("/sandbox/api/phones/amina", json={"allowed": False})
    assert (await send()).json()["error"]["code"] == 131030


async def test_throughput_and_pair_limits_hold_when_switched_on(sandbox: httpx2.AsyncClient, send: "Send") -> None:
    await sandbox.patch("/sandbox/api/delivery", json={"messages_per_second": 1})
    assert [(await send()).status_code for _ in range(2)] == [200, 400]
    await sandbox.patch("/sandbox/api/delivery", json={"messages_per_second": 0, "pair_limit": True})
    codes = [(await send()).json().get("error", {}).get("code") for _ in range(46)]
    assert codes == [None] * 45 + [131056]
