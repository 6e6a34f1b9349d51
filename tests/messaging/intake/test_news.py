import json
from typing import Any
from uuid import UUID

import pytest

from core.db.pool import Database
from tests.messaging.intake.deliveries import apply, count, numbered, row
from tests.seed import SeededTenant

MORNING, NOON, EVENING = 1_795_680_000, 1_795_690_800, 1_795_708_800


def news(tenant: SeededTenant, field: str, time: int = NOON, **value: Any) -> bytes:
    entry = {"id": tenant.waba_id, "time": time, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


async def second_number(db: Database, tenant: SeededTenant, display: str = "212520000001") -> UUID:
    found: UUID = await db.system.fetchval(
        """insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number)
        select tenant_id, meta_app_id, $2, waba_id, $3 from accounts where id = $1 returning id""",
        tenant.account_id, f"9{tenant.phone_number_id}", display)
    return found


async def account(db: Database, account_id: UUID) -> dict[str, Any]:
    return dict(await row(db, "select * from accounts where id = $1", account_id))


async def test_news_of_a_number_is_written_down_and_told(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, news(tenant, "phone_number_quality_update", display_phone_number="+212 520-000000",
                                 event="FLAGGED", max_daily_conversations_per_business="TIER_250"))
    found = await account(db, tenant.account_id)
    assert (found["meta_status"], found["messaging_limit"], found["version"]) == ("FLAGGED", "TIER_250", 2)
    [event] = await numbered(db, tenant)
    assert event.type == "account.updated"
    assert event.data["account"]["id"] == str(tenant.account_id)
    assert event.data["account"]["version"] == 2
    assert event.data["changed"] == {"meta_status": [None, "FLAGGED"], "messaging_limit": [None, "TIER_250"]}
    assert (event.data["field"], event.data["value"]["event"]) == ("phone_number_quality_update", "FLAGGED")


async def test_an_older_word_that_comes_late_changes_nothing(db: Database, tenant: SeededTenant) -> None:
    for time, name in ((NOON, "Atlas"), (MORNING, "Old"), (NOON, "Atlas"), (EVENING, "New")):
        await apply(db, tenant, news(tenant, "phone_number_name_update", time, decision="APPROVED",
                                     display_phone_number="212520000000", requested_verified_name=name))
    assert (await account(db, tenant.account_id))["verified_name"] == "New"
    told = [event.data["changed"].get("verified_name") for event in await numbered(db, tenant)]
    assert told == [None, ["Atlas", "New"]]


async def test_in_one_batch_the_newest_wins_whatever_the_order(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, *(news(tenant, "account_update", time, event=event) for time, event in (
        (EVENING, "ACCOUNT_RECONNECTED"), (NOON, "ACCOUNT_OFFBOARDED"))))
    assert (await account(db, tenant.account_id))["meta_status"] == "CONNECTED"


async def test_what_meta_answered_since_is_not_undone_by_an_older_webhook(db: Database, tenant: SeededTenant) -> None:
    await db.system.execute("update accounts set looked_at = to_timestamp($2 + 0.5), meta_status = 'CONNECTED' "
                            "where id = $1", tenant.account_id, NOON)
    await apply(db, tenant, news(tenant, "account_update", NOON - 1, event="ACCOUNT_DELETED"))
    assert (await account(db, tenant.account_id))["meta_status"] == "CONNECTED"
    await apply(db, tenant, news(tenant, "account_update", NOON, event="ACCOUNT_DELETED"))
    assert (await account(db, tenant.account_id))["meta_status"] == "DELETED"


async def test_news_of_the_account_is_of_all_its_numbers_and_of_a_number_its_own(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    second = await second_number(db, tenant)
    await apply(db, tenant, news(tenant, "business_capability_update", max_daily_conversations_per_business=2000),
                news(tenant, "phone_number_quality_update", display_phone_number="212520000001", event="FLAGGED"))
    first, other = await account(db, tenant.account_id), await account(db, second)
    assert (first["messaging_limit"], first["meta_status"]) == ("TIER_2K", None)
    assert (other["messaging_limit"], other["meta_status"]) == ("TIER_2K", "FLAGGED")
    assert (await account(db, other_tenant.account_id))["version"] == 1
    assert await numbered(db, other_tenant) == []


async def test_an_alert_has_no_column_and_is_told_all_the_same(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, news(tenant, "account_alerts", entity_type="BUSINESS", entity_id="1",
                                 alert_info={"alert_type": "OBA_APPROVED"}))
    [event] = await numbered(db, tenant)
    assert (event.type, event.data["changed"], event.data["value"]["alert_info"]["alert_type"]) == (
        "account.updated", {}, "OBA_APPROVED")
    assert (await account(db, tenant.account_id))["version"] == 1


async def test_a_number_that_is_not_connected_here_is_set_aside(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, news(tenant, "phone_number_quality_update", display_phone_number="15550001111",
                                 event="FLAGGED"))
    assert await count(db, "quarantine") == 1
    assert (await account(db, tenant.account_id))["meta_status"] is None


async def test_another_tenants_app_may_not_spread_news_of_this_number(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await apply(db, other_tenant, news(tenant, "account_update", event="ACCOUNT_DELETED"))
    assert (await account(db, tenant.account_id))["meta_status"] is None
    assert await count(db, "quarantine") == 1


async def test_an_alert_that_comes_twice_is_told_once(db: Database, tenant: SeededTenant) -> None:
    for _ in range(2):
        await apply(db, tenant, news(tenant, "account_alerts", alert_info={"alert_type": "OBA_APPROVED"}))
    assert [event.type for event in await numbered(db, tenant)] == ["account.updated"]


@pytest.mark.parametrize(("field", "event"), [
    ("calls", "webhook.unhandled"), ("security", "account.updated"), ("template_category_update", "webhook.unhandled")])
async def test_what_is_not_as_documented_is_an_honest_unknown(
    db: Database, tenant: SeededTenant, field: str, event: str
) -> None:
    await apply(db, tenant, news(tenant, field, event="X"))
    assert [one.type for one in await numbered(db, tenant)] == [event]


async def test_news_of_a_partners_solution_is_told_to_the_tenant_whose_app_it_is(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    told = {"entry": [{"id": "a-portfolio", "changes": [{"field": "partner_solutions", "value": {
        "event": "SOLUTION_CREATED", "solution_id": "1", "solution_status": "DRAFT"}}]}]}  # fmt: skip
    await apply(db, tenant, json.dumps(told).encode())
    assert [one.type for one in await numbered(db, tenant)] == ["account.updated"]
    assert await numbered(db, other_tenant) == []


async def test_news_of_a_template_is_told_and_has_the_templates_read_again(db: Database, tenant: SeededTenant) -> None:
    for name in ("summer", "winter", "summer"):
        await apply(db, tenant, news(tenant, "message_template_status_update", event="PAUSED", reason="NONE",
                                     message_template_name=name, message_template_language="fr"))  # fmt: skip
    told = await numbered(db, tenant)
    assert [(one.type, one.data["template"]["name"], one.data["status"]) for one in told] == [
        ("template.status", "summer", "PAUSED"), ("template.status", "winter", "PAUSED")]
    assert await db.system.fetchval("select count(*) from jobs where name = 'read_templates'") == 1
