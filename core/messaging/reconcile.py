"""What became of sends that nobody answered: settled by a status that carries our id, or by a long silence.

An attempt whose worker died, and one that Meta never answered, are the same case: uncertain. We wait for a status
with the attempt's id. Only when `grace` has passed in silence may policy, or a person, send again.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from core.db.pool import Connection, Database
from core.messaging.clock import Clock, utc_now
from core.messaging.progress import ACCEPT, TELL, WAKE
from core.messaging.send_errors import DOUBLED, STILL_SILENT, WORKER_DIED

_log = logging.getLogger(__name__)
_BATCH: Final = 200

# In the order of progress.accepted, which writes the same attempts.
_SETTLE = """
with named as materialized (
    select a.id, p.wamid from unnest($2::uuid[], $3::text[]) p(id, wamid)
    join send_attempts a on a.tenant_id = $1 and a.id = p.id and a.wamid is distinct from p.wamid
    order by a.id for no key update of a
), attempt as (
    update send_attempts a set state = 'settled', wamid = p.wamid, finished_at = coalesce(a.finished_at, $4)
    from named p where a.tenant_id = $1 and a.id = p.id
    returning a.tenant_id, a.message_id, p.wamid, $4::timestamptz as at
)""" + ACCEPT + TELL + f"select id, wamid, {WAKE}, (select pg_notify('lanes', '')) from changed"  # noqa: S608 - constants

_DOUBLED = """
with doubled as (
    select message_id, array_agg(wamid order by number) as wamids from send_attempts
    where tenant_id = $1 and message_id = any($2::uuid[]) and wamid is not null and state in ('accepted', 'settled')
    group by message_id having count(distinct wamid) > 1
), changed as (
    update messages m set error = $3::jsonb || jsonb_build_object('doubled', d.wamids), version = m.version + 1
    from doubled d where m.tenant_id = $1 and m.id = d.message_id and m.error -> 'doubled' is null returning m.*
)
""" + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants


async def settle_attempts(
    connection: Connection, tenant_id: UUID, pairs: Sequence[tuple[str, str]], clock: Clock = utc_now
) -> list[str]:
    """Statuses came with our callback data: (callback data, wamid). Call it before applying those statuses.

    Gives each attempt and its message the wamid; afterwards the statuses find the message by it. Returns the wamids
    that became known. Data that is no attempt of this tenant is another sender's, and ignored.
    """
    attempts = {attempt: wamid for data, wamid in pairs if (attempt := _uuid(data)) is not None}
    if not attempts:
        return []
    rows = await connection.fetch(_SETTLE, tenant_id, list(attempts), list(attempts.values()), clock())
    if rows:
        await record_doubled(connection, tenant_id, [row["id"] for row in rows])
    return [row["wamid"] for row in rows]


def _uuid(data: str) -> UUID | None:
    try:
        return UUID(data)
    except ValueError:
        return None


async def record_doubled(connection: Connection, tenant_id: UUID, message_ids: Sequence[UUID]) -> None:
    """When two attempts of one message turn out to have been taken, the customer got it twice: say so."""
    await connection.execute(_DOUBLED, tenant_id, list(message_ids), DOUBLED)


_EXPIRE = """
with late as (
    select tenant_id, id, message_id from send_attempts where state = 'sending' and lease_until < $1
    order by lease_until limit $4 for update skip locked
), attempt as (
    update send_attempts a set state = 'uncertain', error = $3, lease_until = a.lease_until + $2
    from late where a.tenant_id = late.tenant_id and a.id = late.id returning a.tenant_id, a.message_id
), changed as (
    update messages m set status = 'uncertain', status_rank = -1, error = $3, version = m.version + 1
    from attempt a where m.tenant_id = a.tenant_id and m.id = a.message_id and m.status = 'sending' returning m.*
)
""" + TELL + f"select id, {WAKE} from changed"  # noqa: S608 - constants

_SILENT = """
select a.tenant_id, a.id, a.message_id,
    (select count(*) from send_attempts o where o.tenant_id = a.tenant_id and o.message_id = a.message_id
        and o.state = 'uncertain') as times
from send_attempts a where a.state = 'uncertain' and a.finished_at is null and a.lease_until < $1
order by a.lease_until limit $2 for update skip locked
"""

_AGAIN = """
with attempt as (
    update send_attempts set finished_at = $3 where tenant_id = $1 and id = $2 returning message_id
), changed as (
    update messages m set status = 'queued', status_rank = -3, error = null, version = m.version + 1
    from attempt a where m.tenant_id = $1 and m.id = a.message_id and m.status = 'uncertain' returning m.*
)
""" + TELL + f"select id, {WAKE}, (select pg_notify('lanes', '')) from changed"  # noqa: S608 - constants

_ASK = """
with attempt as (
    update send_attempts set finished_at = $3 where tenant_id = $1 and id = $2 returning message_id
), changed as (
    update messages m set error = $4, version = m.version + 1
    from attempt a where m.tenant_id = $1 and m.id = a.message_id and m.status = 'uncertain' returning m.*
)
""" + TELL + f"select id, {WAKE}, (select pg_notify('lanes', '')) from changed"  # noqa: S608 - constants


class Reconciler:
    """Looks for attempts past their lease and past their grace. Any number of workers may run one.

    `then` says what follows the silence: `resend` sends once more and then asks, `ask` leaves it to a person.
    """

    def __init__(
        self, db: Database, *, grace: timedelta, then: Literal["resend", "ask"], clock: Clock = utc_now,
        interval: float = 1.0,
    ) -> None:
        self._db, self._grace, self._then, self._clock, self._interval = db, grace, then, clock, interval

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.sweep()
            await asyncio.sleep(self._interval)

    async def sweep(self) -> None:
        """One look at everything that is due."""
        async with self._db.system_transaction() as connection:
            expired = await connection.fetch(_EXPIRE, self._clock(), self._grace, WORKER_DIED, _BATCH)
        if expired:
            _log.warning("sends without an outcome became uncertain", extra={"count": len(expired)})
        async with self._db.system_transaction() as connection:
            for attempt in await connection.fetch(_SILENT, self._clock(), _BATCH):
                await self._after_silence(connection, attempt)

    async def _after_silence(self, connection: Connection, attempt: Any) -> None:
        now = self._clock()
        if self._then == "resend" and attempt["times"] == 1:
            await connection.execute(_AGAIN, attempt["tenant_id"], attempt["id"], now)
        else:
            await connection.execute(_ASK, attempt["tenant_id"], attempt["id"], now, STILL_SILENT)
        _log.info("a send stayed unanswered", extra={"attempt_id": str(attempt["id"]), "then": self._then})
