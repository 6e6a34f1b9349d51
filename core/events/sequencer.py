"""The sequencer: numbers committed events, densely per tenant (docs/decisions/0005-sequencer.md)."""

import asyncio
import logging
from typing import Final

import asyncpg

from core.db.pool import Connection, Database, connect
from core.db.wake import Wake
from core.metrics.numbers import NUMBERED

log = logging.getLogger(__name__)

BATCH: Final = 1000
_LOCK: Final = 0x5345515545_4E  # one sequencer in the installation at a time
_POLL_SECONDS: Final = 0.5
_STATEMENT_SECONDS: Final = 30.0
_RECONNECT_SECONDS: Final = 0.3

# One statement, hence one trip and one commit. The lock is released after the commit is visible, so positions are in
# commit order. `any(array(…))`, not `in (…)`: a never-analysed queue table flips the plan of the latter.
_MOVE = """with held as materialized (select pg_try_advisory_xact_lock($1) as ours),
moved as (
    delete from event_outbox where id = any(array(
        select id from event_outbox where (select ours from held) order by id limit $2)) returning *),
heads as (
    insert into event_heads as h (tenant_id, seq) select tenant_id, count(*) from moved group by tenant_id
    on conflict (tenant_id) do update set seq = h.seq + excluded.seq returning tenant_id, seq),
counts as (select tenant_id, count(*) as k from moved group by tenant_id),
numbered as (
    insert into event_log (tenant_id, seq, id, type, conversation_id, payload, created_at)
    select m.tenant_id, h.seq - k.k + row_number() over (partition by m.tenant_id order by m.id),
        m.id, m.type, m.conversation_id, m.payload, m.created_at
    from moved m join heads h using (tenant_id) join counts k using (tenant_id) order by m.id
    returning 1),
total as (select count(*) as n from numbered)
select n, case when n > 0 then pg_notify('events', '') end from total"""


class Sequencer:
    """Run in every worker; whichever holds the lock numbers, the others wait their turn."""

    def __init__(self, db: Database, wake: Wake) -> None:
        self._url = db.url
        self._wake = wake
        self._connection: Connection | None = None

    async def run(self) -> None:
        await self._wake.listen("outbox")
        bell = self._wake.bell("outbox")
        try:
            while True:
                if await self._attempt() < BATCH:
                    await bell.wait(_POLL_SECONDS)
        finally:
            await self.close()

    async def step(self) -> int:
        """Number one batch; how many. 0 also when another sequencer is at it."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._url, "comptoir_sys")
            # The planner knows nothing of a queue: without this a plan made on an empty table scans a full one.
            await self._connection.execute("set enable_seqscan = off")
        moved: int = await self._connection.fetchval(_MOVE, _LOCK, BATCH, timeout=_STATEMENT_SECONDS)
        if moved:
            NUMBERED.inc(moved)
            self._wake.ring("events")
        return moved

    async def drain(self) -> int:
        """Number everything committed so far; how many."""
        total = 0
        while moved := await self.step():
            total += moved
        return total

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _attempt(self) -> int:
        try:
            return await self.step()
        # A cut connection raises InternalClientError, InterfaceError, OSError… and the outbox keeps everything.
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            log.warning("sequencer: %s; connecting again", type(error).__name__)
            await self.close()
            await asyncio.sleep(_RECONNECT_SECONDS)
            return 0
