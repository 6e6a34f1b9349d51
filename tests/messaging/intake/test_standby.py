"""While Meta's own agent answers, its customers' words and its own are in the thread, and who answers is told."""

from comptoir_sdk.webhooks import Handover

from core.db.pool import Database
from core.plugins.happenings import HOOKS
from tests.messaging.intake.deliveries import NOW, apply, count, delivery, numbered, status
from tests.seed import SeededTenant

CUSTOMER = "212611111111"


async def test_the_thread_has_both_sides_and_what_became_of_the_answer(db: Database, tenant: SeededTenant) -> None:
    asked = {"standby": {"contacts": [{"wa_id": CUSTOMER, "profile": {"name": "Amina"}}], "messages": [
        {"from": CUSTOMER, "id": "wamid.1", "timestamp": str(NOW), "type": "text", "text": {"body": "Where is it?"}}]}}
    answered = {"standby": {"message_echoes": [{"id": "wamid.2", "timestamp": str(NOW + 1), "message": {
        "messaging_product": "whatsapp", "to": f"+{CUSTOMER}", "type": "text", "text": {"body": "On its way."}}}]}}
    became = {"standby": status("wamid.2", "read", NOW + 2)}
    for told in (became, answered, asked, answered, became):
        await apply(db, tenant, delivery(tenant, told, field="standby"))
    rows = await db.system.fetch("select direction, author_kind, body, status from messages order by at")
    assert [tuple(one) for one in rows] == [
        ("inbound", "customer", "Where is it?", "received"), ("outbound", "automation", "On its way.", "read")]
    assert [await count(db, table) for table in ("contacts", "conversations", "webhook_unknowns")] == [1, 1, 0]
    window = await db.system.fetchval("select extract(epoch from last_inbound_at)::bigint from conversations")
    assert window == NOW


async def test_plugins_hear_who_answers_now(db: Database, tenant: SeededTenant) -> None:
    told = {"metadata": None, "sender": {"phone_number": CUSTOMER}, "type": "control_passed", "timestamp": str(NOW),
            "recipient": {"phone_number_id": tenant.phone_number_id}, "control_passed": {
                "previous_owner_role": "ai_agent", "new_owner_role": "escalation", "metadata": "wants a person",
                "conversation_context": {"type": "summary", "summary": {"text": "A refund"}}}}  # fmt: skip
    del told["metadata"]
    body = delivery(tenant, told, field="messaging_handovers").replace(b'"metadata": {"display', b'"about": {"display')
    await apply(db, tenant, body, body)
    [event] = await numbered(db, tenant)
    assert event.type == "control.changed"
    found = await HOOKS["control.changed"]["on_control_changed"](db, event)
    assert found is not None
    handover = found["handover"]
    assert isinstance(handover, Handover)
    shown = (handover.phone, handover.previous_role, handover.role, handover.note, handover.summary)
    assert shown == (CUSTOMER, "ai_agent", "escalation", "wants a person", "A refund")
