"""Whatever Meta was seen to send becomes typed events or a counted unknown: once, in any order, however batched."""

import random
from datetime import UTC, datetime

import pytest

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.intake import Intake
from core.messaging.intake.batch import Delivery
from core.messaging.intake.routing import read
from core.whatsapp.values import Malformed, Unhandled
from tests.conftest import Cluster
from tests.messaging.intake.deliveries import apply, count, journal
from tests.messaging.intake.world import CORPUS, NAMES, bodies, ledger, told, world

UNKNOWN = {
    "automatic_events_some_future_event.json", "invalid_field_name.json", "invalid_field_template_status_update.json",
    "messages_other.json", "messages_other_contacts.json", "unknown_field_xyz.json",
    "messages_other_event_message_template_id_message_template_language_mes.json",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_payload_is_understood_or_an_honest_unknown(name: str) -> None:
    items = read([Delivery(1, "app", datetime.now(UTC), (CORPUS / name).read_bytes())])
    kinds = {type(item) for _, item in items}
    assert Malformed not in kinds
    assert (Unhandled in kinds) == (name in UNKNOWN)
    assert items or name == "empty_entry.json"


async def test_singly_or_in_shuffled_doubled_batches_of_a_thousand_the_ledger_is_the_same(cluster: Cluster) -> None:
    async with world(cluster) as (db, tenant):
        intake = Intake(db, Wake(db.url))
        for name, body in zip(NAMES, bodies(), strict=True):
            before = await _traces(db)
            await journal(db, tenant, body)
            await intake.drain()
            assert await _traces(db) > before or name == "empty_entry.json", name
        await intake.close()
        assert await count(db, "quarantine") == 0
        unknown = await db.system.fetchval("select sum(count) from webhook_unknowns where kind = ''")
        assert unknown == len(UNKNOWN)
        one_by_one = await ledger(db)
    for seed in (1, 2):
        shuffled = bodies() * 7
        random.Random(seed).shuffle(shuffled)
        async with world(cluster) as (db, tenant):
            await apply(db, tenant, *shuffled)
            found = await ledger(db)
        for name, rows in one_by_one.items():
            assert found[name] == rows, (seed, name)


async def _traces(db: Database) -> int:
    """Events, and what waits for its message."""
    return sum([await count(db, table) for table in ("event_outbox", "parked_statuses", "message_corrections")])


async def test_a_second_delivery_makes_no_second_event(cluster: Cluster) -> None:
    async with world(cluster) as (db, tenant):
        await apply(db, tenant, *bodies())
        once, before = await told(db, tenant), await ledger(db)
        await apply(db, tenant, *bodies())
        assert await told(db, tenant) == once
        assert await ledger(db) == before
