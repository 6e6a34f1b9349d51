"""What Meta tells of a message's price is kept once, however often and in whatever order it is told."""

import itertools
import random
from typing import Any

from core.db.pool import Database
from tests.messaging.intake.deliveries import FAILED, NOW, Json, apply, delivery, status
from tests.seed import SeededTenant

SERVICE: Json = {"pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}}
MARKETING: Json = {"pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"}}


async def _rows(db: Database) -> list[Any]:
    found = await db.system.fetch("select * from message_costs order by delivered_at, category, wamid_digest")
    return [tuple(row.values()) for row in found]


async def test_every_order_of_doubled_statuses_ends_in_the_same_single_fact(
    db: Database, tenant: SeededTenant
) -> None:
    told = [("sent", 0, MARKETING), ("delivered", 1, MARKETING), ("read", 2, {}), ("delivered", 3, MARKETING)]
    orders = list(itertools.permutations(told))
    for n, order in enumerate(orders):
        bodies = [delivery(tenant, status(f"wamid.{n}", word, NOW + at, **more)) for word, at, more in order]
        await apply(db, tenant, *bodies, *bodies[:2])
    rows = await db.system.fetch("select * from message_costs")
    assert len(rows) == len(orders)
    assert {(r["category"], r["type"], r["model"], r["billable"], r["prefix"], int(r["delivered_at"].timestamp()))
            for r in rows} == {("marketing", "regular", "PMP", True, "212", NOW + 1)}  # fmt: skip


async def test_one_batch_of_shuffled_and_doubled_statuses_counts_as_one_by_one(
    db: Database, tenant: SeededTenant
) -> None:
    values = [status(f"wamid.{n}", word, NOW + at, **(SERVICE if n % 2 else MARKETING))
              for n in range(30) for at, word in enumerate(("sent", "delivered", "read"))]  # fmt: skip
    shuffled = values * 2
    random.Random(7).shuffle(shuffled)
    await apply(db, tenant, delivery(tenant, *shuffled))
    together = await _rows(db)
    assert len(together) == 30
    await db.system.execute("delete from message_costs")
    await db.system.execute("delete from parked_statuses")
    for value in values:
        await apply(db, tenant, delivery(tenant, value))
    assert await _rows(db) == together


async def test_what_was_sent_or_failed_but_never_delivered_has_no_delivery(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, status("wamid.1", "sent", **SERVICE), status("wamid.2", "failed")))
    rows = await db.system.fetch("select category, delivered_at from message_costs")
    assert [tuple(row.values()) for row in rows] == [("service", None)]


async def test_a_reader_known_by_user_id_alone_counts_for_their_country(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, status(
        "wamid.1", "delivered", recipient_id="", recipient_user_id="MA.1349", **SERVICE)))  # fmt: skip
    assert await db.system.fetchval("select prefix from message_costs") == "MA"


async def test_who_is_told_with_phone_and_user_id_counts_once_and_for_the_country_of_the_phone(
    db: Database, tenant: SeededTenant
) -> None:
    named = {"recipient_id": "R1JPVVA=", "recipient_type": "group", "recipient_participant_user_id": "MX.123"}
    for word, at, phone in (("sent", NOW, "5215512345678"), ("delivered", NOW + 1, "525512345678")):
        told = status("wamid.1", word, at, recipient_participant_id=phone, **named, **MARKETING)
        await apply(db, tenant, delivery(tenant, told))
    rows = await db.system.fetch("select prefix, delivered_at is not null from message_costs")
    assert [tuple(row) for row in rows] == [("52", True)]


async def test_two_spellings_of_one_phone_in_a_group_are_charged_once(db: Database, tenant: SeededTenant) -> None:
    for phone in ("5215512345678", "525512345678"):
        told = status("wamid.1", "delivered", recipient_type="group", recipient_participant_id=phone, **MARKETING)
        await apply(db, tenant, delivery(tenant, told))
    assert await db.system.fetchval("select count(*) from message_costs") == 1


async def test_what_was_kept_for_the_whole_group_is_not_charged_beside_its_people(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, status("wamid.1", "delivered", **MARKETING)))
    for phone in ("212661000001", "212661000002"):
        told = status("wamid.1", "delivered", recipient_type="group", recipient_participant_id=phone, **MARKETING)
        await apply(db, tenant, delivery(tenant, told))
    assert await db.system.fetchval("select count(*) from message_costs") == 2


async def test_what_fails_for_one_of_a_group_takes_no_cost_away(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, status("wamid.1", "delivered", **MARKETING)))
    failed = status("wamid.1", "failed", recipient_type="group", recipient_participant_id="212661000001", **FAILED)
    await apply(db, tenant, delivery(tenant, failed))
    assert await db.system.fetchval("select count(*) from message_costs") == 1


async def test_pricing_of_any_shape_breaks_nothing(db: Database, tenant: SeededTenant) -> None:
    shapes: list[Any] = [None, [], "free", 3, {}, {"category": None}, {"category": ["x"]}, {"category": "x" * 500},
                         {"category": "service", "billable": "yes", "type": {}, "pricing_model": 1}]  # fmt: skip
    for n, shape in enumerate(shapes):
        await apply(db, tenant, delivery(tenant, status(f"wamid.{n}", "delivered", pricing=shape)))
    assert await db.system.fetchval("select count(*) from message_costs") == len(shapes)
    assert await db.system.fetchval("select count(*) from quarantine") == 0


async def test_payments_are_not_about_the_message(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, status("wamid.1", "captured", type="payment", **SERVICE)))
    assert await db.system.fetchval("select count(*) from message_costs") == 0
