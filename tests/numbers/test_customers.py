"""What a number does about its customers at Meta: typing dots, blocks, links; and templates known before they leave."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.app import WebProcess
from core.db.pool import Database
from core.http.customers import BlockedContact, BlockOutcomes, MessageLink
from core.http.resources import Listing
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.messaging.accounts import GraphClients
from core.messaging.template_readings import TemplateReadings
from tests.http.callers import Caller
from tests.http.ledger import Thread, new_thread
from tests.numbers.clinic import Clinic
from tests.numbers.conftest import As
from tests.seed import VAULT, SeededTenant

AMINA = "212600000101"


@pytest.fixture
async def amina(db: Database, tenant: SeededTenant, clinic: Clinic) -> Thread:
    """She has written, here and at the sandbox."""
    return await customer(db, tenant, clinic, "amina", AMINA)


async def customer(db: Database, tenant: SeededTenant, clinic: Clinic, phone_id: str, phone: str) -> Thread:
    wrote = await clinic.control("POST", f"phones/{phone_id}/messages", {"text": "Salam"})
    thread = await new_thread(db, tenant, name=phone_id, phone=phone)
    await db.system.execute("update conversations set last_inbound_wamid = $2 where id = $1", thread.conversation_id,
                            wrote["wamid"])  # fmt: skip
    return thread


async def events(db: Database, *types: str) -> list[dict[str, Any]]:
    rows = await db.system.fetch("select payload from event_outbox where type = any($1) order by id", list(types))
    return [row["payload"] for row in rows]


async def test_the_customer_sees_that_somebody_types_and_that_it_was_read(
    clinic: Clinic, admin: Caller, amina: Thread
) -> None:
    assert (await admin.ask("POST", f"/conversations/{amina.conversation_id}/typing")).status == 204
    shown = await clinic.control("GET", "phones/amina")
    assert shown["typing"] is True
    [message] = (await clinic.control("GET", "phones/amina/messages"))["items"]
    assert message["status"] == "read"


async def test_nobody_types_outside_the_window_or_in_anothers_conversation(
    db: Database, clinic: Clinic, admin: Caller, amina: Thread, as_role: As, other_tenant: SeededTenant
) -> None:
    path = f"/conversations/{amina.conversation_id}/typing"
    assert (await (await as_role(other_tenant, "admin")).ask("POST", path)).status == 404
    await db.system.execute("update conversations set last_inbound_at = now() - interval '25 hours'")
    assert (await admin.ask("POST", path)).json["type"] == "/problems/window-closed"
    assert (await clinic.control("GET", "phones/amina"))["typing"] is False


async def test_some_are_blocked_and_others_not_and_each_is_told(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, amina: Thread
) -> None:
    unheard = await new_thread(db, tenant, name="nobody", phone="212600000999")
    ids = [str(amina.contact_id), str(unheard.contact_id), str(uuid4())]
    path = f"/accounts/{tenant.account_id}/blocked-contacts"
    answer = await admin.ask("POST", path, {"contact_ids": ids})
    BlockOutcomes.model_validate(answer.json)
    assert answer.status == 200
    done, refused, absent = answer.json["items"]
    assert (done["contact_id"], done["blocked"], done["problem"]) == (ids[0], True, None)
    assert (refused["blocked"], refused["problem"]["meta"]["code"]) == (None, 131026)
    assert absent["problem"]["type"] == "/problems/not-found"
    listed = await admin.get(path)
    Listing[BlockedContact].model_validate(listed.json)
    assert [item["contact"]["id"] for item in listed.json["items"]] == ids[:1]
    [told] = await events(db, "contact.blocked")
    assert told | {"blocked_at": None} == {
        "contact_id": ids[0], "account_id": str(tenant.account_id), "blocked": True, "blocked_at": None}
    shown = (await admin.get(f"/conversations/{amina.conversation_id}")).json
    assert datetime.fromisoformat(shown["blocked_at"]) == datetime.fromisoformat(told["blocked_at"])
    assert [row["action"] for row in await db.system.fetch("select action from audit_log")] == ["contact.blocked"]
    assert (await clinic.control("GET", "phones/amina"))["blocked"] is True


async def test_blocking_twice_is_told_once_and_unblocking_ends_it(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, amina: Thread
) -> None:
    path, body = f"/accounts/{tenant.account_id}/blocked-contacts", {"contact_ids": [str(amina.contact_id)]}
    for _ in range(2):
        assert (await admin.ask("POST", path, body)).json["items"][0]["blocked"] is True
    assert len(await events(db, "contact.blocked")) == 1
    sending = f"/conversations/{amina.conversation_id}/messages"
    refused = await admin.ask("POST", sending, {"body": "Bonjour"})
    assert (refused.status, "unblock them first" in refused.json["detail"]) == (422, True)
    assert (await admin.ask("DELETE", path, body)).json["items"][0]["blocked"] is False
    assert (await admin.get(path)).json["items"] == []
    assert (await admin.get(f"/conversations/{amina.conversation_id}")).json["blocked_at"] is None
    assert (await admin.ask("POST", sending, {"body": "Bonjour"})).status == 202
    assert (await clinic.control("GET", "phones/amina"))["blocked"] is False


async def test_only_who_wrote_in_the_last_day_can_be_blocked(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, amina: Thread
) -> None:
    await db.system.execute("update conversations set last_inbound_at = now() - interval '25 hours'")
    body = {"contact_ids": [str(amina.contact_id)]}
    [outcome] = (await admin.ask("POST", f"/accounts/{tenant.account_id}/blocked-contacts", body)).json["items"]
    assert "last 24 hours" in outcome["problem"]["detail"]
    assert await db.system.fetchval("select count(*) from contact_blocks") == 0


async def test_another_tenants_contacts_and_numbers_do_not_exist(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, other_tenant: SeededTenant, amina: Thread,
    as_role: As,
) -> None:
    stranger = await as_role(other_tenant, "admin")
    body = {"contact_ids": [str(amina.contact_id)]}
    path = f"/accounts/{tenant.account_id}/blocked-contacts"
    assert (await stranger.ask("POST", path, body)).status == 404
    assert (await stranger.get(path)).status == 404
    assert (await stranger.get(f"/accounts/{tenant.account_id}/links")).status == 404
    foreign = await new_thread(db, other_tenant)
    [outcome] = (await admin.ask("POST", path, {"contact_ids": [str(foreign.contact_id)]})).json["items"]
    assert outcome["problem"]["status"] == 404


async def test_links_are_made_changed_listed_and_deleted(
    db: Database, admin: Caller, tenant: SeededTenant, clinic: Clinic
) -> None:
    path = f"/accounts/{tenant.account_id}/links"
    made = await admin.ask("POST", path, {"message": "x" * 140})
    MessageLink.model_validate(made.json)
    assert made.status == 201
    code = made.json["code"]
    assert made.json["url"] == f"https://wa.me/message/{code}"
    assert made.json["qr_image_url"]
    changed = await admin.ask("PUT", f"{path}/{code}", {"message": "Bonjour"})
    assert (changed.status, changed.json["message"]) == (200, "Bonjour")
    listed = (await admin.get(path)).json["items"]
    assert [(link["code"], link["message"], link["qr_svg"]) for link in listed] == [(code, "Bonjour", None)]
    shown = await admin.get(f"{path}/{code}")
    MessageLink.model_validate(shown.json)
    assert shown.json["message"] == "Bonjour"
    assert shown.json["qr_svg"].startswith("<svg")
    assert shown.json["qr_svg"] == made.json["qr_svg"]
    assert (await admin.get(f"{path}/ABSENT")).status == 404
    assert (await admin.ask("DELETE", f"{path}/{code}")).status == 204
    assert (await admin.ask("DELETE", f"{path}/{code}")).status == 404
    assert (await admin.ask("PUT", f"{path}/{code}", {"message": "a"})).status == 404
    actions = [row["action"] for row in await db.system.fetch("select action from audit_log order by n")]
    assert actions == ["account.link_made", "account.link_changed", "account.link_deleted"]


async def test_metas_limits_of_links_are_told(admin: Caller, tenant: SeededTenant, clinic: Clinic) -> None:
    path = f"/accounts/{tenant.account_id}/links"
    too_long = await admin.ask("POST", path, {"message": "x" * 141})
    assert too_long.status == 422
    assert "140" in too_long.json["detail"]


async def read_templates(db: Database, process: WebProcess) -> int:
    """The worker's part. Returns how many readings waited."""
    readings = TemplateReadings(db, GraphClients(process.numbers.egress, VAULT))
    runner = Runner(db, Handlers(readings.handler()))
    waiting: list[UUID] = [row["id"] for row in await db.system.fetch(
        "select id from jobs where state = 'queued' and name = 'read_templates'")]  # fmt: skip
    for job_id in waiting:
        assert await runner.run(job_id)
    return len(waiting)


def shipped(*texts: str, **more: Any) -> dict[str, Any]:
    body = {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}
    return {"type": "template", "template": {"name": "order_shipped", "language": {"code": "fr"},
                                             "components": [body], **more}}  # fmt: skip


async def test_a_template_is_checked_against_what_meta_told_of_it(
    db: Database, process: WebProcess, admin: Caller, amina: Thread
) -> None:
    path = f"/conversations/{amina.conversation_id}/messages"
    assert (await admin.ask("POST", path, shipped("Salma"))).status == 202  # nothing is known yet: Meta will tell
    assert await read_templates(db, process) == 1
    assert (await admin.ask("POST", path, shipped("Salma", "112"))).status == 202
    assert await read_templates(db, process) == 0
    refused = await admin.ask("POST", path, shipped("Salma"))
    assert refused.status == 422
    assert refused.json["errors"][0]["pointer"] == "#/template/components/0/parameters"
    assert "gives 1 of the 2 variables" in refused.json["detail"]
    assert "132000" in refused.json["detail"]
    assert await read_templates(db, process) == 1  # the template may have changed: the next try is checked anew


async def test_headers_names_and_buttons_must_fit(
    db: Database, clinic: Clinic, process: WebProcess, admin: Caller, amina: Thread
) -> None:
    told = {"name": "visit", "language": "fr", "status": "APPROVED", "category": "UTILITY", "parameter_format": "NAMED",
            "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "{{first_name}}"},
                           {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "a", "url": "https://a.ma/{{1}}"}]}]}
    await clinic.control("PUT", "templates", told)
    path = f"/conversations/{amina.conversation_id}/messages"
    await admin.ask("POST", path, shipped("a", "b"))
    await read_templates(db, process)
    content = {"type": "template", "template": {"name": "visit", "language": {"code": "fr"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Salma", "parameter_name": "name"}]}]}}
    words = " ".join(fault["msg"] for fault in (await admin.ask("POST", path, content)).json["errors"])
    for part in ("no header", "names name instead of first_name", "131008"):
        assert part in words


async def test_an_authentication_template_needs_a_phone(
    db: Database, clinic: Clinic, process: WebProcess, admin: Caller, tenant: SeededTenant, amina: Thread
) -> None:
    told = {"name": "login_code", "language": "fr", "status": "APPROVED", "category": "AUTHENTICATION",
            "parameter_format": "POSITIONAL", "components": [{"type": "BODY", "add_security_recommendation": True}, {
                "type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ONE_TAP", "text": "Copy code"}]}]}
    await clinic.control("PUT", "templates", told)
    path = f"/conversations/{amina.conversation_id}/messages"
    await admin.ask("POST", path, shipped("a", "b"))
    await read_templates(db, process)
    await db.system.execute("update contacts set phone = null, bsuid = 'MA.1' where id = $1", amina.contact_id)
    refused = await admin.ask("POST", path, {"type": "template", "template": {
        "name": "login_code", "language": {"code": "fr"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "123456"}]}]}})
    assert refused.status == 422
    assert "131062" in refused.json["detail"]
    assert "ask the customer for their number" in refused.json["detail"]
    assert "hands over the code (131008)" in " ".join(fault["msg"] for fault in refused.json["errors"])
    # The code fits the body, whose words Meta has not told; and the template is listed, so that nobody looks for it.
    assert not any("/body" in fault["pointer"] for fault in refused.json["errors"])
    listed = (await admin.ask("GET", f"/conversations/{amina.conversation_id}/templates")).json["items"]
    assert [one["category"] for one in listed if one["name"] == "login_code"] == ["AUTHENTICATION"]
