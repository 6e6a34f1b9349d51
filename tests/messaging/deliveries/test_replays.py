"""A replay changes nothing where nothing is missing, brings back what is, and survives being killed."""

import asyncio
import contextlib
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.deliveries import replays
from core.messaging.deliveries.replays import Range, Replayer
from tests.messaging.intake.deliveries import FAILED, count, delivery, drain, journal, numbered, status, text
from tests.seed import SeededTenant

PAYLOADS = Path(__file__).parents[2] / "whatsapp/payloads"
LEDGER = ("contacts", "contact_identities", "conversations", "messages", "attachments", "parked_statuses", "accounts",
          "quarantine", "event_log", "event_heads", "event_outbox", "journal_traces", "journal", "journal_pending",
          "send_attempts", "jobs", "plugin_cursors", "tenants")
WIPED = ("contacts", "contact_identities", "conversations", "messages", "attachments", "parked_statuses",
         "message_corrections", "message_receipts", "webhook_marks", "webhook_unknowns",
         "event_log", "event_heads", "event_outbox", "journal_traces", "quarantine")
INGESTION = {"id", "contact_id", "conversation_id", "message_id", "last_message_id", "created_at", "updated_at",
             "version", "due_at", "batch", "applied_at", "delivery_id", "told_at", "claimed_at", "marked_at", "last_at",
             "last_delivery_id"}


def varied(tenant: SeededTenant, other: SeededTenant) -> list[bytes]:
    """Every payload of the corpus, singly, doubled, in batches of several tenants, shuffled; with what is refused."""
    changes = [change for path in sorted(PAYLOADS.glob("*.json")) for change in _changes(json.loads(path.read_text()))]
    bodies = [_to(tenant, change) for change in changes]
    bodies += [_to(other, *changes[n:n + 7]) for n in range(0, len(changes), 7)]
    bodies += [delivery(tenant, text(f"wamid.{n}", f"2126611111{n % 9:02}", name=f"Name {n}")) for n in range(60)]
    bodies += [delivery(tenant, *(status(f"wamid.out.{n}", one, **(FAILED if one == "failed" else {}))
                                  for one in ("read", "sent", "delivered"))) for n in range(20)]
    bodies += [delivery(tenant, text("wamid.unknown"), phone_number_id="999"), b"{", b'{"entry": [{"changes": [7]}]}']
    bodies += bodies[::5]
    random.Random(5).shuffle(bodies)
    both = json.loads(_to(tenant, changes[0])), json.loads(_to(other, changes[1]))
    return [*bodies, json.dumps({**both[0], "entry": both[0]["entry"] + both[1]["entry"]}).encode()]


def _changes(payload: Any) -> list[Any]:
    return [change for entry in payload.get("entry", []) for change in entry["changes"]]


def _to(tenant: SeededTenant, *changes: Any) -> bytes:
    mine = json.loads(json.dumps(changes))
    for change in mine:
        if isinstance(change.get("value"), dict) and "metadata" in change["value"]:
            change["value"]["metadata"]["phone_number_id"] = tenant.phone_number_id
    return json.dumps({"object": "whatsapp_business_account",
                       "entry": [{"id": tenant.waba_id, "changes": mine}]}).encode()


async def rows(db: Database, tables: tuple[str, ...], without: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Every row, all columns but these, in an order of their own."""
    found = {}
    for table in tables:
        names = [row["column_name"] for row in await db.system.fetch(
            "select column_name from information_schema.columns where table_name = $1 order by ordinal_position",
            table)]
        kept = ", ".join(name for name in names if name not in without)
        found[table] = sorted(row["r"] for row in await db.system.fetch(f"select row({kept})::text as r from {table}"))
    return found


async def fill(db: Database, tenant: SeededTenant, other: SeededTenant) -> None:
    bodies = varied(tenant, other)
    for n in range(0, len(bodies), 13):  # in several batches, by the app that both numbers answer to
        await journal(db, tenant, *bodies[n:n + 13])
        await drain(db)
    await numbered(db, tenant)


async def share_the_app(db: Database, tenant: SeededTenant, other: SeededTenant) -> None:
    await db.system.execute("update accounts set meta_app_id = (select a.meta_app_id from accounts a where a.tenant_id "
                            "= $1) where tenant_id = $2", tenant.id, other.id)


def everything(**more: Any) -> Range:
    return Range(datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(hours=1), **more)


async def replay(db: Database, wanted: Range) -> dict[str, Any]:
    """Begun, and done here."""
    begun = await replays.begin(db, wanted, "operator")
    await go_on(db, UUID(str(begun["id"])))
    await db.system.execute("delete from jobs where name = $1", replays.JOB)
    return await replays.get(db, UUID(str(begun["id"])))


async def go_on(db: Database, replay_id: UUID) -> None:
    wake = Wake(db.url)
    while not await Replayer(db, wake).work(replay_id, 60):
        pass
    await wake.close()


async def test_into_the_same_ledger_nothing_changes(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await share_the_app(db, tenant, other_tenant)
    await fill(db, tenant, other_tenant)
    before = await rows(db, LEDGER)
    assert len(before["messages"]) > 90
    assert len(before["quarantine"]) > 3
    done = await replay(db, everything())
    await numbered(db, tenant)
    after = await rows(db, LEDGER)
    for table in LEDGER:
        assert after[table] == before[table], table
    assert (done["state"], done["deliveries"]) == ("done", await count(db, "journal"))
    assert (done["stored"], done["changed"], done["told"]) == (0, 0, 0)


async def test_into_an_empty_ledger_the_same_rows_come_back(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await share_the_app(db, tenant, other_tenant)
    await fill(db, tenant, other_tenant)
    tables, without = tuple(t for t in WIPED if not t.startswith("event")), frozenset(INGESTION)
    before = await rows(db, tables, without)
    told = await _told(db)
    await db.system.execute(f"truncate {', '.join(WIPED)} cascade")
    done = await replay(db, everything())
    await numbered(db, tenant)
    after = await rows(db, tables, without)
    for table in tables:
        assert after[table] == before[table], table
    assert done["stored"] == len(before["messages"])
    assert await _told(db) == told


async def _told(db: Database) -> list[tuple[str, int]]:
    """What was told of messages and of what nobody handles, however it was cut into batches."""
    return [tuple(row) for row in await db.system.fetch(
        "select type, count(*) from event_log where type in ('message.received', 'webhook.unhandled') group by 1 "
        "order by 1")]


async def test_a_dry_run_tells_what_is_missing_and_leaves_it(db: Database, tenant: SeededTenant) -> None:
    await journal(db, tenant, *(delivery(tenant, text(f"wamid.{n}")) for n in range(5)))
    await drain(db)
    await db.system.execute("delete from messages where wamid = 'wamid.3'")
    told = await replay(db, everything(dry_run=True))
    assert (told["stored"], await count(db, "messages")) == (1, 4)
    assert (await replay(db, everything()))["stored"] == 1
    assert await count(db, "messages") == 5


async def test_only_one_tenants_items_of_a_shared_delivery(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await share_the_app(db, tenant, other_tenant)
    await fill(db, tenant, other_tenant)
    await db.system.execute("truncate messages cascade")
    await replay(db, everything(only=other_tenant.id))
    assert [row["tenant_id"] for row in await db.system.fetch("select distinct tenant_id from messages")] == [
        other_tenant.id]


async def test_outside_of_its_range_nothing_is_touched(db: Database, tenant: SeededTenant) -> None:
    ids = await journal(db, tenant, *(delivery(tenant, text(f"wamid.{n}")) for n in range(3)))
    await drain(db)
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    for n, one in enumerate(ids):
        await db.system.execute("update journal set received_at = $2 where id = $1", one, noon + timedelta(hours=n))
    await db.system.execute("truncate messages cascade")
    await replay(db, Range(noon + timedelta(hours=1), noon + timedelta(hours=2)))
    assert [row["wamid"] for row in await db.system.fetch("select wamid from messages")] == ["wamid.1"]


async def test_killed_in_the_middle_it_goes_on_where_it_was(db: Database, tenant: SeededTenant) -> None:
    await journal(db, tenant, *(delivery(tenant, text(f"wamid.{n}")) for n in range(160)))
    await drain(db)
    await db.system.execute("truncate messages cascade")
    begun = await replays.begin(db, everything(), "operator")
    replay_id, wake = UUID(str(begun["id"])), Wake(db.url)
    assert await Replayer(db, wake).step(replay_id)
    hold = await asyncpg.connect(db.url)  # the next batch stops in the middle of its transaction
    held = hold.transaction()
    await held.start()
    await hold.execute("lock table messages in access exclusive mode")
    second = asyncio.create_task(Replayer(db, wake).step(replay_id))
    async with asyncio.timeout(20):
        while not await hold.fetchval("select exists (select from pg_locks where not granted)"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await hold.execute("select pg_terminate_backend(l.pid) from pg_locks l where not l.granted")
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await second
    await held.rollback()
    await hold.close()
    found = await replays.get(db, replay_id)
    assert (found["state"], found["deliveries"], await count(db, "messages")) == ("running", 50, 50)
    await go_on(db, replay_id)
    found = await replays.get(db, replay_id)
    assert (found["state"], found["deliveries"], found["stored"]) == ("done", 160, 160)
    await wake.close()


async def test_what_waits_is_left_to_intake(db: Database, tenant: SeededTenant) -> None:
    await journal(db, tenant, delivery(tenant, text("wamid.1")))
    begun = await replays.begin(db, everything(), "operator")
    wake = Wake(db.url)
    assert not await Replayer(db, wake).work(UUID(str(begun["id"])), 0.3)
    assert await count(db, "messages") == 0
    assert await Replayer(db, wake).step(UUID(str(begun["id"])))
    assert await count(db, "messages") == 0
    await drain(db)
    assert await count(db, "messages") == 1
    await wake.close()


async def test_cancelled_it_stops_and_nobody_finds_a_replay_that_is_none(db: Database, tenant: SeededTenant) -> None:
    await journal(db, tenant, delivery(tenant, text("wamid.1")))
    begun = await replays.begin(db, everything(), "operator")
    assert (await replays.cancel(db, UUID(str(begun["id"]))))["state"] == "cancelled"
    wake = Wake(db.url)
    assert not await Replayer(db, wake).step(UUID(str(begun["id"])))
    assert not await Replayer(db, wake).step(uuid4())
    await wake.close()
