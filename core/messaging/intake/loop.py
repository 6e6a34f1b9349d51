"""Intake: empties the journal's queue onto the ledger. Any number of workers run one."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final

import asyncpg

from core import tracing
from core.db.pool import Connection, Database, connect
from core.db.wake import Wake
from core.messaging.intake import claim
from core.messaging.intake.again import apply_again, apply_alone, reason
from core.messaging.intake.application import apply_deliveries
from core.messaging.intake.batch import Delivery, Overtaken, Refusal
from core.messaging.intake.order import Place
from core.messaging.intake.quarantine import set_aside
from core.messaging.intake.routing import read
from core.messaging.intake.sweeper import Sweeper
from core.metrics.numbers import BATCH, INTAKE

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 1.0
_BATCH_SECONDS: Final = 60.0  # a link cut without a word must not hold the worker for ever
_RECONNECT_SECONDS: Final = 0.5
_SUSPECT_SECONDS: Final = 5.0
_RETRIES: Final = 8
_MOST_TOLD: Final = 20  # request ids of a batch in its log line: a burst's are found by the journal
_FIRST_LESSON: Final = 100  # deliveries of this connection; then each time twice as many
_LAST_LESSON: Final = 30_000  # from here on autovacuum keeps up
_ANALYZE: Final = "analyze (skip_locked) contacts, contact_identities, conversations, messages"
_AWAY = (OSError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError,
         asyncpg.exceptions.OperatorInterventionError, asyncpg.exceptions.InsufficientResourcesError)
_OVERTAKEN = (Overtaken, asyncpg.exceptions.TransactionRollbackError)
# Every statement of intake finds a few rows by index. A plan made while the tables were empty or never analysed would
# scan them, and asyncpg keeps its plans for the life of the connection.
_PLANS: Final = "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; " \
                "set plan_cache_mode = force_generic_plan"


class _Away(Exception):
    """The database, not the data: try the same again later."""


class _TooSlow(_Away):
    """The batch took longer than anything should. It may be the data after all."""


class Intake:
    """`run` for a worker; `drain` applies everything that waits, and returns.

    `heard` is told how many messages have just come in, by phone_number_id. While there is a backlog a second one
    follows: it reads its batch while the statements of this one's run in the database. Both take what is oldest and
    its tenants' turn in `order`, so that nothing is applied before what was first in the queue, unless that fails.
    """

    def __init__(
        self, db: Database, wake: Wake, heard: Callable[[Mapping[str, int]], None] = lambda _: None, *,
        order: asyncio.Lock | None = None,
    ) -> None:  # fmt: skip
        self._db, self._url, self._wake, self._heard, self._leads = db, db.url, wake, heard, order is None
        self._order = order or asyncio.Lock()
        self._place = Place(self._order)
        self._backlog = asyncio.Event()
        self._connection: Connection | None = None
        self._count = True      # the last worker may have died of what is first in the queue
        self._suspected_at = float("-inf")

    async def run(self) -> None:
        """Until cancelled."""
        await self._wake.listen("journal")
        bell = self._wake.bell("journal")
        beside = [asyncio.create_task(Sweeper(self._url, self._wake).run(), name="parked statuses"),
                  asyncio.create_task(self._be_followed(), name="second intake")]
        try:
            while True:
                if self._count:
                    await self._surely(self._count_first)
                if not await self._surely(self.step):
                    await bell.wait(_POLL_SECONDS)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.close()

    async def _be_followed(self) -> None:
        """For ever: another one beside this, as long as there is more than one batch."""
        second = Intake(self._db, self._wake, self._heard, order=self._order)
        try:
            while True:
                await self._backlog.wait()
                self._backlog.clear()
                second._count = False
                while await second._surely(second.step):
                    pass
                self._count = self._count or second._count
        finally:
            await second.close()

    async def drain(self) -> int:
        """Apply everything that waits; how many deliveries."""
        total = 0
        while applied := await self.step():
            total += applied
        return total

    async def step(self) -> int:
        """Apply one batch; how many deliveries were taken off the queue."""
        taken: list[int] = []
        heard: dict[str, int] = {}
        requests: list[str | None] = []
        connection = await self._connect()

        async def one_batch() -> None:
            self._place = Place(self._order)
            async with self._place, connection.transaction():
                deliveries, cut = await claim.claim(connection)
                taken[:] = [delivery.id for delivery in deliveries]
                requests[:] = [delivery.request_id for delivery in deliveries]
                if len(taken) == claim.MOST_DELIVERIES:
                    self._backlog.set()
                in_turn = self._place.keep if cut else self._place.in_turn
                heard.update(await apply_deliveries(connection, deliveries, in_turn))

        began, began_ns = time.perf_counter(), time.time_ns()
        error = await self._try(connection, one_batch)
        if error is not None:
            await self._divide(connection, taken, error)
        now = asyncio.get_running_loop().time()
        if self._leads and (not taken or now - self._suspected_at > _SUSPECT_SECONDS):
            self._suspected_at = now
            await self._suspects(connection)
        if taken:
            BATCH.observe(time.perf_counter() - began)
            self._heard(heard)
            log.info("intake: a batch is applied", extra={
                "deliveries": len(taken), "first": taken[0], "last": taken[-1], "request_ids": requests[:_MOST_TOLD]})
            tracing.record("intake", requests, began_ns, deliveries=len(taken))
            self._wake.ring("outbox")
            await self._learn(connection, len(taken))
        return len(taken)

    async def _learn(self, connection: Connection, applied: int) -> None:
        """Autovacuum looks once a minute: the first burst of an installation would be planned blind."""
        self._applied += applied
        if self._leads and self._applied >= self._learn_at <= _LAST_LESSON:
            self._learn_at *= 2
            await connection.execute(_ANALYZE)

    async def replay(self, quarantine_id: int) -> bool:
        """Apply a quarantined delivery once more; False when there is no such row, or it was replayed."""
        connection = await self._connect()
        async with connection.transaction():
            found = await replay(connection, quarantine_id)
        self._wake.ring("outbox")
        return found

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _connect(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._url, "comptoir_sys")
            await self._connection.execute(_PLANS)
            self._applied, self._learn_at = 0, _FIRST_LESSON
        return self._connection

    async def _surely(self, work: Callable[[], Awaitable[int]]) -> int:
        try:
            return await work()
        except (_Away, *_AWAY, asyncpg.InterfaceError) as error:
            self._count = self._count or isinstance(error, _TooSlow)
            log.warning("intake: the database is away (%s); going on when it is back", error or type(error).__name__)
            await self.close()
            await asyncio.sleep(_RECONNECT_SECONDS)
            return 0

    async def _try(self, connection: Connection, work: Callable[[], Awaitable[None]]) -> Exception | None:
        """None when it worked; the error when the data is to blame. Raises _Away when the database is."""
        error: Exception = Overtaken("never tried")
        for _ in range(_RETRIES):
            INTAKE.forget()
            try:
                async with asyncio.timeout(_BATCH_SECONDS):
                    await work()
                INTAKE.count()
                return None
            except _OVERTAKEN as overtaken:
                error = overtaken
            except TimeoutError as slow:
                if not self._place.taken:
                    raise _Away("too long without its turn") from slow
                raise _TooSlow("too slow") from slow
            except _AWAY as away:
                raise _Away(type(away).__name__) from away
            # Anything else is a delivery that nobody foresaw: it is found and set aside, and the others go on.
            except Exception as unforeseen:
                if connection.is_closed():
                    raise _Away(type(unforeseen).__name__) from unforeseen
                return unforeseen
        return error

    async def _divide(self, connection: Connection, ids: Sequence[int], error: Exception) -> None:
        """Halve a batch that failed until the delivery to blame stands alone."""
        log.warning("intake: a batch of %s failed (%s); looking for the delivery", len(ids), type(error).__name__)
        if len(ids) == 1:
            await self._item_by_item(connection, ids[0])
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            if half and (failed := await self._try(connection, partial(_apply_these, connection, half))):
                await self._divide(connection, half, failed)

    async def _item_by_item(self, connection: Connection, delivery_id: int) -> None:
        """Each item in a savepoint of its own; the bad ones to quarantine, the others applied."""
        failed = await self._try(connection, partial(_apply_items_alone, connection, delivery_id))
        if failed is not None:
            await self._try(connection, partial(_give_up, connection, delivery_id, reason(failed)))

    async def _count_first(self) -> int:
        """Count what is first in the queue before touching it, for who comes next if it takes this worker down."""
        connection = await self._connect()
        await claim.count_attempt(connection, await claim.oldest(connection))
        self._count = False
        return 0

    async def _suspects(self, connection: Connection) -> None:
        """What was on the table at several crashes is tried alone, and given up in the end."""
        for delivery_id in await claim.suspects(connection):
            attempts = (await claim.count_attempt(connection, [delivery_id])).get(delivery_id, 0)
            if attempts > claim.GIVE_UP_AFTER:
                reason = f"the worker died {attempts - 1} times with it: see the worker's log, then replay it"
                await self._try(connection, partial(_give_up, connection, delivery_id, reason))
            elif attempts and await self._try(connection, partial(_apply_these, connection, [delivery_id])):
                await self._item_by_item(connection, delivery_id)


async def _apply_these(connection: Connection, ids: Sequence[int]) -> None:
    async with connection.transaction():
        await apply_deliveries(connection, await claim.claim_these(connection, ids))


async def _apply_items_alone(connection: Connection, delivery_id: int) -> None:
    async with connection.transaction():
        for delivery in await claim.claim_these(connection, [delivery_id]):
            for one in read([delivery]):
                await apply_alone(connection, one)


async def _give_up(connection: Connection, delivery_id: int, reason: str) -> None:
    async with connection.transaction():
        for delivery in await claim.claim_these(connection, [delivery_id]):
            log.error("intake: delivery %s is set aside whole", delivery.id)
            await set_aside(connection, [Refusal(delivery.id, None, "", reason, None)])


async def replay(connection: Connection, quarantine_id: int) -> bool:
    """Apply a quarantined delivery once more, in the caller's transaction. False when there is no such row, or it is
    closed. All of the delivery: what is stored already is recognised, and what fails again stays set aside."""
    row = await connection.fetchrow(
        "select j.id, j.app_slug, j.received_at, j.body, j.headers ->> 'x-request-id' "
        "from quarantine q join journal j on j.id = q.delivery_id "
        "where q.id = $1 and q.replayed_at is null and q.dismissed_at is null for update of q", quarantine_id)
    if row is None:
        return False
    await apply_again(connection, [Delivery(*row)])
    return True
