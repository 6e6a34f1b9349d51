"""No delivery is refused for lack of a day, days that are over go, and nothing that is still needed goes with them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg

from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.roles import role_url
from core.messaging.deliveries.days import days, drop_days, make_days
from tests.conftest import Cluster
from tests.messaging.intake.deliveries import apply, delivery, journal, status, text
from tests.seed import SeededTenant

SQL = Path(__file__).parents[3] / "core/db/migrations/sql/17_journal.sql"
KEEP = 5
_PART = "select tableoid::regclass::text from journal where id = $1"


async def put(db: Database, at: datetime, body: bytes = b"{}") -> int:
    """A delivery that was received then, and is applied already."""
    found: int = await db.system.fetchval(
        "insert into journal (app_slug, received_at, headers, body) values ('app', $1, '{}', $2) returning id",
        at, body)
    return found


async def suffixes(db: Database) -> list[str]:
    async with db.system.acquire() as connection:
        return [day.suffix for day in await days(connection)]


async def past_days(db: Database, count: int) -> list[date]:
    """As many days before today, as if they had been made one by one."""
    today = datetime.now(UTC).date()
    wanted = [today - timedelta(days=n) for n in range(count, 0, -1)]
    for day in wanted:
        await make_days(db, day, 0)
    return wanted


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def test_a_week_is_there_from_the_start_and_made_once(db: Database) -> None:
    today = datetime.now(UTC).date()
    assert await suffixes(db) == [f"{today + timedelta(days=n):%Y%m%d}" for n in range(8)]
    assert await make_days(db, today) == []
    assert await make_days(db, today + timedelta(days=1)) == [today + timedelta(days=8)]


async def test_midnight_belongs_to_the_day_that_begins(db: Database) -> None:
    today = datetime.now(UTC).date()
    edge = midnight(today + timedelta(days=1))
    last, first = await put(db, edge - timedelta(microseconds=1)), await put(db, edge)
    assert await db.system.fetchval(_PART, last) == f"journal_{today:%Y%m%d}"
    assert await db.system.fetchval(_PART, first) == f"journal_{today + timedelta(days=1):%Y%m%d}"


async def test_a_clock_that_jumped_refuses_nothing_and_its_rows_find_their_day(
    db: Database, tenant: SeededTenant
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=40)
    [late] = await journal(db, tenant, delivery(tenant, text("wamid.ahead")))
    async with db.system_transaction() as connection:  # as the receiver would have written it then
        await connection.execute("update journal set received_at = $2 where id = $1", late, ahead)
        await connection.execute("update journal_pending set received_at = $2 where id = $1", late, ahead)
    back = await put(db, datetime(1999, 12, 31, 23, tzinfo=UTC))
    assert await db.system.fetchval(_PART, late) == "journal_default"
    await apply(db, tenant)
    assert await db.system.fetchval("select count(*) from messages where wamid = 'wamid.ahead'") == 1
    assert await make_days(db, ahead.date(), 0) == [ahead.date()]
    assert await db.system.fetchval(_PART, late) == f"journal_{ahead:%Y%m%d}"
    assert await db.system.fetchval(_PART, back) == "journal_default"
    await drop_days(db, datetime.now(UTC), 10_000)
    assert await db.system.fetchval("select count(*) from journal where id = $1", back) == 0


async def test_days_that_are_over_go_but_not_what_waits_or_is_set_aside(db: Database, tenant: SeededTenant) -> None:
    first, second = await past_days(db, 2)
    old = midnight(first) + timedelta(hours=3)
    gone, waits, aside, replayed = [await put(db, old) for _ in range(4)]
    young = await put(db, midnight(second))
    await db.system.execute("insert into journal_pending (id, received_at) values ($1, $2)", waits, old)
    for one, closed in ((aside, None), (replayed, old)):
        await db.system.execute(
            "insert into quarantine (delivery_id, tenant_id, path, reason, replayed_at) values ($1, $2, 'x', 'y', $3)",
            one, tenant.id, closed)
    assert await drop_days(db, midnight(second), KEEP) == [f"{first:%Y%m%d}"]
    left = {row["id"]: row["part"] for row in await db.system.fetch(
        "select id, tableoid::regclass::text as part from journal")}
    assert left == {waits: "journal_default", aside: "journal_default", young: f"journal_{second:%Y%m%d}"}
    assert await db.system.fetchval("select to_regclass($1)", f"journal_{first:%Y%m%d}") is None
    await db.system.execute("delete from journal_pending")
    await db.system.execute("update quarantine set dismissed_at = $1", old)
    assert await drop_days(db, midnight(second), KEEP) == []
    assert {row["id"] for row in await db.system.fetch("select id from journal")} == {young}
    assert await db.system.fetchval("select count(*) from quarantine") == 0
    assert gone not in left
    assert replayed not in left


async def test_a_clock_a_year_ahead_drops_no_more_than_it_has_made(db: Database) -> None:
    made = await past_days(db, 4)
    kept = [await put(db, midnight(day)) for day in made]
    year = datetime.now(UTC) + timedelta(days=365)
    await make_days(db, year.date())
    dropped = await drop_days(db, year, 18)
    assert dropped == [f"{day:%Y%m%d}" for day in made[:2]]
    assert {row["id"] for row in await db.system.fetch("select id from journal")} == set(kept[2:])


async def test_traces_go_with_their_day(db: Database, tenant: SeededTenant) -> None:
    [first] = await past_days(db, 1)
    await apply(db, tenant, delivery(tenant, text("wamid.1"), status("wamid.2", "read")))
    await db.system.execute("update journal_traces set received_at = $1", midnight(first))
    assert await drop_days(db, midnight(first + timedelta(days=1)), KEEP) == [f"{first:%Y%m%d}"]
    assert await db.system.fetchval("select count(*) from journal_traces") == 0


async def test_a_journal_without_days_becomes_the_first_part_and_keeps_its_rows(cluster: Cluster) -> None:
    """The migration itself, on the tables as they were before it."""
    name = "journal_before_days"
    url = cluster.server.dsn(name)
    try:
        await migrate(url)
        owner, system = await asyncpg.connect(role_url(url, "comptoir_owner")), await asyncpg.connect(url)
        await _undo(owner)
        await system.execute("""insert into journal (app_slug, received_at, headers, body)
            select 'app', now() - n * interval '1 hour', '{}', 'x' from generate_series(0, 99) n""")
        await system.execute("insert into journal_pending (id) values (7)")
        before = await system.fetch("select id, app_slug, received_at, headers, body from journal order by id")
        await owner.execute(SQL.read_text())
        assert await system.fetch(
            "select id, app_slug, received_at, headers, body from journal order by id") == before
        assert await system.fetchval("select received_at from journal_pending") == before[6]["received_at"]
        assert await system.fetchval("select traced_after from installation") == 100
        new = await system.fetchrow("""insert into journal (app_slug, headers, body) values ('app', '{}', 'y')
            returning id, tableoid::regclass::text as part""")
        assert new is not None
        assert tuple(new) == (101, "journal_before")
        db = await Database.open(url)
        today = datetime.now(UTC).date()
        assert await make_days(db, today) == []
        await make_days(db, today + timedelta(days=1))
        assert await drop_days(db, midnight(today + timedelta(days=1)), 8) == ["before"]
        assert [row["id"] for row in await db.system.fetch("select id from journal")] == [7]
        await db.close()
        await owner.close()
        await system.close()
    finally:
        await cluster.server.drop_database(name)


async def _undo(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    await owner.execute("""
        drop table journal, journal_traces, journal_replays, observations;
        drop function journal_make_day, journal_attach_day, journal_detach, journal_drop;
        alter table journal_pending drop column received_at;
        alter table quarantine drop column wamid, drop column phone, drop column dismissed_at, drop column dismissed_by,
            drop column note;
        alter table installation drop column traced_after;
        drop index contact_identities_fragments, quarantine_by_delivery, plugin_failures_by_seq;
        drop index event_log_by_conversation;
        create table journal (
            id bigint generated always as identity primary key, app_slug text not null,
            received_at timestamptz not null default now(), headers jsonb not null, body bytea not null);
        alter table quarantine add constraint quarantine_delivery_id_fkey foreign key (delivery_id)
            references journal (id) on delete cascade;
        grant all on journal to comptoir_sys""")
