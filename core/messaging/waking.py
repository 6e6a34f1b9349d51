"""Snoozed conversations open again at their moment: the row itself says when, so nothing else is to be kept."""

import asyncio
import logging
from typing import Final

import asyncpg

from core.db.pool import Connection, Database

_log = logging.getLogger(__name__)
_BATCH: Final = 200
_LOOKS_SECONDS: Final = 2.0
"""How late somebody's snooze of a moment ago may be noticed; those known before end on the second."""

# Their assignee and their team have them still. Whoever is being changed now is looked at again the next time.
_WAKE: Final = """
with due as (
    select tenant_id, id from conversations
    where status = 'snoozed' and snoozed_until <= now() order by snoozed_until limit $1 for update skip locked)
update conversations v set status = 'open', snoozed_until = null, updated_at = now(), version = version + 1
from due where v.tenant_id = due.tenant_id and v.id = due.id returning v.tenant_id, v.id
"""
_TELL: Final = """
with told as (
    insert into event_outbox (tenant_id, type, conversation_id, payload)
    select v.tenant_id, 'conversation.updated', v.id, jsonb_build_object('conversation', v.resource, 'change', 'woken')
    from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
    join conversation_resources v on v.tenant_id = u.tenant_id and v.id = u.id order by u.n)
select pg_notify('outbox', '')
"""
_NEXT: Final = """
select extract(epoch from min(snoozed_until) - now())::float8 from conversations
where status = 'snoozed' and snoozed_until is not null
"""


class Waker:
    """Any number may run."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> None:
        """For ever."""
        while True:
            pause = _LOOKS_SECONDS
            try:
                pause = await self.wake_due()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("snoozed conversations: %s; looking again", type(error).__name__)
            await asyncio.sleep(pause)

    async def wake_due(self) -> float:
        """All whose moment has come; in how many seconds to look again."""
        while await self._wake() == _BATCH:
            pass
        following: float | None = await self._db.system.fetchval(_NEXT)
        return _LOOKS_SECONDS if following is None else min(max(following, 0.05), _LOOKS_SECONDS)

    async def _wake(self) -> int:
        async with self._db.system_transaction() as connection:
            return await _wake(connection)


async def _wake(connection: Connection) -> int:
    rows = await connection.fetch(_WAKE, _BATCH)
    if rows:
        await connection.execute(_TELL, [row["tenant_id"] for row in rows], [row["id"] for row in rows])
    return len(rows)
