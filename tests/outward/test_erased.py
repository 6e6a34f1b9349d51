"""Whoever was erased is not told of again: not late, not in a replay, not when one event is sent again."""

import json
from uuid import UUID

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.events.log import Event
from core.messaging.contacts import delete_contact
from core.outward import places
from core.outward.endpoints import Endpoints
from core.outward.events import TYPES, data_of
from core.outward.sender import Sender
from tests.egress.loopback import answering, serving
from tests.http.ledger import new_thread
from tests.messaging.intake.deliveries import apply, delivery, text
from tests.outward.conftest import Tell, admin_of
from tests.seed import SeededTenant

EVERYTHING = list(TYPES)


async def test_a_deleted_contact_is_left_out_of_a_replay(
    db: Database, endpoints: Endpoints, sender: Sender, tell: Tell, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", body="my secret illness")))
    await tell(tenant)
    contact_id = await db.system.fetchval("select id from contacts where tenant_id = $1", tenant.id)
    first = await db.system.fetchval("select min(created_at) from event_log")
    async with serving(answering()) as server:
        made = await endpoints.create(admin_of(tenant), "shop", f"{server.url}/", EVERYTHING)
        await places.start_from(db, tenant.id, UUID(made["id"]), first)
        await sender.drain()
        told = b"".join(one.body for one in server.received)
        assert b"my secret illness" in told
        server.received.clear()
        with tenant_scope(tenant.id):
            await delete_contact(db, contact_id)
        await tell(tenant)
        await places.start_from(db, tenant.id, UUID(made["id"]), first)
        await sender.drain()
        told = b"".join(one.body for one in server.received)
        kinds = [json.loads(one.body)["type"] for one in server.received]
    assert b"my secret illness" not in told
    assert b"212661" not in told
    assert "contact.deleted" in kinds
    assert not {"message.received", "conversation.opened", "contact.saved"} & set(kinds)
    outcomes = await db.system.fetch("select distinct type from webhook_attempts where outcome = 'skipped'")
    assert {"message.received", "contact.saved"} <= {row["type"] for row in outcomes}


async def test_words_that_were_taken_back_are_not_told_late(db: Database, tenant: SeededTenant) -> None:
    thread = await new_thread(db, tenant)
    message_id = thread.message_ids[-1]
    written = await db.system.fetchval("select resource from message_resources where id = $1", message_id)
    seen = await db.system.fetchval("select resource from conversation_resources where id = $1", thread.conversation_id)
    at = await db.system.fetchval("select now()")
    event = Event(tenant.id, 1, 1, 1, "message.received", thread.conversation_id,
                  {"message": written, "conversation": seen}, at)  # fmt: skip
    before = await data_of(db.system, event)
    assert before == event.data
    await db.system.execute("update messages set revoked_at = now(), body = '' where id = $1", message_id)
    after = await data_of(db.system, event)
    assert after is not None
    assert "Salam" not in json.dumps(after)
    assert after["conversation"]["last_message"] is None


async def test_somebody_of_a_group_who_was_erased_is_taken_out_of_what_is_told(
    db: Database, tenant: SeededTenant
) -> None:
    thread = await new_thread(db, tenant)
    seen = await db.system.fetchval("select resource from conversation_resources where id = $1", thread.conversation_id)
    gone = {"id": "00000000-0000-0000-0000-00000000dead", "name": "Erased"}
    here = {"id": str(thread.contact_id), "name": "Salma"}
    group = {**seen, "contact": None, "group": {"participants": [gone, here]}}
    at = await db.system.fetchval("select now()")
    told = await data_of(db.system, Event(tenant.id, 1, 1, 1, "conversation.updated", thread.conversation_id,
                                          {"conversation": group}, at))  # fmt: skip
    assert told is not None
    assert told["conversation"]["group"]["participants"] == [here]
