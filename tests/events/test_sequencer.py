import asyncio
import random
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import tenant_scope
from core.db.wake import Wake
from core.events import log, outbox
from core.events.sequencer import Sequencer
from core.events.tail import Tail
from tests.seed import SeededTenant


async def _append(db: Database, tenant_id: UUID, **payload: object) -> None:
    async with db.system_transaction() as connection:
        await outbox.append(connection, tenant_id, "test", dict(payload))


async def _number(db: Database) -> None:
    sequencer = Sequencer(db, Wake(db.url))
    await sequencer.drain()
    await sequencer.close()


async def test_each_tenant_counts_for_itself_without_gaps(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    for n in range(3):
        await _append(db, tenant.id, n=n)
        await _append(db, other_tenant.id, n=n)
        await _number(db)
    async with db.system.acquire() as connection:
        for one in (tenant, other_tenant):
            assert [(e.seq, e.data["n"]) for e in await log.read(connection, one.id, 0)] == [(1, 0), (2, 1), (3, 2)]
            assert await log.head(connection, one.id) == 3
        assert [e.seq for e in await log.read(connection, tenant.id, 1, 1)] == [2]


async def test_a_tenant_reads_its_own_log_only(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    with tenant_scope(tenant.id):
        async with db.tenant_transaction() as connection:
            await outbox.append(connection, tenant.id, "test", {})
    await _number(db)
    with tenant_scope(other_tenant.id):
        async with db.tenant() as connection:
            assert await log.read(connection, tenant.id, 0) == []
            assert await log.head(connection, tenant.id) == 0
            assert await log.epoch(connection)


async def test_what_was_rolled_back_was_never_told(db: Database, tenant: SeededTenant) -> None:
    try:
        async with db.system_transaction() as connection:
            await outbox.append(connection, tenant.id, "test", {})
            raise LookupError
    except LookupError:
        await _number(db)
    async with db.system.acquire() as connection:
        assert await log.read(connection, tenant.id, 0) == []


async def test_eight_writers_and_a_sequencer_whose_connection_is_cut_leave_a_dense_log_in_row_order(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await db.system.execute("insert into jobs (tenant_id, name, key, attempts) select $1, 'row', n::text, 0 "
                            "from generate_series(1, 4) n", tenant.id)
    wake = Wake(db.url)
    sequencers = [asyncio.create_task(Sequencer(db, wake).run()) for _ in range(2)]
    written = await asyncio.gather(*(_writer(db, tenant, other_tenant, seed) for seed in range(8)), _killer(db))
    total = sum(n for n in written if n)
    async with asyncio.timeout(10), db.system.acquire() as connection:
        while len(events := await log.read_all(connection, 0, 10_000)) < total:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
        assert await connection.fetchval("select count(*) from event_outbox") == 0
    for task in sequencers:
        task.cancel()
    await asyncio.gather(*sequencers, return_exceptions=True)
    await wake.close()
    _assert_dense_and_in_row_order(events)


async def _writer(db: Database, tenant: SeededTenant, other: SeededTenant, seed: int) -> int:
    chance = random.Random(seed)
    for _ in range(40):
        async with db.system_transaction() as connection:
            key, owner = str(chance.randint(1, 4)), chance.choice((tenant, other))
            version = await _bump(connection, tenant.id, key)
            await outbox.append(connection, owner.id, "test", {"row": key, "version": version})
            await asyncio.sleep(chance.random() / 200)
    return 40


async def _bump(connection: Connection, tenant_id: UUID, key: str) -> int:
    version: int = await connection.fetchval(
        "update jobs set attempts = attempts + 1 where tenant_id = $1 and key = $2 returning attempts", tenant_id, key)
    return version


async def _killer(db: Database) -> int:
    for _ in range(6):
        await asyncio.sleep(0.1)
        await db.system.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'with held as%' "
            "and datname = current_database() and pid <> pg_backend_pid()")
    return 0


def _assert_dense_and_in_row_order(events: list[log.Event]) -> None:
    seqs: dict[UUID, int] = {}
    versions: dict[str, int] = {}
    assert [e.position for e in events] == sorted(e.position for e in events)
    for event in events:
        assert event.seq == seqs.get(event.tenant_id, 0) + 1
        seqs[event.tenant_id] = event.seq
        assert event.data["version"] == versions.get(event.data["row"], 0) + 1
        versions[event.data["row"]] = event.data["version"]


async def test_the_tail_yields_what_is_appended_after_a_position(db: Database, tenant: SeededTenant) -> None:
    for n in range(2):
        await _append(db, tenant.id, n=n)
    await _number(db)
    wake = Wake(db.url)
    follower = Tail(db, wake).follow(0)
    first = await anext(follower)
    assert [e.data["n"] for e in first] == [0, 1]
    running = asyncio.create_task(Sequencer(db, wake).run())
    waiting = asyncio.ensure_future(anext(follower))
    await _append(db, tenant.id, n=2)
    async with asyncio.timeout(5):
        assert [e.data["n"] for e in await waiting] == [2]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await wake.close()


async def test_a_notification_wakes_and_a_lost_connection_is_made_again(db: Database) -> None:
    wake = Wake(db.url)
    await wake.listen("journal")
    bell = wake.bell("journal")
    await bell.wait(0)
    await db.system.execute("select pg_notify('journal', '')")
    assert await bell.wait(5)
    await db.system.execute("select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' "
                            "and datname = current_database()")
    assert await bell.wait(5), "a reconnection rings, for what was missed"
    await db.system.execute("select pg_notify('journal', '')")
    assert await bell.wait(5)
    assert not await bell.wait(0)
    await wake.close()
