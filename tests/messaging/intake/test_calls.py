"""Calls stand in the thread: one row for each, whatever is told of it first, and however often."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.db.pool import Database
from tests.messaging.intake.deliveries import NOW, Json, apply, count, delivery, numbered, row, text
from tests.seed import SeededTenant

AMINA = "212611111111"
CORPUS = Path(__file__).parents[2] / "whatsapp" / "corpus"


def call(event: str, at: int = NOW, *, direction: str = "USER_INITIATED", **more: Any) -> Json:
    side = "from" if direction == "USER_INITIATED" else "to"
    told = {"id": "wacid.1", side: AMINA, "event": event, "direction": direction, "timestamp": str(at), **more}
    return {"calls": [told], "contacts": [{"wa_id": AMINA, "profile": {"name": "Amina"}}]}


def rang(status: str, at: int = NOW) -> Json:
    return {"statuses": [{"id": "wacid.1", "type": "call", "status": status, "timestamp": str(at),
                          "recipient_id": AMINA}]}  # fmt: skip


def told(tenant: SeededTenant, value: Json) -> bytes:
    return delivery(tenant, value, field="calls")


TAKEN: Json = {"status": "COMPLETED", "start_time": str(NOW + 5), "end_time": str(NOW + 197), "duration": 192}
BEGUN = call("connect")
MISSED, SPOKEN = call("terminate", NOW + 30, status="FAILED"), call("terminate", NOW + 197, **TAKEN)
NAMES = ("connect first", "terminate first")


@pytest.mark.parametrize("order", list(itertools.permutations((BEGUN, SPOKEN))), ids=NAMES)
async def test_a_call_that_was_taken_is_one_row_in_any_order(
    db: Database, tenant: SeededTenant, order: Sequence[Json]
) -> None:
    for value in (*order, *order):
        await apply(db, tenant, told(tenant, value))
    found = await row(db, "select type, direction, status, body, content, wamid from messages")
    assert tuple(found)[:4] == ("call", "inbound", "completed", "3:12")
    assert (found["wamid"], found["content"]["seconds"]) == ("wacid.1", 192)
    assert found["content"]["heard"] == ["connect", "terminate"]
    # Nobody is to answer what was answered, and nothing of it is unread.
    assert tuple(await row(db, "select status, unread_count, waiting_since from conversations")) == ("closed", 0, None)
    assert await count(db, "messages") == 1


async def test_both_words_in_one_delivery_are_one_row(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, BEGUN, SPOKEN, field="calls"))
    assert tuple(await row(db, "select status, body, version from messages")) == ("completed", "3:12", 1)


@pytest.mark.parametrize("order", list(itertools.permutations((BEGUN, MISSED))), ids=NAMES)
async def test_a_call_that_nobody_took_asks_for_an_answer_once(
    db: Database, tenant: SeededTenant, order: Sequence[Json]
) -> None:
    for value in (*order, *order):
        await apply(db, tenant, told(tenant, value))
    assert tuple(await row(db, "select status, body, at is not null from messages")) == ("missed", "", True)
    thread = await row(
        db, "select status, unread_count, waiting_since is not null, last_inbound_wamid from conversations")
    assert tuple(thread) == ("open", 1, True, None)
    kinds = [event.type for event in await numbered(db, tenant)]
    assert kinds.count("message.received") == kinds.count("conversation.opened") == 1
    assert kinds.count("call.updated") == 2
    assert await db.system.fetchval("select display_name from contacts") == "Amina"


async def test_the_screens_hear_of_the_same_row_again(db: Database, tenant: SeededTenant) -> None:
    for value in (BEGUN, SPOKEN):
        await apply(db, tenant, told(tenant, value))
    rows = [e.data["message"] for e in await numbered(db, tenant) if e.type == "message.noted"]
    told_of = [(one["status"], one["body"], one["version"]) for one in rows]
    assert told_of == [("begun", "", 1), ("completed", "3:12", 2)]
    assert len({one["id"] for one in rows}) == 1


async def test_a_call_reopens_what_was_closed_only_when_it_was_missed(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", AMINA, at=NOW - 90_000)))
    await db.system.execute("update conversations set status = 'closed', unread_count = 0")
    await apply(db, tenant, told(tenant, BEGUN))
    thread = await row(
        db, "select status, extract(epoch from last_inbound_at)::bigint, last_inbound_wamid from conversations")
    assert tuple(thread) == ("closed", NOW, "wamid.1")  # the window is open; a call cannot be marked as read
    await apply(db, tenant, told(tenant, MISSED))
    assert tuple(await row(db, "select status, unread_count from conversations")) == ("open", 1)
    assert await count(db, "conversations") == 1


@pytest.mark.parametrize(("last", "outcome"), [
    (call("terminate", NOW + 9, direction="BUSINESS_INITIATED", status="FAILED"), "unanswered"),
    (rang("REJECTED", NOW + 9), "declined"), (rang("ACCEPTED", NOW + 9), "begun"),
    (call("terminate", NOW + 9, direction="BUSINESS_INITIATED", **TAKEN), "completed"),
])  # fmt: skip
async def test_a_call_of_the_business_says_what_became_of_it(
    db: Database, tenant: SeededTenant, last: Json, outcome: str
) -> None:
    for value in (rang("RINGING"), last):
        await apply(db, tenant, told(tenant, value))
    assert tuple(await row(db, "select direction, status, author_kind from messages")) == ("outbound", outcome, "phone")
    thread = await row(db, "select status, unread_count, last_inbound_at from conversations")
    assert tuple(thread) == ("closed", 0, None)  # the business's own call opens no window


async def test_a_call_that_was_taken_ends_the_waiting(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", AMINA, at=NOW - 60)))
    assert await db.system.fetchval("select waiting_since is not null from conversations")
    await apply(db, tenant, told(tenant, SPOKEN))
    assert await db.system.fetchval("select waiting_since is null from conversations")


async def test_what_was_only_recorded_makes_no_row(db: Database, tenant: SeededTenant) -> None:
    value = json.loads((CORPUS / "calls_calls_call_recording_available.json").read_text())
    await apply(db, tenant, told(tenant, {"calls": value["entry"][0]["changes"][0]["value"]["calls"]}))
    assert [await count(db, name) for name in ("messages", "contacts")] == [0, 0]


async def test_another_organisation_sees_nothing_of_it(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await apply(db, tenant, told(tenant, MISSED))
    await apply(db, other_tenant, told(other_tenant, BEGUN))
    rows = await db.system.fetch("select tenant_id, status from messages")
    assert {(one["tenant_id"], one["status"]) for one in rows} == {(tenant.id, "missed"), (other_tenant.id, "begun")}
