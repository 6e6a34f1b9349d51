"""What sending costs, in the organisation's own days and by its own rate card."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from core.db.pool import Database
from tests.http.conftest import Enter
from tests.seed import SeededTenant

CARD = {"currency": "EUR", "rates": [
    {"category": "marketing", "rate": "0.05"}, {"category": "marketing", "prefix": "212", "rate": "0.0485"},
    {"category": "marketing", "prefix": "2126", "rate": "0.04"},
    {"category": "utility", "prefix": "33", "rate": "0.03"},
]}  # fmt: skip
NOVEMBER = "/costs?from=2026-11-01&to=2026-11-30"


async def _sent(
    db: Database, tenant: SeededTenant, at: str | None, category: str, prefix: str = "212", **more: Any
) -> None:
    told = {"type": "regular", "billable": True, **more}
    await db.system.execute(
        """insert into message_costs (tenant_id, account_id, wamid_digest, prefix, category, type, model, billable,
            told_rank, delivered_at) values ($1, $2, $3, $4, $5, $6, 'PMP', $7, 2, $8)""",
        tenant.id, tenant.account_id, uuid4().bytes, prefix, category, told["type"], told["billable"],
        datetime.fromisoformat(at).astimezone(UTC) if at else None,
    )  # fmt: skip


@pytest.fixture
async def november(db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    """In Paris the second message is of the 2nd, and the last of 1 December."""
    await db.system.execute("update tenants set timezone = 'Europe/Paris'")
    await _sent(db, tenant, "2026-11-01T10:00:00+00:00", "marketing")
    await _sent(db, tenant, "2026-11-01T23:30:00+00:00", "marketing", "1")
    await _sent(db, tenant, "2026-11-02T08:00:00+00:00", "service", type="free_entry_point")
    await _sent(db, tenant, "2026-11-02T08:00:00+00:00", "utility")
    await _sent(db, tenant, None, "marketing")
    await _sent(db, tenant, "2026-11-30T23:30:00+00:00", "marketing")
    await _sent(db, other_tenant, "2026-11-02T08:00:00+00:00", "authentication")


async def test_costs_are_counted_by_the_organisations_days(november: None, enter: Enter, tenant: SeededTenant) -> None:
    admin = await enter(tenant, "admin")
    told = (await admin.get(NOVEMBER)).json
    assert [(line["key"], line["messages"]) for line in told["items"]] == [("2026-11-01", 1), ("2026-11-02", 3)]
    assert told["total"]["by_category"] == {"marketing": 2, "service": 1, "utility": 1}
    assert told["total"]["by_country"] == {"212": 3, "1": 1}
    assert told["total"]["by_type"] == {"regular": 3, "free_entry_point": 1}
    assert (told["timezone"], told["currency"], told["total"]["amount"]) == ("Europe/Paris", None, None)
    by_account = (await admin.get(NOVEMBER + "&group=account")).json
    assert [line["key"] for line in by_account["items"]] == [str(tenant.account_id)]


async def test_money_is_what_the_organisations_own_card_says(
    november: None, enter: Enter, tenant: SeededTenant
) -> None:
    admin = await enter(tenant, "admin")
    assert (await admin.get("/costs/rates")).json == {"currency": None, "rates": [], "updated_at": None, "version": 0}
    saved = await admin.ask("PUT", "/costs/rates", CARD)
    assert (saved.status, saved.json["version"]) == (200, 1)
    assert saved.json == (await admin.get("/costs/rates")).json
    told = (await admin.get(NOVEMBER + "&group=category")).json
    assert {line["key"]: (line["amount"], line["free"], line["unpriced"]) for line in told["items"]} == {
        "marketing": ("0.0985", 0, 0), "service": ("0", 1, 0), "utility": ("0", 0, 1)}
    assert (told["total"]["amount"], told["currency"]) == ("0.0985", "EUR")


async def test_a_change_of_the_card_is_written_into_the_log(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    admin = await enter(tenant, "admin")
    for _ in range(2):
        await admin.ask("PUT", "/costs/rates", CARD)
    [entry] = await db.system.fetch("select changes from audit_log where action = 'rates.updated'")
    assert entry["changes"]["currency"] == [None, "EUR"]


@pytest.mark.parametrize("body", [
    {"currency": "euro", "rates": []},
    {"currency": "EUR", "rates": [{"category": "utility", "rate": "-1"}]},
    {"currency": "EUR", "rates": [{"category": "utility", "rate": "NaN"}]},
    {"currency": "EUR", "rates": [{"category": "utility", "rate": "1", "prefix": "+212"}]},
    {"currency": "EUR", "rates": [{"category": "utility", "rate": "1"}, {"category": "utility", "rate": "2"}]},
])  # fmt: skip
async def test_a_card_that_makes_no_sense_is_refused(enter: Enter, tenant: SeededTenant, body: Any) -> None:
    assert (await (await enter(tenant, "admin")).ask("PUT", "/costs/rates", body)).status == 422


@pytest.mark.parametrize("days", ["from=2026-11-02&to=2026-11-01", "from=2025-01-01&to=2026-11-01", "from=x&to=y", ""])
async def test_days_that_are_none_are_refused(enter: Enter, tenant: SeededTenant, days: str) -> None:
    assert (await (await enter(tenant, "admin")).get(f"/costs?{days}")).status == 422


async def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(
    november: None, enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    await _sent(db, tenant, "2026-11-03T10:00:00+00:00", "=cmd()")
    admin = await enter(tenant, "admin")
    answer = await admin.get("/costs/file?from=2026-11-01&to=2026-11-30&group=category")
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = answer.raw.decode().splitlines()
    assert lines[0].startswith("category,messages,free,unpriced,amount,currency,")
    assert lines[1].startswith("'=cmd(),1,")
    assert lines[-1].startswith("total,5,1,")


async def test_costs_are_for_those_who_manage_the_organisation(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    for path in (NOVEMBER, "/costs/rates", "/costs/file?from=2026-11-01&to=2026-11-02"):
        assert (await agent.get(path)).status == 403
