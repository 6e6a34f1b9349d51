"""What a setup doctor asks Meta, what it may hear, and the webhooks by which Meta changes its mind."""

import hashlib
import hmac
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Write

NUMBER, WABA = "/v26.0/106540352242922", "/v26.0/102290129340398"
CONTROL = "/sandbox/api/numbers/106540352242922"
FIELDS = "status,name_status,quality_rating,throughput,whatsapp_business_manager_messaging_limit,webhook_configuration"


async def fault(sandbox: httpx2.AsyncClient, name: str, **switch: Any) -> None:
    answer = await sandbox.put(f"/sandbox/api/faults/{name}", json=switch)
    assert answer.status_code == 200, answer.text


async def token(sandbox: httpx2.AsyncClient, asked: str = "graph-token") -> dict[str, Any]:
    shown = (await sandbox.get("/v26.0/debug_token", params={"input_token": asked})).json()
    data: dict[str, Any] = shown["data"]
    return data


async def number(sandbox: httpx2.AsyncClient) -> dict[str, Any]:
    shown: dict[str, Any] = (await sandbox.get(NUMBER, params={"fields": FIELDS})).json()
    return shown


async def test_a_healthy_number_reads_well_from_end_to_end(hook: "Hook", sandbox: httpx2.AsyncClient) -> None:
    shown = await token(sandbox)
    assert (shown["is_valid"], shown["expires_at"], shown["app_id"]) == (True, 0, "670843887433847")
    assert shown["scopes"] == ["whatsapp_business_management", "whatsapp_business_messaging"]
    assert await number(sandbox) == {
        "id": "106540352242922", "status": "CONNECTED", "name_status": "APPROVED", "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"}, "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
        "webhook_configuration": {"application": hook.url},
    }  # fmt: skip
    apps = (await sandbox.get(f"{WABA}/subscribed_apps")).json()["data"]
    assert [app["whatsapp_business_api_data"]["id"] for app in apps] == ["670843887433847"]
    account = await sandbox.get(WABA, params={"fields": "name,account_review_status"})
    assert account.json() == {"id": "102290129340398", "name": "Atlas Store", "account_review_status": "APPROVED"}


async def test_an_app_may_ask_about_its_tokens_and_a_stranger_is_not_valid(sandbox: httpx2.AsyncClient) -> None:
    sandbox.headers["Authorization"] = "Bearer 670843887433847|app-secret"
    assert (await token(sandbox))["is_valid"] is True
    assert (await token(sandbox, "EAAGstranger"))["error"]["code"] == 190


@pytest.mark.parametrize(
    ("name", "part", "heard"),
    [
        ("token_invalid", "is_valid", False),
        ("token_without_messaging", "scopes", ["whatsapp_business_management"]),
        ("token_without_management", "scopes", ["whatsapp_business_messaging"]),
        ("token_of_another_app", "app_id", "100000000000001"),
    ],
)
async def test_a_token_reads_badly_when_asked(
    sandbox: httpx2.AsyncClient, name: str, part: str, heard: object
) -> None:
    await fault(sandbox, name)
    assert (await token(sandbox))[part] == heard


async def test_a_token_may_be_about_to_expire(sandbox: httpx2.AsyncClient) -> None:
    await fault(sandbox, "token_expires_soon")
    assert (await token(sandbox))["expires_at"] > 0


@pytest.mark.parametrize(
    ("name", "part", "heard"),
    [
        ("number_disconnected", "status", "DISCONNECTED"),
        ("number_quality_red", "quality_rating", "RED"),
        ("number_name_declined", "name_status", "DECLINED"),
        ("number_limit_50", "whatsapp_business_manager_messaging_limit", "TIER_50"),
        ("webhook_elsewhere", "webhook_configuration", {"phone_number": "https://other.example/webhook"}),
    ],
)
async def test_a_number_reads_badly_when_asked(
    sandbox: httpx2.AsyncClient, name: str, part: str, heard: object
) -> None:
    await fault(sandbox, name)
    assert (await number(sandbox))[part] == heard


async def test_several_things_may_be_wrong_at_once(sandbox: httpx2.AsyncClient) -> None:
    await fault(sandbox, "number_quality_red")
    await fault(sandbox, "number_disconnected")
    shown = await number(sandbox)
    assert (shown["quality_rating"], shown["status"]) == ("RED", "DISCONNECTED")


@pytest.mark.parametrize(("name", "path"), [("number_unknown_33", NUMBER), ("waba_unknown_33", WABA)])
async def test_an_object_may_be_out_of_the_tokens_reach(sandbox: httpx2.AsyncClient, name: str, path: str) -> None:
    await fault(sandbox, name)
    assert (await sandbox.get(path)).json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    ("name", "listed"), [("not_subscribed", []), ("another_app_subscribed", ["100000000000001"])]
)
async def test_the_account_may_be_listened_to_by_nobody_or_by_another(
    sandbox: httpx2.AsyncClient, name: str, listed: list[str]
) -> None:
    await fault(sandbox, name)
    apps = (await sandbox.get(f"{WABA}/subscribed_apps")).json()["data"]
    assert [app["whatsapp_business_api_data"]["id"] for app in apps] == listed


async def test_a_dead_token_is_refused_everywhere(sandbox: httpx2.AsyncClient) -> None:
    await fault(sandbox, "token_dead_190")
    for path in (NUMBER, WABA, f"{WABA}/subscribed_apps", f"{NUMBER}/whatsapp_business_profile", "/v26.0/debug_token"):
        error = (await sandbox.get(path)).json()["error"]
        assert (error["code"], error["error_subcode"]) == (190, 463)


async def test_an_app_secret_proof_is_checked_when_given_and_may_be_demanded(sandbox: httpx2.AsyncClient) -> None:
    right = hmac.new(b"app-secret", b"graph-token", hashlib.sha256).hexdigest()
    assert (await sandbox.get(NUMBER, params={"appsecret_proof": right})).status_code == 200
    assert (await sandbox.get(NUMBER, params={"appsecret_proof": "0" * 64})).json()["error"]["code"] == 100
    await sandbox.patch(CONTROL, json={"facts": {"require_appsecret_proof": True}})
    assert (await sandbox.get(NUMBER)).status_code == 400
    await fault(sandbox, "proof_refused_100")
    assert (await sandbox.get(NUMBER, params={"appsecret_proof": right})).status_code == 400


async def test_metas_clock_may_be_wrong_for_us(sandbox: httpx2.AsyncClient) -> None:
    before = parsedate_to_datetime((await sandbox.get(NUMBER)).headers["Date"])
    await fault(sandbox, "clock_skew", seconds=-300)
    after = parsedate_to_datetime((await sandbox.get(NUMBER)).headers["Date"])
    assert 290 <= (before - after).total_seconds() <= 300


async def test_readings_fail_when_asked(sandbox: httpx2.AsyncClient) -> None:
    await fault(sandbox, "read_500", count=1)
    assert (await sandbox.get(NUMBER)).status_code == 500
    await fault(sandbox, "read_hang", count=1, seconds=0.05)
    with pytest.raises(httpx2.TransportError):
        await sandbox.get(f"{WABA}/subscribed_apps")
    assert (await sandbox.get(NUMBER)).status_code == 200


async def test_the_numbers_own_callback_wins_over_the_accounts_and_ends_when_emptied(
    hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    own = {"override_callback_uri": f"{hook.url}?own", "verify_token": "verify-token"}
    account = {"override_callback_uri": f"{hook.url}?waba", "verify_token": "verify-token"}
    assert (await sandbox.post(f"{WABA}/subscribed_apps", json=account)).json() == {"success": True}
    assert (await sandbox.post(f"{NUMBER}/", json={"webhook_configuration": own})).json() == {"success": True}
    assert (await number(sandbox))["webhook_configuration"] == {
        "phone_number": f"{hook.url}?own", "whatsapp_business_account": f"{hook.url}?waba", "application": hook.url,
    }  # fmt: skip
    wrong = own | {"verify_token": "wrong"}
    assert (await sandbox.post(NUMBER, json={"webhook_configuration": wrong})).json()["error"]["code"] == 2200
    state = (await sandbox.get("/sandbox/api/state")).json()
    assert state["webhook"]["url"] == f"{hook.url}?own"
    await sandbox.post(NUMBER, json={"webhook_configuration": {"override_callback_uri": ""}})
    await sandbox.post(f"{WABA}/subscribed_apps")
    assert (await number(sandbox))["webhook_configuration"] == {"application": hook.url}
    await write()
    await hook.until(lambda: bool(hook.messages))


async def test_nothing_is_delivered_while_no_app_listens(
    hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    await sandbox.delete(f"{WABA}/subscribed_apps")
    await write(text="lost")
    await sandbox.post(f"{WABA}/subscribed_apps")
    await write(text="heard")
    await hook.until(lambda: bool(hook.messages))
    assert [message["text"]["body"] for message in hook.messages] == ["heard"]
    assert (await sandbox.get("/sandbox/api/ledger")).json()["webhooks"]["not_subscribed"] == 1


async def test_the_profile_is_written_within_metas_limits_and_read_by_field(sandbox: httpx2.AsyncClient) -> None:
    path, product = f"{NUMBER}/whatsapp_business_profile", {"messaging_product": "whatsapp"}
    written = product | {"about": "Ouvert", "websites": ["https://atlas.example"], "vertical": "RETAIL"}
    assert (await sandbox.post(path, json=written)).json() == {"success": True}
    shown = (await sandbox.get(path, params={"fields": "about,websites,email"})).json()
    assert shown == {"data": [product | {"about": "Ouvert", "websites": ["https://atlas.example"]}]}
    for wrong in ({"about": "x" * 140}, {"email": "nobody"}, {"websites": ["ftp://x"]}, {"vertical": "SHOP"}):
        assert (await sandbox.post(path, json=product | wrong)).json()["error"]["code"] == 100
    assert (await sandbox.post(path, json={"about": "Fermé"})).status_code == 400
    assert (await sandbox.get(path, params={"fields": "about"})).json()["data"][0]["about"] == "Ouvert"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"quality_rating": "RED"}, [("phone_number_quality_update", "event", "FLAGGED")]),
        ({"name_status": "DECLINED"}, [("phone_number_name_update", "decision", "REJECTED")]),
        ({"status": "BANNED"}, [("account_update", "event", "DISABLED_UPDATE")]),
        ({"status": "RESTRICTED"}, [("account_update", "event", "ACCOUNT_RESTRICTION")]),
        ({"throughput": "HIGH"}, [("phone_number_quality_update", "event", "THROUGHPUT_UPGRADE")]),
        (
            {"whatsapp_business_manager_messaging_limit": "TIER_250"},
            [
                ("phone_number_quality_update", "event", "DOWNGRADE"),
                ("business_capability_update", "max_daily_conversations_per_business", "TIER_250"),
            ],
        ),
    ],
)
async def test_what_changes_is_told_by_webhook(
    hook: "Hook", sandbox: httpx2.AsyncClient, facts: dict[str, str], told: list[tuple[str, str, str]]
) -> None:
    await sandbox.patch("/sandbox/api/delivery", json={"parallel": 1})
    await sandbox.patch(CONTROL, json={"facts": facts})
    await hook.until(lambda: len(hook.changes) == len(told))
    assert [(change["field"], key, change["value"][key]) for change, (_, key, _) in zip(
        hook.changes, told, strict=True)] == told  # fmt: skip
    assert hook.signed(0)


async def test_a_silent_change_is_not_told_and_any_update_can_be(hook: "Hook", sandbox: httpx2.AsyncClient) -> None:
    await sandbox.patch(CONTROL, json={"facts": {"quality_rating": "RED"}, "silent": True})
    alert = {"field": "account_alerts", "value": {"entity_type": "WABA"}}
    assert (await sandbox.post(f"{CONTROL}/updates", json=alert)).status_code == 200
    await hook.until(lambda: bool(hook.changes))
    assert [change["field"] for change in hook.changes] == ["account_alerts"]
    assert hook.changes[0]["value"]["entity_type"] == "WABA"
    assert (await sandbox.post(f"{CONTROL}/updates", json={"field": "weather"})).status_code == 400


async def test_an_app_alone_knows_which_fields_it_asks_for(sandbox: httpx2.AsyncClient) -> None:
    path = "/v26.0/670843887433847/subscriptions"
    assert (await sandbox.get(path)).json()["error"]["error_subcode"] == 33
    sandbox.headers["Authorization"] = "Bearer 670843887433847|app-secret"
    [told] = (await sandbox.get(path)).json()["data"]
    assert "messages" in [field["name"] for field in told["fields"]]
    await fault(sandbox, "fields_without_messages")
    [told] = (await sandbox.get(path)).json()["data"]
    assert "messages" not in [field["name"] for field in told["fields"]]


@pytest.mark.parametrize(("name", "status"), [("bad_gateway_read", 502), ("read_truncated", 200)])
async def test_an_answer_may_be_no_json(sandbox: httpx2.AsyncClient, name: str, status: int) -> None:
    await fault(sandbox, name)
    answer = await sandbox.get(NUMBER)
    assert answer.status_code == status
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
