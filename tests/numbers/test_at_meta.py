"""What is asked and changed at Meta for a number: examinations kept, subscription, profile, refresh."""

from dataclasses import replace
from typing import Any

import pytest

from core.app import WebProcess
from core.db.pool import Database
from core.http.services import KEY
from core.messaging.doctor.door import Door
from tests.http.callers import Caller
from tests.messaging.intake.deliveries import apply, count, row
from tests.messaging.intake.test_news import news
from tests.numbers.clinic import APP_ID, Clinic, listening
from tests.seed import SeededTenant

NOON = 1_795_690_800


@pytest.fixture
def one(tenant: SeededTenant) -> str:
    return f"/accounts/{tenant.account_id}"


async def levels(clinic: Clinic) -> dict[str, str]:
    told: dict[str, str] = (await clinic.graph(
        "GET", f"{clinic.tenant.phone_number_id}?fields=webhook_configuration"))["webhook_configuration"]
    return told


async def test_an_examination_is_kept_and_told_in_the_readers_language(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    await clinic.fault("not_subscribed")
    await db.system.execute("update tenants set locale = 'fr' where id = $1", tenant.id)
    answer = await admin.ask("POST", f"{one}/examinations")
    assert answer.status == 200
    [subscribed] = [finding for finding in answer.json["findings"] if finding["check"] == "subscribed"]
    assert (subscribed["state"], subscribed["act"]) == ("failed", "subscribe")
    assert subscribed["title"] == "Aucune application n'écoute ce compte"
    await db.system.execute("update tenants set locale = 'ar' where id = $1", tenant.id)
    kept = (await admin.get(one)).json
    assert kept["examination"]["at"] == answer.json["at"]
    [subscribed] = [f for f in kept["examination"]["findings"] if f["check"] == "subscribed"]
    assert subscribed["title"] == "لا تطبيق يتلقى أخبار هذا الحساب"
    assert kept["looked_at"] is not None
    entry = await row(db, "select * from audit_log")
    assert (entry["action"], entry["changes"]["findings"][1]["subscribed"]) == ("account.examined", "failed")


async def test_an_examination_that_finds_a_dead_token_stops_the_number(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    await clinic.fault("token_invalid")
    assert (await admin.ask("POST", f"{one}/examinations")).status == 200
    assert (await admin.get(one)).json["status"] == "token_dead"
    assert await db.system.fetchval("select count(*) from event_outbox where type = 'account.token_dead'") == 1
    assert await db.system.fetchval("select count(*) from jobs where name = 'send_mail'") == 1
    await admin.ask("POST", f"{one}/examinations")
    assert await db.system.fetchval("select count(*) from jobs where name = 'send_mail'") == 1


async def test_a_missing_permission_is_no_death(clinic: Clinic, admin: Caller, one: str) -> None:
    await clinic.fault("token_without_management")
    await clinic.fault("subscription_refused_200")
    assert (await admin.ask("POST", f"{one}/examinations")).status == 200
    refused = await admin.ask("PUT", f"{one}/subscription")
    assert (await admin.get(one)).json["status"] == "connected"
    assert refused.status == 204


async def test_a_number_is_examined_before_it_is_connected_and_nothing_is_kept(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    candidate = {"phone_number_id": tenant.phone_number_id, "waba_id": tenant.waba_id, "graph_url": clinic.sandbox_url,
                 "access_token": tenant.access_token, "app_secret": tenant.app_secret}  # fmt: skip
    before = await row(db, "select * from accounts")
    answer = await admin.ask("POST", "/account-examinations", candidate)
    assert {finding["check"]: finding["state"] for finding in answer.json["findings"]} == {
        "token": "ok", "number": "ok", "waba": "ok", "subscribed": "ok", "fields": "ok",
        "override": "unknown", "app_secret": "ok", "clock": "ok", "round_trip": "failed"}  # fmt: skip
    assert dict(await row(db, "select * from accounts")) == dict(before)
    private = await admin.ask("POST", "/account-examinations", candidate | {"graph_url": "https://192.168.1.1"})
    assert private.status == 422


async def test_where_nobody_is_named_the_whole_account_comes_to_us(clinic: Clinic, admin: Caller, one: str) -> None:
    await clinic.graph("DELETE", f"{clinic.tenant.waba_id}/subscribed_apps")
    assert (await admin.ask("PUT", f"{one}/subscription")).status == 204
    told = await clinic.graph("GET", f"{clinic.tenant.waba_id}/subscribed_apps")
    assert [app["whatsapp_business_api_data"]["id"] for app in told["data"]] == [APP_ID]
    assert await levels(clinic) == {"application": clinic.webhook_url}


async def test_an_app_that_serves_another_product_keeps_it_and_this_number_comes_to_us(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    await clinic.control("PATCH", f"numbers/{tenant.phone_number_id}", {"webhook_url": "/another/product"})
    assert (await admin.ask("PUT", f"{one}/subscription")).status == 204
    assert await levels(clinic) == {
        "application": f"{clinic.public_url}/another/product", "phone_number": clinic.webhook_url}
    entry = await row(db, "select * from audit_log")
    assert (entry["action"], entry["changes"]) == ("account.subscribed", {"override": [None, "number"]})
    findings = (await admin.ask("POST", f"{one}/examinations")).json["findings"]
    assert [f["state"] for f in findings if f["check"] == "override"] == ["ok"]


async def test_an_override_of_the_account_is_left_to_whom_it_belongs(
    clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    elsewhere = f"{clinic.webhook_url}?of=another"
    await clinic.graph("POST", f"{tenant.waba_id}/subscribed_apps",
                       {"override_callback_uri": elsewhere, "verify_token": tenant.verify_token})
    assert (await admin.ask("PUT", f"{one}/subscription")).status == 204
    told = await levels(clinic)
    assert (told["whatsapp_business_account"], told["phone_number"]) == (elsewhere, clinic.webhook_url)


async def test_an_address_that_does_not_answer_meta_is_not_subscribed(
    db: Database, clinic: Clinic, process: WebProcess, admin: Caller, one: str
) -> None:
    listener, nowhere = listening()
    listener.close()
    door = Door(db, nowhere)
    process.app.extensions[KEY].numbers = replace(process.numbers, door=door)
    answer = await admin.ask("PUT", f"{one}/subscription")
    await door.aclose()
    assert (answer.status, answer.json["meta"]["code"]) == (422, 2200)
    assert nowhere in answer.json["detail"]
    assert "phone_number" not in await levels(clinic)


async def test_the_profile_is_read_and_changed_at_meta(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    assert (await admin.get(f"{one}/profile")).json["about"] == "Hey there! I am using WhatsApp."
    changes: dict[str, Any] = {"about": "Ouvert de 9 h à 18 h", "websites": ["https://atlas.example"],
                               "vertical": "RETAIL"}  # fmt: skip
    answer = await admin.ask("PATCH", f"{one}/profile", changes)
    assert answer.json | changes == answer.json
    assert (await admin.get(one)).json["profile"]["about"] == "Ouvert de 9 h à 18 h"
    assert (await row(db, "select * from audit_log"))["action"] == "account.profile_updated"
    for wrong in ({"about": ""}, {"about": "x" * 140}, {"websites": ["javascript:alert(1)"]}, {"email": "no"}, {},
                  {"vertical": "PIRACY"}, {"websites": ["https://a.test"] * 3}):  # fmt: skip
        assert (await admin.ask("PATCH", f"{one}/profile", wrong)).status == 422, wrong
    await clinic.fault("profile_500")
    assert (await admin.ask("PATCH", f"{one}/profile", {"about": "x"})).status in (422, 503)


async def test_a_refresh_takes_metas_word_and_tells_what_changed(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    await clinic.control("PATCH", f"numbers/{tenant.phone_number_id}", {
        "silent": True, "facts": {"quality_rating": "RED", "whatsapp_business_manager_messaging_limit": "TIER_250"}})
    told = (await admin.ask("POST", f"{one}/refreshes")).json
    assert (told["quality_rating"], told["messaging_limit"], told["profile"]["about"]) == (
        "RED", "TIER_250", "Hey there! I am using WhatsApp.")
    event = await row(db, "select payload from event_outbox where type = 'account.updated'")
    assert event["payload"]["changed"]["quality_rating"] == [None, "RED"]
    # What Meta answered just now is not undone by a webhook of before.
    await apply(db, tenant, news(tenant, "business_capability_update", NOON - 10**6,
                                 max_daily_conversations_per_business="TIER_10K"))
    assert (await admin.get(one)).json["messaging_limit"] == "TIER_250"
    await clinic.fault("token_dead_190")
    refused = await admin.ask("POST", f"{one}/refreshes")
    assert (refused.status, refused.json["type"]) == (422, "/problems/refused-by-meta")
    assert refused.json["meta"]["code"] == 190
    assert (await admin.get(one)).json["status"] == "token_dead"
    assert await count(db, "jobs") >= 1
