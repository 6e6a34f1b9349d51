"""Where somebody is logged in: browsers' sessions and programs' token families, theirs to see and to end."""

from typing import Any
from uuid import UUID

from core import audit
from core.db.pool import Database
from core.errors import NotFound

_LIST = """
select s.id, 'browser' as kind, s.user_agent, host(s.ip) as ip, s.created_at, s.last_seen_at,
    least(s.expires_at, s.last_seen_at + interval '12 hours') as expires_at
from sessions s
where s.user_id = $1 and s.revoked_at is null and s.expires_at > now()
    and s.last_seen_at > now() - interval '12 hours'
union all
select f.id, 'token', f.user_agent, host(f.ip), f.created_at, f.last_used_at, f.expires_at
from token_families f join users u on u.id = f.user_id
where f.user_id = $1 and f.revoked_at is null and f.expires_at > now()
    and f.created_at >= coalesce(u.password_changed_at, '-infinity')
order by last_seen_at desc, id
"""
_END_SESSION = """
update sessions set revoked_at = now() where id = $1 and user_id = $2 and revoked_at is null returning tenant_id
"""
_END_FAMILY = """
update token_families set revoked_at = now(), revoked_because = 'ended by its owner'
where id = $1 and user_id = $2 and revoked_at is null returning tenant_id
"""
# Nobody is let in meanwhile (users.still_opens): what is being opened would be missed.
_LOCK = "select from users where id = $1 for no key update"
_END_ALL = (
    "update sessions set revoked_at = now() where user_id = $1 and revoked_at is null returning tenant_id",
    "update token_families set revoked_at = now(), revoked_because = 'ended by its owner' "
    "where user_id = $1 and revoked_at is null returning tenant_id",
)


async def sessions_of(db: Database, user_id: UUID, current: UUID) -> list[dict[str, Any]]:
    """In every tenant of theirs, the last used first. `current` is the credential that asks."""
    rows = await db.system.fetch(_LIST, user_id)
    return [{**row, "id": str(row["id"]), "current": row["id"] == current,
             **{name: row[name].isoformat() for name in ("created_at", "last_seen_at", "expires_at")}}
            for row in rows]  # fmt: skip


async def end_session(db: Database, user_id: UUID, session_id: UUID) -> None:
    """One of one's own. Raises NotFound for anybody else's, and for one that has ended."""
    async with db.system_transaction() as connection:
        tenant_id = await connection.fetchval(_END_SESSION, session_id, user_id)
        kind = "browser" if tenant_id else "token"
        tenant_id = tenant_id or await connection.fetchval(_END_FAMILY, session_id, user_id)
        if tenant_id is None:
            raise NotFound("There is no such session of yours.")
        await audit.record_for(connection, tenant_id, "session.ended", "member", user_id, {"kind": [kind, None]})


async def end_all_sessions(db: Database, user_id: UUID) -> None:
    """Everywhere, the one that asks included."""
    async with db.system_transaction() as connection:
        await connection.execute(_LOCK, user_id)
        ended: list[UUID] = []
        for statement in _END_ALL:
            ended += [row["tenant_id"] for row in await connection.fetch(statement, user_id)]
        for tenant_id in sorted(set(ended)):
            await audit.record_for(connection, tenant_id, "sessions.ended", "member", user_id,
                                   {"count": [ended.count(tenant_id), 0]})  # fmt: skip
