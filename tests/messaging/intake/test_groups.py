"""A group is one conversation with several people: whoever writes in it is named, and takes their words with them."""

import asyncio
import itertools
from typing import Any
from uuid import UUID

import pytest

from core.db.pool import Database
from core.db.scope import Viewer, tenant_scope, viewer_scope
from core.errors import Forbidden, NotFound
from core.messaging.contacts import delete_contact
from core.messaging.conversation_list import Filter, list_conversations
from core.messaging.conversations import get_conversation
from core.messaging.intake.application import apply_deliveries
from core.messaging.intake.claim import claim
from core.messaging.messages import list_messages, receipts_of
from core.messaging.receipts import queue_read_receipt
from core.plugins.happenings import HOOKS
from tests.messaging.intake.deliveries import (
    NOW,
    apply,
    count,
    delivery,
    journal,
    numbered,
    row,
    sent_message,
    status,
    text,
    types,
)
from tests.seed import SeededTenant

GROUP = "Y2FwaV9ncm91cDoxOTUwNTU1MDA3OToxMjAzNjMzOTQzMjAZD"
AMINA, BADR = "212611111111", "212622222222"
Json = dict[str, Any]


def said(wamid: str, phone: str = AMINA, body: str = "salam", **more: Any) -> Json:
    return text(wamid, phone, body, name="Amina" if phone == AMINA else "Badr", group_id=GROUP, **more)


def news(kind: str, at: int = NOW, **more: Any) -> Json:
    return {"groups": [{"timestamp": str(at), "group_id": GROUP, "type": kind, **more}]}


def people(*phones: str) -> list[Json]:
    return [{"wa_id": phone} for phone in phones]


async def the_group(db: Database, tenant: SeededTenant) -> Json:
    found: UUID = await db.system.fetchval("select conversation_id from groups")
    with tenant_scope(tenant.id):
        return await get_conversation(db, found)


async def test_what_people_write_in_a_group_is_one_conversation_that_names_each_of_them(
    db: Database, tenant: SeededTenant
) -> None:
    third = text("wamid.3", AMINA)
    await apply(db, tenant, delivery(tenant, said("wamid.1"), said("wamid.2", BADR, at=NOW + 1), third))
    conversation = await the_group(db, tenant)
    assert (conversation["kind"], conversation["contact"], conversation["unread"]) == ("group", None, 2)
    assert conversation["group"]["id"] == GROUP
    assert sorted(one["name"] for one in conversation["group"]["participants"]) == ["Amina", "Badr"]
    assert conversation["last_message"]["preview"] == "salam"
    with tenant_scope(tenant.id):
        thread = (await list_messages(db, UUID(conversation["id"]), limit=9)).read().items
        everything = (await list_conversations(db, Filter(), limit=9)).read().items
    assert [one["participant"]["name"] for one in thread] == ["Badr", "Amina"]
    assert await count(db, "contacts") == 2
    [alone] = [one for one in everything if one["kind"] == "person"]
    assert (alone["contact"]["name"], alone["group"], alone["unread"]) == ("Amina", None, 1)
    assert (await types(db, tenant)).count("conversation.opened") == 2


async def test_plugins_hear_who_of_the_group_wrote(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1", BADR)))
    [received] = [event for event in await numbered(db, tenant) if event.type == "message.received"]
    found = await HOOKS["message.received"]["on_message_received"](db, received)
    badr = await db.system.fetchval("select id from contacts where phone = $1", BADR)
    assert found is not None
    assert found["message"].contact_id == badr


async def test_the_same_message_again_changes_nothing_and_a_closed_group_opens_when_somebody_writes(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1")))
    await db.system.execute("update conversations set status = 'closed'")
    await apply(db, tenant, delivery(tenant, said("wamid.1")))
    assert (await the_group(db, tenant))["status"] == "closed"
    await apply(db, tenant, delivery(tenant, said("wamid.2", BADR)))
    again = await the_group(db, tenant)
    assert (again["status"], again["unread"], await count(db, "messages")) == ("open", 2, 2)


LIFE = [
    ("group_lifecycle_update", news("group_create", NOW - 90, subject="Fès", invite_link="https://chat.whatsapp.com/A",
                                    join_approval_mode="auto_approve")),
    ("group_participants_update", news("group_participants_add", NOW - 80, added_participants=people(AMINA, BADR))),
    ("group_settings_update", news("group_settings_update", NOW - 70, group_subject={
        "text": "Voyage à Fès", "update_successful": True}, group_description={
        "text": "no", "update_successful": False, "errors": [{"code": 100}]})),
    ("group_participants_update", news("group_participants_remove", NOW - 60, removed_participants=people(BADR))),
    ("messages", said("wamid.1", at=NOW - 50)),
    ("group_status_update", news("group_suspend", NOW - 40)),
]  # fmt: skip


async def test_what_meta_tells_of_a_group_is_on_it_whatever_the_order(db: Database, tenant: SeededTenant) -> None:
    for order in itertools.islice(itertools.permutations(LIFE), 0, 720, 103):
        for told in (*order, order[0]):
            await apply(db, tenant, delivery(tenant, told[1], field=told[0]))
        conversation = await the_group(db, tenant)
        group = conversation["group"]
        shown = (group["subject"], group["description"], group["state"], group["invite_link"])
        assert shown == ("Voyage à Fès", None, "suspended", "https://chat.whatsapp.com/A")
        assert [one["phone"] for one in group["participants"]] == [AMINA]
        assert conversation["last_message_at"] == conversation["last_message"]["at"]
        assert (await types(db, tenant)).count("group.updated") == 5
        await db.system.execute("delete from contacts")
        for table in ("conversations", "event_outbox", "event_log", "webhook_marks"):
            await db.system.execute(f"delete from {table}")


async def test_who_was_removed_and_writes_later_is_there_again(db: Database, tenant: SeededTenant) -> None:
    gone = news("group_participants_remove", NOW, removed_participants=people(BADR))
    await apply(db, tenant, delivery(tenant, gone, field="group_participants_update"))
    assert (await the_group(db, tenant))["group"]["participants"] == []
    assert (await the_group(db, tenant))["status"] == "closed"  # nobody waits in it
    await apply(db, tenant, delivery(tenant, said("wamid.1", BADR, at=NOW + 5)))
    assert [one["phone"] for one in (await the_group(db, tenant))["group"]["participants"]] == [BADR]


async def test_receipts_are_kept_for_each_of_the_people_and_paid_for_each(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1"), said("wamid.2", BADR)))
    conversation = await db.system.fetchval("select conversation_id from groups")
    async with db.system_transaction() as connection:
        sent = await sent_message(connection, tenant, conversation, None, "wamid.ours")
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "group_marketing"}
    to_group = {"recipient_id": GROUP, "recipient_type": "group", "pricing": pricing}
    for phone, word, at in ((AMINA, "delivered", NOW), (BADR, "delivered", NOW + 1), (BADR, "read", NOW + 2)):
        told = status("wamid.ours", word, at, recipient_participant_id=phone, **to_group)
        await apply(db, tenant, delivery(tenant, told), delivery(tenant, told))
    with tenant_scope(tenant.id):
        amina, badr = await receipts_of(db, sent)
    assert (amina["contact"]["name"], "read" in amina) == ("Amina", False)
    assert (badr["contact"]["name"], badr["participant"], "read" in badr) == ("Badr", BADR, True)
    kept = await row(db, "select receipts, status from messages where id = $1", sent)
    assert (kept["receipts"]["delivered"], kept["receipts"]["read"], kept["status"]) == (2, 1, "read")
    paid = await db.system.fetch("select prefix, category from message_costs where delivered_at is not null")
    assert [tuple(one) for one in paid] == [("212", "group_marketing")] * 2


async def test_erasing_somebody_removes_their_words_from_groups_and_leaves_the_others(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1", body="mine"), said("wamid.2", BADR, "theirs", at=NOW + 1)))
    conversation, badr = await the_group(db, tenant), await db.system.fetchval(
        "select id from contacts where phone = $1", BADR)
    async with db.system_transaction() as connection:
        sent = await sent_message(connection, tenant, UUID(conversation["id"]), None, "wamid.ours")
    told = status("wamid.ours", "read", recipient_id=GROUP, recipient_type="group", recipient_participant_id=BADR)
    await apply(db, tenant, delivery(tenant, told))
    with tenant_scope(tenant.id):
        await delete_contact(db, badr)
    left = await the_group(db, tenant)
    assert [one["name"] for one in left["group"]["participants"]] == ["Amina"]
    assert await db.system.fetchval("select array_agg(body order by body) from messages") == ["answer", "mine"]
    assert (left["last_message"]["id"], left["unread"]) == (str(sent), 1)
    assert await count(db, "message_receipts") == 0
    events = {event.type: event.data for event in await numbered(db, tenant)}
    assert events["contact.deleted"]["groups"] == [left["id"]]
    assert events["conversation.updated"]["conversation"]["id"] == left["id"]


async def test_erasing_somebody_takes_what_intake_writes_of_them_meanwhile(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1"), said("wamid.2", BADR, "theirs")))
    badr = await db.system.fetchval("select id from contacts where phone = $1", BADR)
    await journal(db, tenant, delivery(tenant, said("wamid.3", BADR, "written meanwhile", at=NOW + 5)))
    async with db.system_transaction() as intake, asyncio.timeout(20):
        await apply_deliveries(intake, (await claim(intake))[0])
        with tenant_scope(tenant.id):
            erasing = asyncio.create_task(delete_contact(db, badr))
        while not await intake.fetchval("select exists (select from pg_locks where not granted)"):
            assert not erasing.done()
    await erasing
    assert await db.system.fetchval("select array_agg(body) from messages") == ["salam"]


async def test_no_wamid_of_who_was_erased_is_left_in_a_group(db: Database, tenant: SeededTenant) -> None:
    theirs, quoting = said("wamid.2", BADR, "theirs", at=NOW + 1), said("wamid.3", AMINA, "yes", at=NOW)
    quoting["messages"][0]["context"] = {"id": "wamid.2"}
    await apply(db, tenant, delivery(tenant, said("wamid.1", AMINA, at=NOW - 1), theirs, quoting))
    conversation, badr = await the_group(db, tenant), await db.system.fetchval(
        "select id from contacts where phone = $1", BADR)
    async with db.system_transaction() as connection:
        for kind in ("reaction", "pin"):
            await connection.execute(
                "update messages set type = $2, context_wamid = 'wamid.2', content = '{\"message_id\": \"wamid.2\"}' "
                "where id = $1", await sent_message(connection, tenant, UUID(conversation["id"]), None, kind), kind)
        await queue_read_receipt(connection, tenant.id, UUID(conversation["id"]))
    with tenant_scope(tenant.id):
        await delete_contact(db, badr)
    assert await db.system.fetchval("select last_inbound_wamid from conversations") == "wamid.3"
    assert await db.system.fetchval("select array_agg(type order by type) from messages") == ["pin", "text", "text"]
    for table in ("messages", "conversations", "jobs"):
        left = await db.system.fetchval(f"select string_agg(row_to_json(t)::text, ' ') from {table} t")
        assert "wamid.2" not in left


async def test_nobody_erases_words_in_a_group_they_do_not_see(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1")), delivery(tenant, text("wamid.2", AMINA)))
    amina = await db.system.fetchval("select id from contacts")
    await db.system.execute("update conversations set assignee_id = $1 where kind = 'person'", tenant.agent_id)
    with tenant_scope(tenant.id), viewer_scope(Viewer(tenant.agent_id, "own")):
        with pytest.raises(NotFound):
            await get_conversation(db, await db.system.fetchval("select conversation_id from groups"))
        with pytest.raises(Forbidden):
            await delete_contact(db, amina)
    assert await count(db, "messages") == 2


async def test_groups_are_found_by_their_subject_and_listed_alone(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1"), text("wamid.2", BADR, name="Badr")))
    named = news("group_settings_update", group_subject={"text": "Badr et ses amis", "update_successful": True})
    await apply(db, tenant, delivery(tenant, named, field="group_settings_update"))
    with tenant_scope(tenant.id):
        async def kinds(**wanted: Any) -> list[str]:
            return sorted(one["kind"] for one in (await list_conversations(db, Filter(**wanted), limit=9)).read().items)

        assert await kinds(q="badr") == ["group", "person"]
        assert await kinds(q="badr et") == ["group"]
        assert await kinds(kind="group") == ["group"]
        assert await kinds(kind="person") == ["person"]


async def test_two_that_turn_out_to_be_one_are_one_of_the_group(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1", AMINA)))
    await apply(db, tenant, delivery(tenant, text("wamid.2", None, bsuid="MA.1", name="Amina", group_id=GROUP)))
    assert len((await the_group(db, tenant))["group"]["participants"]) == 2
    await apply(db, tenant, delivery(tenant, text("wamid.3", AMINA, bsuid="MA.1", group_id=GROUP)))
    assert len((await the_group(db, tenant))["group"]["participants"]) == 1
    assert await db.system.fetchval("select count(distinct contact_id) from messages") == 1
    told = {event.type: event.data for event in await numbered(db, tenant)}
    group = (await the_group(db, tenant))["id"]
    assert told["contacts.merged"]["groups"] == [group]
    assert told["conversation.updated"]["conversation"]["id"] == group
