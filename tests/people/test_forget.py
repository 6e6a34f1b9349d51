from core.auth.challenges import open_challenge
from core.auth.sessions import open_session
from core.auth.token_families import open_family, rotate
from core.db.pool import Database
from core.jobs.queue import enqueue
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.people.forget import FORGET_LOGINS_HANDLER
from tests.seed import SeededTenant

_AGE = {"login_challenges": "created_at", "sessions": "expires_at", "token_families": "revoked_at",
        "password_resets": "expires_at"}  # fmt: skip


async def counts(db: Database) -> dict[str, int]:
    return {table: await db.system.fetchval(f"select count(*) from {table}") for table in (*_AGE, "refresh_tokens")}


async def fill(db: Database, tenant: SeededTenant) -> None:
    for _ in range(2):
        await open_challenge(db.system, "second_factor", b"", user_id=tenant.owner_id, tenant_id=tenant.id)
        await open_session(db.system, tenant.owner_id, tenant.id)
        await rotate(db, (await open_family(db.system, tenant.owner_id, tenant.id)).refresh_token)
    await db.system.execute(
        "insert into password_resets (token_hash, user_id, expires_at) "
        "select int4send(n), $1, now() from generate_series(1, 2) n", tenant.owner_id,
    )  # fmt: skip


async def forget(db: Database) -> None:
    async with db.system_transaction() as connection:
        job = await enqueue(connection, None, "core", FORGET_LOGINS_HANDLER.name, {})
    assert await Runner(db, Handlers(FORGET_LOGINS_HANDLER)).run(job)


async def test_what_lives_or_has_just_ended_is_kept_used_refresh_tokens_too(db: Database, tenant: SeededTenant) -> None:
    await fill(db, tenant)
    await db.system.execute("update sessions set revoked_at = now()")
    before = await counts(db)
    await forget(db)
    assert await counts(db) == before == {**dict.fromkeys(_AGE, 2), "refresh_tokens": 4}


async def test_what_ended_long_ago_is_forgotten_and_nothing_else(db: Database, tenant: SeededTenant) -> None:
    await fill(db, tenant)
    for table, column in _AGE.items():
        await db.system.execute(
            f"update {table} set {column} = now() - interval '31 days' "
            f"where ctid = (select min(ctid) from {table})"
        )
    await forget(db)
    assert await counts(db) == {**dict.fromkeys(_AGE, 1), "refresh_tokens": 2}
