"""A range of the journal applied once more: a job that goes on where it was cut off, and lets live intake go first."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection, Database
from core.db.wake import Wake
from core.errors import NotFound
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, NotNow, Run
from core.messaging.intake.again import apply_again
from core.messaging.intake.batch import Delivery, Overtaken
from core.messaging.page import Page, by_time, page

_log = logging.getLogger(__name__)
JOB: Final = "replay_journal"
_BATCH: Final = 50
_SLICE_SECONDS: Final = 15.0
_LIVE_SECONDS: Final = 0.1
"""How long it steps back while deliveries wait."""
_ATTEMPTS: Final = 100

_SHOWN: Final = """select r.id, r.created_at as sort, jsonb_build_object('id', r.id, 'since', r.since, 'until', r.until,
    'tenant', (select jsonb_build_object('id', t.id, 'slug', t.slug) from tenants t where t.id = r.only_tenant),
    'dry_run', r.dry_run, 'state', r.state, 'deliveries', r.deliveries, 'total', r.total, 'stored', r.stored,
    'changed', r.changed, 'told', r.told, 'set_aside', r.set_aside, 'asked_by', r.asked_by,
    'created_at', r.created_at, 'updated_at', r.updated_at, 'finished_at', r.finished_at) as resource
from journal_replays r"""
_BEGIN: Final = """insert into journal_replays (since, until, only_tenant, dry_run, last, total, asked_by)
select $1, $2, $3, $4, coalesce(max(id), 0), count(*), $5 from journal where received_at >= $1 and received_at < $2
returning id"""
_TAKE: Final = "select * from journal_replays where id = $1 for update"
_NEXT: Final = """select id, app_slug, received_at, body, headers ->> 'x-request-id' from journal j
where received_at >= $1 and received_at < $2 and id > $3 and id <= $4 order by id limit $5"""
_WAITING: Final = "select id from journal_pending where id = any($1::bigint[])"
_ADVANCE: Final = """update journal_replays set reached = $2, deliveries = deliveries + $3, stored = stored + $4,
    changed = changed + $5, told = told + $6, set_aside = set_aside + $7, updated_at = clock_timestamp()
where id = $1"""
_FINISH: Final = """update journal_replays set state = 'done', finished_at = now(), updated_at = now()
where id = $1 and state = 'running'"""
_CANCEL: Final = """update journal_replays set state = 'cancelled', finished_at = now(), updated_at = now()
where id = $1 and state = 'running' returning id"""
# What this transaction has appended: others' rows are seen too, once they are committed, so this may count a few more.
_EVENTS: Final = """select count(*) filter (where type in ('message.received', 'message.noted', 'message.echoed')),
    count(*) filter (where type in ('message.status', 'message.updated')),
    count(*) filter (where type not in ('message.received', 'message.noted', 'message.echoed', 'message.status',
        'message.updated'))
from event_outbox where id > $1"""


@dataclass(frozen=True, slots=True)
class Range:
    """`until` is not part of it. `only` this tenant's items; `dry_run` says what would happen, and undoes it."""

    since: datetime
    until: datetime
    only: UUID | None = None
    dry_run: bool = False


async def begin(db: Database, wanted: Range, asked_by: str) -> dict[str, Any]:
    """The replay, which workers now do. Raises NotFound for a tenant that is none."""
    async with db.system_transaction() as connection:
        if wanted.only and not await connection.fetchval("select true from tenants where id = $1", wanted.only):
            raise NotFound("There is no such organisation.")
        replay_id: UUID = await connection.fetchval(
            _BEGIN, wanted.since, wanted.until, wanted.only, wanted.dry_run, asked_by)
        await enqueue(connection, None, CORE, JOB, {"replay_id": str(replay_id)}, key=str(replay_id),
                      max_attempts=_ATTEMPTS)  # fmt: skip
        await audit.record_for(connection, audit.INSTALLATION, "journal.replayed", "replay", replay_id, {
            "since": [None, wanted.since], "until": [None, wanted.until], "tenant": [None, wanted.only],
            "dry_run": [None, wanted.dry_run]})  # fmt: skip
    return await get(db, replay_id)


async def get(db: Database, replay_id: UUID) -> dict[str, Any]:
    """Raises NotFound."""
    row = await db.system.fetchrow(f"{_SHOWN} where r.id = $1", replay_id)
    if row is None:
        raise NotFound("There is no such replay.")
    resource: dict[str, Any] = row["resource"]
    return resource


async def list_replays(db: Database, *, limit: int, cursor: str | None) -> Page:
    """Newest first."""
    moment, identifier = by_time(cursor)
    rows = await db.system.fetch(
        f"{_SHOWN} where ($1::timestamptz is null or (r.created_at, r.id) < ($1, $2::uuid)) "
        "order by r.created_at desc, r.id desc limit $3", moment, identifier, limit + 1)
    return page(rows, limit, "sort", "id")


async def cancel(db: Database, replay_id: UUID) -> dict[str, Any]:
    """What was applied stays applied. Raises NotFound."""
    async with db.system_transaction() as connection:
        if await connection.fetchval(_CANCEL, replay_id):
            await audit.record_for(connection, audit.INSTALLATION, "journal.replay_cancelled", "replay", replay_id)
    return await get(db, replay_id)


class Replayer:
    """Runs replays, a slice at a time; each batch is one transaction with the place that it has reached."""

    def __init__(self, db: Database, wake: Wake) -> None:
        self._db, self._wake = db, wake

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self._run, timeout=120)

    async def _run(self, run: Run) -> None:
        try:
            if not await self.work(UUID(run.args["replay_id"]), _SLICE_SECONDS):
                raise NotNow(0)
        except (Overtaken, asyncpg.exceptions.TransactionRollbackError) as overtaken:
            raise NotNow(1) from overtaken  # live intake was faster, and goes first

    async def work(self, replay_id: UUID, seconds: float) -> bool:
        """Go on for so long; True when it is over."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if await self._is_busy():
                await asyncio.sleep(_LIVE_SECONDS)
                continue
            began = time.monotonic()
            if not await self.step(replay_id):
                return True
            # As long a rest as the work took: live intake and this share the database.
            await asyncio.sleep(min(time.monotonic() - began, 1.0))
        return False

    async def _is_busy(self) -> bool:
        return bool(await self._db.system.fetchval("select exists (select from journal_pending where attempts < 3)"))

    async def step(self, replay_id: UUID) -> bool:
        """One batch; False when there was nothing left to do."""
        async with self._db.system.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_TAKE, replay_id)
            if row is None or row["state"] != "running":
                return False
            rows = await connection.fetch(
                _NEXT, row["since"], row["until"], row["reached"], row["last"], _BATCH)
            if not rows:
                await connection.execute(_FINISH, replay_id)
                return False
            counted = await self._apply(connection, [Delivery(*found) for found in rows], row)
            await connection.execute(_ADVANCE, replay_id, rows[-1]["id"], len(rows), *counted)
        self._wake.ring("outbox")
        return True

    async def _apply(self, connection: Connection, deliveries: Sequence[Delivery], row: Any) -> tuple[int, ...]:
        """(stored, changed, told, set aside)."""
        waiting = {found["id"] for found in await connection.fetch(_WAITING, [one.id for one in deliveries])}
        due = [one for one in deliveries if one.id not in waiting]  # intake takes the others, and tells of them
        attempt = connection.transaction()
        await attempt.start()
        try:
            before = await connection.fetchval("select nextval('event_outbox_id')")
            outcome = await apply_again(connection, due, row["only_tenant"])
            told = await connection.fetchrow(_EVENTS, before)
        except BaseException:
            await attempt.rollback()
            raise
        await (attempt.rollback() if row["dry_run"] else attempt.commit())
        return (*told, len(outcome.refused))
