from core.db.pool import Database
from core.db.scope import tenant_scope
from core.jobs import rows
from core.jobs.queue import enqueue
from tests.seed import SeededTenant


async def test_a_job_whose_transaction_rolls_back_does_not_exist(db: Database, tenant: SeededTenant) -> None:
    connection = await db.system.acquire()
    try:
        transaction = connection.transaction()
        await transaction.start()
        await enqueue(connection, tenant.id, "core", "greet", {})
        await transaction.rollback()
        assert await rows.due(connection, ["core"], 10) == []
    finally:
        await db.system.release(connection)


async def test_one_key_waits_once_at_the_earlier_time(db: Database, tenant: SeededTenant) -> None:
    async with db.system_transaction() as connection:
        later = await connection.fetchval("select now() + interval '1 hour'")
        first = await enqueue(connection, tenant.id, "core", "greet", {}, key="x", run_at=later)
        second = await enqueue(connection, tenant.id, "core", "greet", {}, key="x")
        assert first == second
        assert [job.id for job in await rows.due(connection, ["core"], 10)] == [first]


async def test_the_tenants_role_enqueues_for_its_own_tenant(db: Database, tenant: SeededTenant) -> None:
    with tenant_scope(tenant.id):
        async with db.tenant_transaction() as connection:
            await enqueue(connection, tenant.id, "core", "greet", {"name": "Zineb"})
    async with db.system.acquire() as connection:
        assert await connection.fetchval("select args from jobs where tenant_id = $1", tenant.id) == {"name": "Zineb"}


async def test_a_busy_plugin_does_not_hide_another_plugins_work(db: Database, tenant: SeededTenant) -> None:
    async with db.system_transaction() as connection:
        for number in range(5):
            await enqueue(connection, tenant.id, "busy", "work", {"n": number})
        quiet = await enqueue(connection, tenant.id, "quiet", "work", {})
        found = await rows.due(connection, ["core", "busy", "quiet"], 3)
        assert [job.plugin for job in found] == ["busy"] * 3 + ["quiet"]
        assert found[-1].id == quiet
