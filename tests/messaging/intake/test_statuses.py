import itertools
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.db.pool import Database
from core.messaging.intake import apply_parked
from core.messaging.intake.parked import match_recent
from tests.messaging.intake.deliveries import (
    FAILED,
    NOW,
    Json,
    apply,
    count,
    delivery,
    numbered,
    row,
    sent_message,
    status,
    text,
)
from tests.seed import SeededTenant


async def _conversation(db: Database, tenant: SeededTenant) -> tuple[UUID, UUID]:
    await apply(db, tenant, delivery(tenant, text("wamid.in")))
    found = await row(db, "select id, contact_id from conversations")
    return found[0], found[1]


async def _send(db: Database, tenant: SeededTenant, wamid: str | None, shown: str = "accepted", rank: int = 0) -> UUID:
    found = await db.system.fetchrow("select id, contact_id from conversations")
    conversation_id, contact_id = tuple(found) if found else await _conversation(db, tenant)
    async with db.system.acquire() as connection:
        return await sent_message(connection, tenant, conversation_id, contact_id, wamid, shown, rank)


@pytest.mark.parametrize("together", [True, False])
async def test_whatever_the_order_the_furthest_status_is_shown(
    db: Database, tenant: SeededTenant, together: bool
) -> None:
    words = ("sent", "delivered", "read", "failed")
    orders = [order for size in (2, 3, 4) for order in itertools.permutations(words, size)]
    rounds: list[list[bytes]] = [[] for _ in words]
    for n, order in enumerate(orders):
        await _send(db, tenant, f"wamid.{n}")
        for place, word in enumerate(order):
            more: Json = FAILED if word == "failed" else {}
            rounds[place].append(delivery(tenant, status(f"wamid.{n}", word, NOW + words.index(word), **more)))
            rounds[place].append(rounds[place][-1])
    if together:
        await apply(db, tenant, *itertools.chain(*rounds))
    else:
        for bodies in rounds:
            await apply(db, tenant, *bodies)
    shown = {r["wamid"]: r for r in await db.system.fetch("select * from messages where direction = 'outbound'")}
    for n, order in enumerate(orders):
        found = shown[f"wamid.{n}"]
        furthest = max((word for word in order if word != "failed"), key=words.index)
        expected = "failed" if "failed" in order and furthest == "sent" else furthest
        assert found["status"] == expected, order
        assert (found["error"] is not None) == (expected == "failed")
        for word in order:
            assert found[f"{word}_at"].timestamp() == NOW + words.index(word)


async def test_a_status_told_twice_is_one_event(db: Database, tenant: SeededTenant) -> None:
    await _send(db, tenant, "wamid.out")
    for _ in range(3):
        await apply(db, tenant, delivery(tenant, status("wamid.out", "delivered")))
    events = [e for e in await numbered(db, tenant) if e.type == "message.status"]
    assert len(events) == 1
    message = events[0].data["message"]
    assert message["status"] == "delivered"
    assert set(message) == {"id", "conversation_id", "wamid", "status", "timestamps", "error", "version"}
    assert "delivered" in message["timestamps"]


async def test_a_failure_carries_cause_and_cure(db: Database, tenant: SeededTenant) -> None:
    await _send(db, tenant, "wamid.out", "sent", 1)
    await apply(db, tenant, delivery(tenant, status("wamid.out", "failed", **FAILED)))
    error = (await row(db, "select error from messages where wamid = 'wamid.out'"))[0]
    assert error["code"] == 131047
    assert error["details"] == "24 hours"
    assert error["cause"]
    assert error["cure"]


async def test_a_status_before_its_message_is_parked_and_applied_when_it_appears(
    db: Database, tenant: SeededTenant
) -> None:
    await _conversation(db, tenant)
    await apply(db, tenant, *(delivery(tenant, status("wamid.out", word)) for word in ("read", "sent")))
    assert await count(db, "parked_statuses") == 2
    await _send(db, tenant, "wamid.out")
    async with db.system_transaction() as connection:
        assert len(await apply_parked(connection, tenant.id, tenant.phone_number_id, ["wamid.out"])) == 1
    found = await row(db, "select status, sent_at, read_at from messages where wamid = 'wamid.out'")
    assert found["status"] == "read"
    assert found["sent_at"] is not None
    assert await count(db, "parked_statuses") == 0
    assert (await numbered(db, tenant))[-1].type == "message.status"


async def test_a_status_parked_while_its_wamid_was_being_stored_is_found_again(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, status("wamid.out", "delivered")))
    await _send(db, tenant, "wamid.out")
    async with db.system_transaction() as connection:
        assert await match_recent(connection) == 1
    assert (await row(db, "select status from messages where wamid = 'wamid.out'"))[0] == "delivered"


@pytest.mark.parametrize("shown", ["queued", "sending", "uncertain"])
async def test_our_own_id_coming_back_settles_an_unanswered_send(
    db: Database, tenant: SeededTenant, shown: str
) -> None:
    rank = {"queued": -3, "sending": -2, "uncertain": -1}[shown]
    message_id, attempt_id = await _send(db, tenant, None, shown, rank), uuid4()
    await db.system.execute(
        """insert into send_attempts (tenant_id, id, message_id, conversation_id, account_id, state, lease_until)
        select $1, $2, id, conversation_id, account_id, 'uncertain', now() from messages where id = $3""",
        tenant.id, attempt_id, message_id)
    told = status("wamid.out", "delivered", biz_opaque_callback_data=str(attempt_id))
    await apply(db, tenant, delivery(tenant, told))
    found = await row(db, "select wamid, status, status_rank from messages where id = $1", message_id)
    assert tuple(found) == ("wamid.out", "delivered", 2)
    assert (await row(db, "select state from send_attempts"))[0] == "settled"


async def test_another_tenants_attempt_id_changes_nothing(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    message_id, attempt_id = await _send(db, tenant, None, "uncertain", -1), uuid4()
    await db.system.execute(
        """insert into send_attempts (tenant_id, id, message_id, conversation_id, account_id, state, lease_until)
        select $1, $2, id, conversation_id, account_id, 'uncertain', now() from messages where id = $3""",
        tenant.id, attempt_id, message_id)
    told = status("wamid.out", "read", biz_opaque_callback_data=str(attempt_id))
    await apply(db, other_tenant, delivery(other_tenant, told))
    assert (await row(db, "select status from messages where id = $1", message_id))[0] == "uncertain"


@pytest.mark.parametrize(
    ("told", "more", "event"),
    [("captured", {"type": "payment"}, "payment.updated"), ("deleted", {}, "webhook.unhandled")],
)
async def test_an_unranked_status_is_told_once_and_changes_nothing(
    db: Database, tenant: SeededTenant, told: str, more: dict[str, Any], event: str
) -> None:
    await _send(db, tenant, "wamid.out")
    for _ in range(2):
        await apply(db, tenant, delivery(tenant, status("wamid.out", told, **more)))
    assert (await row(db, "select status from messages where wamid = 'wamid.out'"))[0] == "accepted"
    assert [e.type for e in await numbered(db, tenant)].count(event) == 1


async def test_what_was_parked_is_applied_when_our_own_id_makes_the_wamid_known(
    db: Database, tenant: SeededTenant
) -> None:
    message_id, attempt_id = await _send(db, tenant, None, "uncertain", -1), uuid4()
    await db.system.execute(
        """insert into send_attempts (tenant_id, id, message_id, conversation_id, account_id, state, lease_until)
        select $1, $2, id, conversation_id, account_id, 'uncertain', now() from messages where id = $3""",
        tenant.id, attempt_id, message_id)
    await apply(db, tenant, delivery(tenant, status("wamid.out", "read")))
    told = status("wamid.out", "sent", biz_opaque_callback_data=str(attempt_id))
    await apply(db, tenant, delivery(tenant, told))
    assert (await row(db, "select status from messages where id = $1", message_id))[0] == "read"
    assert await count(db, "parked_statuses") == 0
