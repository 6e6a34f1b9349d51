from core.db.pool import Database
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.people.forget import FORGET_LOGINS_CRON, FORGET_LOGINS_HANDLER
from tests.seed import SeededTenant

# Of each table one row that is kept a little longer, and one whose time is over. -181: accepted.
_ROWS = """
insert into login_challenges (token_hash, purpose, expires_at, created_at) select sha256(n::text::bytea),
    'second_factor', now(), now() - (n || ' hours')::interval from unnest(array[1, 25]) n;
insert into login_challenges (token_hash, purpose, expires_at) select sha256(n::text::bytea),
    'passkey_login', now() - (n || ' minutes')::interval from unnest(array[4, 6]) n;
insert into password_resets (token_hash, user_id, expires_at) select sha256(n::text::bytea), u.id,
    now() - (n || ' days')::interval from users u, unnest(array[1, 31]) n where u.email = 'owner@atlas.test';
insert into sessions (token_hash, user_id, tenant_id, csrf_secret, expires_at)
    select sha256(n::text::bytea), user_id, tenant_id, '', now() - (n || ' days')::interval
    from memberships, unnest(array[1, 31]) n where role = 'owner';
insert into token_families (user_id, tenant_id, expires_at, revoked_at)
    select user_id, tenant_id, now(), now() - (n || ' days')::interval
    from memberships, unnest(array[1, 31]) n where role = 'owner';
insert into refresh_tokens (token_hash, family_id, expires_at, used_at)
    select sha256(id::text::bytea), id, now(), now() from token_families;
insert into invitations (tenant_id, email, role, token_hash, expires_at, accepted_at)
    select tenant_id, n || '@x.test', 'agent', sha256(n::text::bytea), now() - (abs(n) || ' days')::interval,
    case when n < 0 then now() end from memberships, unnest(array[1, 181, -181]) n where role = 'owner'
"""
_KEPT = {"login_challenges": 2, "password_resets": 1, "sessions": 1, "token_families": 1, "refresh_tokens": 1,
         "invitations": 2}  # fmt: skip


async def test_what_is_over_is_forgotten_after_its_time_and_not_before(db: Database, tenant: SeededTenant) -> None:
    async with db.system_transaction() as connection:
        await connection.execute(_ROWS)
        await FORGET_LOGINS_CRON.fire(connection, await connection.fetchval("select now()"))
        job_id = await connection.fetchval("select id from jobs")
    assert await Runner(db, Handlers(FORGET_LOGINS_HANDLER)).run(job_id)
    left = {table: await db.system.fetchval(f"select count(*) from {table}") for table in _KEPT}
    assert left == _KEPT
    assert await db.system.fetchval("select state from jobs") == "done"
