"""What became of each delivery: written as it happens, read a page at a time, kept for a week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import Conflict, NotFound
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.messaging.page import Page, by_time, page
from core.outward.endpoints import absent, locked, wake
from core.outward.exchange import Outcome
from core.outward.queue import Claim

JOB: Final = "forget_webhook_attempts"
KEPT: Final = timedelta(days=7)
_FORGOTTEN_AT_ONCE: Final = 10_000
_MOST_REQUESTS: Final = 20

_INSERT: Final = """
insert into webhook_attempts (tenant_id, endpoint_id, kind, seq, message_id, type, attempt, outcome, status,
    milliseconds, error, excerpt)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
where exists (select from webhook_endpoints where tenant_id = $1 and id = $2)
"""
_LIST: Final = """
select a.at, a.id, jsonb_build_object('id', a.id, 'kind', a.kind, 'seq', a.seq, 'webhook_id', a.message_id,
    'type', a.type, 'attempt', a.attempt, 'outcome', a.outcome, 'status', a.status, 'milliseconds', a.milliseconds,
    'error', a.error, 'excerpt', a.excerpt, 'at', a.at) as resource
from webhook_attempts a where a.tenant_id = $1 and a.endpoint_id = $2 {outcome}
    and ($3::timestamptz is null or (a.at, a.id) < ($3, $4::uuid))
order by a.at desc, a.id desc limit $5
"""
_REQUEST: Final = "insert into webhook_requests (tenant_id, endpoint_id, kind, seq) values ($1, $2, $3, $4)"
_EXISTS: Final = "select exists (select from webhook_endpoints where tenant_id = $1 and id = $2)"
_SKIPPED: Final = "What it tells of was deleted since."


Kind = Literal["event", "replay", "test", "again"]


@dataclass(frozen=True, slots=True)
class About:
    """What an attempt is an attempt at. `message_id` is the id it is sent under; a test has no `seq`."""

    kind: Kind
    seq: int | None
    message_id: str
    type: str


async def write(connection: Connection, claim: Claim, about: About, attempt: int, outcome: Outcome | None) -> None:
    """`outcome` None: it was not sent, for whom or what it tells of is gone. Nothing when the endpoint is gone."""
    said: tuple[object, ...] = ("skipped", None, 0, _SKIPPED, "")
    if outcome is not None:
        said = (outcome.result, outcome.status, outcome.milliseconds, outcome.error, outcome.excerpt)
    await connection.execute(_INSERT, claim.tenant_id, claim.endpoint_id, about.kind, about.seq, about.message_id,
                             about.type, attempt, *said)  # fmt: skip


async def read(db: Database, tenant_id: UUID, endpoint_id: UUID, outcome: str | None, limit: int,
               cursor: str | None) -> Page:  # fmt: skip
    """The newest first. Raises NotFound."""
    after = by_time(cursor)
    async with db.system.acquire() as connection:
        if not await connection.fetchval(_EXISTS, tenant_id, endpoint_id):
            raise absent()
        # A condition of its own for each shape, so that each has its index.
        statement = _LIST.format(outcome="and a.outcome = $6" if outcome else "")
        more = [outcome] if outcome else []
        rows = await connection.fetch(statement, tenant_id, endpoint_id, *after, limit + 1, *more)
    return page(rows, limit, "at", "id")


async def ask_for_test(db: Database, tenant_id: UUID, endpoint_id: UUID) -> None:
    """A made-up event, sent within a second, once. Raises NotFound."""
    async with db.system_transaction() as connection:
        await _ask(connection, tenant_id, endpoint_id, "test", None)


async def ask_again(db: Database, tenant_id: UUID, endpoint_id: UUID, attempt_id: UUID) -> None:
    """The event of this attempt once more, beside the order. Raises NotFound, or Conflict for a test event."""
    async with db.system_transaction() as connection:
        row = await connection.fetchrow(
            "select seq from webhook_attempts where tenant_id = $1 and endpoint_id = $2 and id = $3",
            tenant_id, endpoint_id, attempt_id)  # fmt: skip
        if row is None:
            raise NotFound("There is no such attempt, or it is older than attempts are kept.")
        if row["seq"] is None:
            raise Conflict("That was a test: send another test event.")
        await _ask(connection, tenant_id, endpoint_id, "again", row["seq"])


async def _ask(connection: Connection, tenant_id: UUID, endpoint_id: UUID, kind: str, seq: int | None) -> None:
    await locked(connection, tenant_id, endpoint_id)
    waiting = await connection.fetchval(
        "select count(*) from webhook_requests where tenant_id = $1 and endpoint_id = $2", tenant_id, endpoint_id)
    if waiting >= _MOST_REQUESTS:
        raise Conflict(f"{waiting} deliveries that were asked for still wait: look again in a minute.")
    await connection.execute(_REQUEST, tenant_id, endpoint_id, kind, seq)
    await wake(connection)


async def forget(run: Run) -> None:
    """Delete what is older than it is kept, a batch at a time; the next tick takes the rest."""
    assert run.connection is not None  # noqa: S101 - atomic
    await run.connection.execute(
        "delete from webhook_attempts where ctid = any(array("
        "select ctid from webhook_attempts where at < now() - $1::interval order by at limit $2))",
        KEPT, _FORGOTTEN_AT_ONCE)  # fmt: skip


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, JOB, {}, key="cron")


FORGET_ATTEMPTS_HANDLER: Final[Handler] = Handler(CORE, JOB, forget, timeout=300, atomic=True)
FORGET_ATTEMPTS_CRON: Final[Cron] = Cron(f"{CORE}.{JOB}", "*/5 * * * *", _fire)
