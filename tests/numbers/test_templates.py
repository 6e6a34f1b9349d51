"""Outside the window: the number's approved templates, read from Meta, listed with their price, and no one else's."""

from typing import Any
from uuid import uuid4

from core.db.pool import Database
from core.http.templates import TemplateList
from tests.http.callers import Caller
from tests.http.ledger import Thread, new_thread
from tests.numbers.clinic import Clinic
from tests.numbers.conftest import As
from tests.seed import SeededTenant

_CARD = {"currency": "EUR", "rates": [{"category": "utility", "prefix": "212", "rate": "0.0101"},
                                      {"category": "marketing", "prefix": "", "rate": "0.05"}]}


async def _amina(db: Database, tenant: SeededTenant, hours: int = 25) -> tuple[Thread, str]:
    thread = await new_thread(db, tenant, name="amina", phone="212600000101")
    await db.system.execute("update conversations set last_inbound_at = now() - make_interval(hours => $1)", hours)
    return thread, f"/conversations/{thread.conversation_id}"


async def test_they_are_read_and_listed_with_their_price(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    _, path = await _amina(db, tenant)
    empty = (await admin.get(f"{path}/templates")).json
    assert (empty["items"], empty["read_at"], empty["currency"]) == ([], None, None)
    read = await admin.ask("POST", f"{path}/template-readings")
    assert read.status == 204, read.json
    assert (await admin.ask("PUT", "/costs/rates", _CARD)).status == 200
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await admin.get(f"{path}/templates?limit=3" + (f"&cursor={cursor}" if cursor else ""))).json
        TemplateList.model_validate(page)
        seen, cursor = seen + page["items"], page["next"]
    names = [(one["name"], one["language"]) for one in seen]
    assert names == sorted(names)
    assert {("order_shipped", "ar"), ("order_shipped", "fr"), ("autumn_sale", "fr")} <= set(names)
    assert not {"feedback_request", "new_collection", "loyalty_points"} & {name for name, _ in names}
    prices = {one["name"]: one["price"] for one in seen}
    assert (page["currency"], prices["order_shipped"], prices["autumn_sale"]) == ("EUR", "0.0101", "0.05")
    await db.system.execute("update conversations set last_inbound_at = now()")
    within = (await admin.get(f"{path}/templates?limit=100")).json["items"]
    assert {one["price"] for one in within if one["category"] == "UTILITY"} == {"0"}


async def test_what_is_old_is_read_anew_soon(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    _, path = await _amina(db, tenant)
    waiting = "select count(*) from jobs where name = 'read_templates'"
    await admin.ask("POST", f"{path}/template-readings")
    await admin.get(f"{path}/templates")
    assert await db.system.fetchval(waiting) == 0
    await db.system.execute("update template_readings set read_at = now() - interval '1 hour'")
    await admin.get(f"{path}/templates")
    assert await db.system.fetchval(waiting) == 1


async def test_meta_away_is_said_and_what_is_known_stays(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant
) -> None:
    _, path = await _amina(db, tenant)
    await admin.ask("POST", f"{path}/template-readings")
    known = (await admin.get(f"{path}/templates?limit=100")).json["items"]
    await db.system.execute("update accounts set graph_url = 'http://127.0.0.1:1'")
    assert (await admin.ask("POST", f"{path}/template-readings")).status == 503
    assert (await admin.get(f"{path}/templates?limit=100")).json["items"] == known != []


async def test_a_viewer_and_another_tenant_learn_nothing(
    db: Database, clinic: Clinic, tenant: SeededTenant, other_tenant: SeededTenant, as_role: As
) -> None:
    _, path = await _amina(db, tenant)
    assert (await (await as_role(tenant, "viewer")).get(f"{path}/templates")).status == 403
    other = await as_role(other_tenant, "owner")
    for asked in (path, f"/conversations/{uuid4()}"):
        assert (await other.get(f"{asked}/templates")).status == 404
        assert (await other.ask("POST", f"{asked}/template-readings")).status == 404
