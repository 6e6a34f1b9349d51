"""Nothing of a deleted tenant is left, nothing of another is touched, wherever a crash cuts in."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from core import audit
from core.audit.chain import verify
from core.audit.sealer import Sealer, anchor_key, audit_key
from core.db.pool import Connection, Database
from core.db.wake import Wake
from core.errors import Conflict, ExportFirst, NotFound
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.messaging.intake import Intake
from core.secrets import SealBroken
from core.storage import FolderStorage
from core.tenancy import places
from core.tenancy.catalogue import Table
from core.tenancy.closing import CLOSING_CRON, close_tenant
from core.tenancy.erasure import TenantEraser
from core.tenancy.journal_erasure import Marks
from tests.seed import VAULT, SeededTenant
from tests.tenancy.worlds import World, delivery, entry, fill, journalled, make_plugin_table

_TABLES = """
select c.oid::regclass::text as name, exists (select from pg_attribute a where a.attrelid = c.oid
    and a.attname = 'tenant_id' and not a.attisdropped) as owned
from pg_class c where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    and c.relname not like 'tortoise%' and has_table_privilege(c.oid, 'select')
order by 1
"""


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media")


@pytest.fixture
async def world(db: Database, storage: FolderStorage, tenant: SeededTenant) -> World:
    await make_plugin_table(db)
    return await fill(db, storage, tenant)


@pytest.fixture
async def neighbour(db: Database, storage: FolderStorage, world: World, other_tenant: SeededTenant) -> World:
    return await fill(db, storage, other_tenant)


async def closed(db: Database, tenant: SeededTenant) -> None:
    await close_tenant(db, tenant.id, without_export=True)


async def places_with(db: Database, text: str) -> list[str]:
    """The tables in which a row has this text, also as bytes."""
    found, hidden = [], text.encode().hex()
    for table in await db.system.fetch(_TABLES):
        rows = await db.system.fetch(f"select t::text as row from {table['name']} t")
        if any(text in row["row"] or hidden in row["row"] for row in rows):
            found.append(table["name"])
    return found


async def rows_of(db: Database, tenant: SeededTenant) -> dict[str, list[str]]:
    """Every row of the tenant, and of the people in it."""
    found = {}
    for table in await db.system.fetch(_TABLES):
        if table["owned"]:
            rows = await db.system.fetch(f"select t::text as row from {table['name']} t where tenant_id = $1",
                                         tenant.id)  # fmt: skip
            found[table["name"]] = sorted(row["row"] for row in rows)
    for name, query in (("tenants", "select t::text as row from tenants t where id = $1"),
                        ("users", "select u::text as row from users u join memberships m on m.user_id = u.id "
                                  "where m.tenant_id = $1")):  # fmt: skip
        found[name] = sorted(row["row"] for row in await db.system.fetch(query, tenant.id))
    return found


async def kept_files(storage: FolderStorage, tenant: SeededTenant) -> list[str]:
    keys = [key for folder in (str(tenant.id), f"plugins/{tenant.id}") async for key in storage.keys(folder)]
    return sorted(keys) + ([anchor_key(tenant.id)] if await storage.exists(anchor_key(tenant.id)) else [])


async def run_echoes(db: Database, storage: FolderStorage) -> None:
    eraser = TenantEraser(db, storage)
    for row in await db.system.fetch("select args from jobs where name = 'erase_echoes'"):
        args = row["args"]
        await eraser.echoes(UUID(args["tenant_id"]), Marks(frozenset(args["marks"])), args["after"])


async def test_nothing_of_the_tenant_is_left_and_the_other_is_untouched_row_by_row(
    db: Database, storage: FolderStorage, world: World, neighbour: World
) -> None:
    sealer = Sealer(db, VAULT, storage)
    await sealer.once()
    async with db.system_transaction() as connection:
        entries = [entry(world.tenant, f"mine {world.canary}"), entry(neighbour.tenant, f"yours {neighbour.canary}")]
        both = json.dumps({"object": "x", "entry": entries}).encode()
        mixed = await journalled(connection, neighbour.tenant.app_slug, both)
    before, files = await rows_of(db, neighbour.tenant), await kept_files(storage, neighbour.tenant)
    assert len(await places_with(db, world.canary)) >= 25
    await closed(db, world.tenant)
    await TenantEraser(db, storage, batch=7).erase(world.tenant.id)
    assert await places_with(db, world.canary) == []
    assert await places_with(db, world.tenant.phone_number_id) == []
    assert await kept_files(storage, world.tenant) == []
    assert await rows_of(db, neighbour.tenant) == before
    assert await kept_files(storage, neighbour.tenant) == files
    body = await db.system.fetchval("select body from journal where id = $1", mixed)
    assert [one["id"] for one in json.loads(body)["entry"]] == [neighbour.tenant.waba_id]
    assert len(await db.system.fetch("select id from journal")) == 4
    # Only the operator's log and the jobs that come by later still name it, by its id.
    assert set(await places_with(db, str(world.tenant.id))) == {"audit_log", "jobs"}
    assert await db.system.fetchval("select count(*) from audit_log where tenant_id = $1", world.tenant.id) == 0


async def test_a_crash_at_any_statement_is_gone_on_from(
    db: Database, storage: FolderStorage, world: World, neighbour: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(Exception):
        pass

    before = await rows_of(db, neighbour.tenant)
    await closed(db, world.tenant)
    left, finished, crashes = [0], False, 0

    def counted(name: str) -> None:
        method = getattr(asyncpg.connection.Connection, name)

        async def call(self: Any, query: str, *values: Any, **options: Any) -> Any:
            if not query.startswith(("begin", "BEGIN", "COMMIT", "ROLLBACK")):
                left[0] -= 1
            if left[0] == 0:
                raise Crash
            return await method(self, query, *values, **options)

        monkeypatch.setattr(asyncpg.connection.Connection, name, call)

    for name in ("execute", "fetch", "fetchval", "fetchrow"):
        counted(name)
    while not finished:
        left[0] = crashes + 1
        try:
            await TenantEraser(db, storage, batch=3).erase(world.tenant.id)
            finished = True
        except Crash:
            crashes += 1
        assert crashes < 1000
    monkeypatch.undo()
    assert crashes > 60
    assert await places_with(db, world.canary) == []
    assert await kept_files(storage, world.tenant) == []
    assert await rows_of(db, neighbour.tenant) == before
    assert await db.system.fetchval("select count(*) from audit_log where action = 'tenant.erased'") == 1


async def test_what_customers_write_meanwhile_goes_too(
    db: Database, storage: FolderStorage, world: World, neighbour: World
) -> None:
    wake = Wake(db.url)
    intake = Intake(db, wake)

    async def written(text: str) -> None:
        """By an app of the installation, whose secret is not shredded."""
        async with db.system_transaction() as connection:
            body = delivery(world.tenant, f"{text} {world.canary}")
            last = await journalled(connection, world.tenant.app_slug, body)
            await connection.execute("insert into journal_pending (id) values ($1)", last)
        await intake.drain()

    class Interrupted(TenantEraser):
        async def _empty(self, table: Table, tenant_id: UUID) -> None:
            await written(f"before {table.name}")
            await super()._empty(table, tenant_id)

        async def _finish(self, *given: Any) -> None:
            await written("before the end")
            await super()._finish(*given)

    await closed(db, world.tenant)
    await Interrupted(db, storage).erase(world.tenant.id)
    await written("after the end")
    assert set(await places_with(db, world.canary)) == {"journal", "quarantine"}
    await storage.put(f"{world.tenant.id}/attachments/late", world.canary.encode(), "image/jpeg")
    await run_echoes(db, storage)
    assert await places_with(db, world.canary) == []
    assert await kept_files(storage, world.tenant) == []
    assert await places_with(db, neighbour.canary) != []
    await intake.close()
    await wake.close()


async def test_the_keys_go_first(db: Database, storage: FolderStorage, world: World) -> None:
    class Cut(TenantEraser):
        async def _erase_files(self, tenant_id: UUID) -> None:
            raise ConnectionError

    sealed = await db.system.fetchval("select access_token_sealed from accounts where tenant_id = $1", world.tenant.id)
    await closed(db, world.tenant)
    with pytest.raises(ConnectionError):
        await Cut(db, storage).erase(world.tenant.id)
    async with db.system.acquire() as connection:
        with pytest.raises(SealBroken, match="gone"):
            await VAULT.open(connection, sealed, places.access_token(world.tenant.id, world.tenant.phone_number_id))


async def test_people_go_with_their_only_tenant_and_stay_otherwise(
    db: Database, storage: FolderStorage, world: World, neighbour: World
) -> None:
    tenant = world.tenant
    await db.system.execute("insert into memberships (tenant_id, user_id, name, role) values ($1, $2, 'Both', 'agent')",
                            neighbour.tenant.id, tenant.agent_id)  # fmt: skip
    operator = await db.system.fetchval("insert into users (email, name, platform_admin) values ('op@x.test', 'Op', "
                                        "true) returning id")  # fmt: skip
    await db.system.execute("insert into memberships (tenant_id, user_id, name, role) values ($1, $2, 'Op', 'owner')",
                            tenant.id, operator)  # fmt: skip
    await closed(db, tenant)
    await TenantEraser(db, storage).erase(tenant.id)
    kept = {row["id"] for row in await db.system.fetch("select id from users")}
    assert kept & {tenant.agent_id, tenant.owner_id, operator} == {tenant.agent_id, operator}


async def test_nothing_is_closed_before_its_data_was_exported(db: Database, world: World) -> None:
    with pytest.raises(ExportFirst):
        await close_tenant(db, world.tenant.id)
    stale = "finished_at = now() - interval '25 hours', expires_at = now() + interval '1 day'"
    for change in (f"state = 'ready', {stale}", "finished_at = now(), expires_at = now()",
                   "state = 'failed', expires_at = now() + interval '1 day'"):  # fmt: skip
        if not await db.system.fetchval("select count(*) from exports"):
            await db.system.execute("insert into exports (tenant_id) values ($1)", world.tenant.id)
        await db.system.execute(f"update exports set {change}")
        with pytest.raises(ExportFirst):
            await close_tenant(db, world.tenant.id)
    await db.system.execute("update exports set state = 'ready'")
    await close_tenant(db, world.tenant.id)
    assert await db.system.fetchval("select status from tenants where id = $1", world.tenant.id) == "closing"
    await close_tenant(db, world.tenant.id)
    assert await db.system.fetchval("select count(*) from jobs where name = 'erase_tenant'") == 1
    with pytest.raises(NotFound):
        await close_tenant(db, uuid4())


async def test_an_app_that_another_tenants_number_needs_is_not_shredded(
    db: Database, world: World, neighbour: World
) -> None:
    await db.system.execute(
        "update accounts set meta_app_id = (select id from meta_apps where tenant_id = $1) where tenant_id = $2",
        world.tenant.id, neighbour.tenant.id)  # fmt: skip
    with pytest.raises(Conflict, match="own-atlas"):
        await close_tenant(db, world.tenant.id, without_export=True)


async def test_what_is_not_closing_is_never_erased(db: Database, storage: FolderStorage, world: World) -> None:
    before = await rows_of(db, world.tenant)
    await TenantEraser(db, storage).erase(world.tenant.id)
    assert await rows_of(db, world.tenant) == before
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.system.fetchval("select erase_audit($1, 10)", world.tenant.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.app.fetchval("select erase_audit($1, 10)", world.tenant.id)


async def test_the_job_erases_and_one_that_was_lost_is_asked_for_again(
    db: Database, storage: FolderStorage, world: World, neighbour: World
) -> None:
    await closed(db, world.tenant)
    await db.system.execute("update jobs set state = 'failed' where name = 'erase_tenant'")
    async with db.system_transaction() as connection:
        for _ in range(2):
            await CLOSING_CRON.fire(connection, await now(connection))
    [job] = await db.system.fetch("select id from jobs where name = 'erase_tenant' and state = 'queued'")
    runner = Runner(db, Handlers(*TenantEraser(db, storage).handlers()))
    await runner.run(job["id"])
    assert await places_with(db, world.canary) == []
    waiting = await db.system.fetch("select id, run_at > now() as later from jobs where name = 'erase_echoes'")
    assert [row["later"] for row in waiting] == [True, True]
    await db.system.execute("update jobs set run_at = now() where name = 'erase_echoes'")
    for row in waiting:
        await runner.run(row["id"])
    states = {row["state"] for row in await db.system.fetch("select state from jobs where name = 'erase_echoes'")}
    assert states == {"done"}


async def now(connection: Connection) -> Any:
    return await connection.fetchval("select now()")


async def test_the_operators_log_tells_the_end_and_stays_whole(
    db: Database, storage: FolderStorage, world: World
) -> None:
    await closed(db, world.tenant)
    await TenantEraser(db, storage).erase(world.tenant.id)
    await Sealer(db, VAULT, storage).once()
    async with db.system_transaction() as connection:
        found = await verify(connection, audit.INSTALLATION, await audit_key(connection, VAULT))
        entries = await connection.fetch("select action, subject_id from audit_log order by n")
    assert (found.ok, found.entries) == (True, 2)
    assert [(row["action"], row["subject_id"]) for row in entries] == [
        ("tenant.closed", str(world.tenant.id)), ("tenant.erased", str(world.tenant.id))]  # fmt: skip
