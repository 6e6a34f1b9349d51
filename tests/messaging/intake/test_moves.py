"""New numbers and user ids: the same contact with its history, whatever comes first, and never a stranger's."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.intake import Intake
from tests.messaging.intake.deliveries import (
    NOW,
    Json,
    apply,
    count,
    delivery,
    journal,
    numbered,
    row,
    sent_message,
    status,
    text,
)
from tests.seed import SeededTenant

OLD, NEW = "212611111111", "212622222222"


def update(previous: str, current: str, at: int = NOW) -> Json:
    return {"user_id_update": [{"user_id": {"previous": previous, "current": current}, "timestamp": str(at)}]}


def changed(wamid: str, at: int = NOW) -> Json:
    return text(wamid, OLD, at=at, type="system", system={"type": "user_changed_number", "wa_id": NEW, "body": "moved"})


STEPS = ("before", "update", "after")


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS)), ids=" ".join)
async def test_a_new_user_id_is_the_same_contact_in_any_order(
    db: Database, tenant: SeededTenant, order: Sequence[str]
) -> None:
    bodies = {
        "before": delivery(tenant, text("wamid.1", None, bsuid="MA.1", at=NOW - 5)),
        "update": delivery(tenant, update("MA.1", "MA.2"), field="user_id_update"),
        "after": delivery(tenant, text("wamid.2", None, bsuid="MA.2", at=NOW + 5)),
    }
    for name in (*order, *order):
        await apply(db, tenant, bodies[name])
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 3]
    assert await db.system.fetchval("select bsuid from contacts") == "MA.2"
    assert {r["value"] for r in await db.system.fetch("select value from contact_identities")} == {"MA.1", "MA.2"}
    thread = await row(db, "select status, unread_count from conversations")
    assert tuple(thread) == ("open", 2)
    told = [e for e in await numbered(db, tenant) if e.type == "contact.identity_changed"]
    assert [(e.data["previous"]["bsuid"], e.data["current"]["bsuid"]) for e in told] == [("MA.1", "MA.2")]


async def test_a_number_that_was_left_is_its_next_owners(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", OLD, at=NOW - 9)), delivery(tenant, changed("wamid.2")))
    await apply(db, tenant, delivery(tenant, text("wamid.3", OLD, at=NOW + 9, name="Stranger")))
    await apply(db, tenant, delivery(tenant, text("wamid.4", NEW, at=NOW + 10)))
    await apply(db, tenant, delivery(tenant, text("wamid.late", OLD, at=NOW - 20)))
    found = await db.system.fetch("select c.phone, count(*) from contacts c join messages m on m.contact_id = c.id "
                                  "group by 1 order by 1")  # fmt: skip
    assert {row["phone"] for row in found} == {OLD, NEW}
    assert await db.system.fetchval("select c.phone from contacts c join messages m on m.contact_id = c.id "
                                    "where m.wamid = 'wamid.3'") == OLD  # fmt: skip


async def test_a_system_message_opens_no_window_and_asks_for_nobody(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", OLD, at=NOW - 9)))
    await db.system.execute("update conversations set status = 'closed', unread_count = 0")
    await apply(db, tenant, delivery(tenant, changed("wamid.2")))
    thread = await row(
        db, "select status, unread_count, extract(epoch from last_inbound_at)::bigint from conversations")
    assert tuple(thread) == ("closed", 0, NOW - 9)
    assert (await numbered(db, tenant))[-1].type == "message.noted"


async def test_the_same_user_id_of_another_business_account_is_somebody_else(
    db: Database, tenant: SeededTenant
) -> None:
    await db.system.execute(
        "insert into accounts (tenant_id, meta_app_id, phone_number_id, waba_id, display_phone_number) "
        "select tenant_id, meta_app_id, '777', 'other-waba', '1' from accounts where id = $1", tenant.account_id)
    await apply(db, tenant, delivery(tenant, text("wamid.1", None, bsuid="MA.1")))
    await apply(db, tenant, delivery(tenant, update("MA.1", "MA.9"), field="user_id_update", phone_number_id="777"))
    assert await db.system.fetchval("select bsuid from contacts c where exists (select from messages m "
                                    "where m.contact_id = c.id and m.wamid = 'wamid.1')") == "MA.1"  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_newest_wish_stands(db: Database, tenant: SeededTenant, order: tuple[int, int]) -> None:
    wishes = [{"user_preferences": [{"wa_id": OLD, "category": "marketing_messages", "value": value, "timestamp": at}]}
              for value, at in (("resume", NOW - 5), ("stop", NOW))]  # fmt: skip
    for n in (*order, *order):
        await apply(db, tenant, delivery(tenant, wishes[n], field="user_preferences"))
    stored = await db.system.fetchval("select preferences from contacts")
    assert stored == {"marketing_messages": {"value": "stop", "at": NOW}}
    assert [e.type for e in await numbered(db, tenant)].count("contact.preference") == 2


async def test_an_album_of_a_new_contact_is_one_conversation_with_several_workers(
    db: Database, tenant: SeededTenant
) -> None:
    pictures = [text(f"wamid.{n}", type="image", image={"id": str(n), "mime_type": "image/jpeg"}) for n in range(30)]
    await journal(db, tenant, *(delivery(tenant, one) for one in reversed(pictures)))
    workers = [Intake(db, Wake(db.url)) for _ in range(4)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    for worker in workers:
        await worker.close()
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 30]


async def test_a_group_message_shows_how_many_it_has_reached(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.in")))
    thread = await row(db, "select id, contact_id from conversations")
    async with db.system_transaction() as connection:
        await sent_message(connection, tenant, thread["id"], thread["contact_id"], "wamid.out")
    for who, name in (("MA.1", "delivered"), ("MA.2", "sent"), ("MA.1", "read"), ("MA.3", "failed"), ("MA.1", "read")):
        told = status("wamid.out", name, recipient_type="group", recipient_participant_user_id=who)
        await apply(db, tenant, delivery(tenant, told))
    found = await row(db, "select status, receipts from messages where wamid = 'wamid.out'")
    assert found["receipts"] == {"sent": 2, "delivered": 1, "read": 1, "played": 0, "failed": 1}
    assert found["status"] == "read"
    assert await count(db, "message_receipts") == 4


async def test_what_fails_for_one_of_a_group_does_not_fail_for_all(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.in")))
    thread = await row(db, "select id, contact_id from conversations")
    async with db.system_transaction() as connection:
        await sent_message(connection, tenant, thread["id"], thread["contact_id"], "wamid.out")
    for who, name in (("MA.1", "sent"), ("MA.2", "failed")):
        told = status("wamid.out", name, recipient_type="group", recipient_participant_user_id=who)
        await apply(db, tenant, delivery(tenant, told))
    found = await row(db, "select status, error, receipts from messages where wamid = 'wamid.out'")
    assert (found["status"], found["error"], found["receipts"]["failed"]) == ("sent", None, 1)
