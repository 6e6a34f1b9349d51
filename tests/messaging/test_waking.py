"""A snooze ends at its moment or with the customer's word, once, is told, and who had the conversation has it still."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.messaging import conversations
from core.messaging.waking import Waker
from tests.http.ledger import new_thread
from tests.seed import SeededTenant


async def _snoozed(db: Database, tenant: SeededTenant, until: timedelta | None, phone: str = "212661000001") -> UUID:
    thread = await new_thread(db, tenant, phone=phone)
    with tenant_scope(tenant.id):
        await conversations.assign(db, thread.conversation_id, tenant.agent_id)
        await conversations.set_status(db, thread.conversation_id, "snoozed", datetime.now(UTC) + timedelta(days=1))
    if until is None or until < timedelta(days=1):
        await db.system.execute("update conversations set snoozed_until = now() + $2 where id = $1",
                                thread.conversation_id, until)  # fmt: skip
    return thread.conversation_id


async def _now(db: Database, conversation_id: UUID) -> Any:
    return await db.system.fetchrow("select status, snoozed_until, assignee_id, version from conversations "
                                    "where id = $1", conversation_id)  # fmt: skip


async def _woken(db: Database) -> list[dict[str, Any]]:
    rows = await db.system.fetch("select payload from event_outbox where type = 'conversation.updated' "
                                 "and payload ->> 'change' = 'woken' order by id")  # fmt: skip
    return [row["payload"]["conversation"] for row in rows]


async def test_what_is_due_opens_for_its_assignee_and_is_told_once(
        db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    due = await _snoozed(db, tenant, timedelta(seconds=-1))
    theirs = await _snoozed(db, other_tenant, timedelta(seconds=-1))
    later = await _snoozed(db, tenant, timedelta(hours=1), "212661000002")
    until_reply = await _snoozed(db, tenant, None, "212661000003")
    await asyncio.gather(*(Waker(db).wake_due() for _ in range(5)))
    row = await _now(db, due)
    assert (row["status"], row["snoozed_until"], row["assignee_id"]) == ("open", None, tenant.agent_id)
    assert (await _now(db, theirs))["status"] == "open"
    assert [(await _now(db, one))["status"] for one in (later, until_reply)] == ["snoozed", "snoozed"]
    told = await _woken(db)
    assert sorted(one["id"] for one in told) == sorted([str(due), str(theirs)])
    assert {one["status"] for one in told} == {"open"}
    mine = next(one for one in told if one["id"] == str(due))
    assert (mine["assignee"]["id"], mine["version"]) == (str(tenant.agent_id), row["version"])


async def test_a_worker_wakes_them_to_the_second_and_one_that_comes_late_wakes_what_was_missed(
        db: Database, tenant: SeededTenant) -> None:
    missed = await _snoozed(db, tenant, timedelta(hours=-3))
    soon = await _snoozed(db, tenant, timedelta(seconds=1), "212661000002")
    due_at = (await _now(db, soon))["snoozed_until"]
    running = asyncio.create_task(Waker(db).run())
    async with asyncio.timeout(10):
        while (await _now(db, soon))["status"] != "open":
            assert datetime.now(UTC) < due_at + timedelta(seconds=3)
            await asyncio.sleep(0.02)
    assert datetime.now(UTC) >= due_at
    assert (await _now(db, missed))["status"] == "open"
    running.cancel()
    assert len(await _woken(db)) == 2
