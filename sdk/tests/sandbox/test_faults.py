"""Faults strike as often as asked, and the ledger tells what really happened."""

import json
from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Send


async def accepted(sandbox: httpx2.AsyncClient) -> int:
    ledger = (await sandbox.get("/sandbox/api/ledger")).json()
    number: int = ledger["sends"]["by_callback_data"].get("attempt", 0)
    return number


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("error_500", 500, 131000),
        ("rate_limit_429", 429, 4),
        ("throughput_130429", 400, 130429),
        ("pair_rate_131056", 400, 131056),
        ("waba_rate_80007", 400, 80007),
        ("token_expired_190", 401, 190),
        ("maintenance_131057", 500, 131057),
    ],
)
async def test_a_refusing_fault_strikes_once_and_takes_nothing(
    sandbox: httpx2.AsyncClient, send: "Send", name: str, status: int, code: int
) -> None:
    await sandbox.put(f"/sandbox/api/faults/{name}", json={"count": 1})
    answer = await send(biz_opaque_callback_data="attempt")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert await accepted(sandbox) == 0
    assert (await send(biz_opaque_callback_data="attempt")).status_code == 200
    assert await accepted(sandbox) == 1


async def test_80007_says_when_access_comes_back(sandbox: httpx2.AsyncClient, send: "Send") -> None:
    await sandbox.put("/sandbox/api/faults/waba_rate_80007", json={})
    usage = json.loads((await send()).headers["X-Business-Use-Case-Usage"])
    assert usage["sandbox"][0]["estimated_time_to_regain_access"] == 5


async def test_500_after_acceptance_reaches_the_customer_all_the_same(
    sandbox: httpx2.AsyncClient, send: "Send"
) -> None:
    await sandbox.put("/sandbox/api/faults/error_500_accepted", json={"count": 1})
    answer = await send(biz_opaque_callback_data="attempt")
    assert answer.status_code == 500
    assert await accepted(sandbox) == 1


@pytest.mark.parametrize(("name", "taken"), [("reset", 0), ("reset_accepted", 1), ("reset_body", 1)])
async def test_a_reset_breaks_the_connection(sandbox: httpx2.AsyncClient, send: "Send", name: str, taken: int) -> None:
    await sandbox.put(f"/sandbox/api/faults/{name}", json={"count": 1})
    with pytest.raises(httpx2.TransportError):
        await send(biz_opaque_callback_data="attempt")
    assert await accepted(sandbox) == taken


@pytest.mark.parametrize(("name", "taken"), [("hang", 0), ("hang_accepted", 1)])
async def test_a_hang_never_answers(sandbox: httpx2.AsyncClient, send: "Send", name: str, taken: int) -> None:
    await sandbox.put(f"/sandbox/api/faults/{name}", json={"count": 1, "seconds": 0.05})
    with pytest.raises(httpx2.TransportError):
        await send(biz_opaque_callback_data="attempt")
    assert await accepted(sandbox) == taken


async def test_truncated_json_is_not_json_and_the_message_went_out(sandbox: httpx2.AsyncClient, send: "Send") -> None:
    await sandbox.put("/sandbox/api/faults/truncated_json", json={"count": 1})
    answer = await send(biz_opaque_callback_data="attempt")
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert await accepted(sandbox) == 1


async def test_a_slow_body_arrives_whole_in_the_end(sandbox: httpx2.AsyncClient, send: "Send") -> None:
    await sandbox.put("/sandbox/api/faults/slow_body", json={"count": 1, "seconds": 0.2})
    answer = await send()
    assert answer.json()["messages"][0]["id"].startswith("wamid.")


async def test_faults_and_delivery_are_replaced_listed_and_ended_together(sandbox: httpx2.AsyncClient) -> None:
    wanted = {"faults": {"hang": {"probability": 0.5}}, "delivery": {"batch": 10}}
    shown = (await sandbox.put("/sandbox/api/faults", json=wanted)).json()
    assert shown["faults"]["hang"]["probability"] == 0.5
    assert shown["delivery"]["batch"] == 10
    ended = (await sandbox.delete("/sandbox/api/faults")).json()
    assert ended["faults"] == {}
    assert ended["delivery"] == ended["usual"]


@pytest.mark.parametrize(
    "wanted", [{"faults": {"explode": {}}}, {"faults": {"hang": {"probability": 2}}}, {"delivery": {"batch": 0}}, []]
)
async def test_a_wrong_switch_is_explained_and_changes_nothing(sandbox: httpx2.AsyncClient, wanted: object) -> None:
    before = (await sandbox.get("/sandbox/api/faults")).json()
    answer = await sandbox.put("/sandbox/api/faults", json=wanted)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert (await sandbox.get("/sandbox/api/faults")).json() == before


async def test_the_ledger_counts_a_message_that_was_sent_twice(sandbox: httpx2.AsyncClient, send: "Send") -> None:
    await send(biz_opaque_callback_data="attempt")
    await send(biz_opaque_callback_data="attempt")
    sends = (await sandbox.get("/sandbox/api/ledger")).json()["sends"]
    assert sends["twice"] == {"attempt": 2}
    assert sends["by_content"] == {"amina text Bonjour": 2}
