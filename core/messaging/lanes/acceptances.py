"""What Meta has accepted, written down for many sends in one transaction.

Each alone costs five round trips and a commit to disk, and takes a connection from those who wait for one. So while one
transaction is under way the next ones gather; of bulk a few are let gather in any case.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.messaging import progress
from core.messaging.lanes.claim import Claim
from core.messaging.lanes.plans import by_index
from core.messaging.reconcile import record_doubled

_GATHER_SECONDS: Final = 0.03
_MOST: Final = 500
_AWAY: Final = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError,
                asyncpg.exceptions.OperatorInterventionError, asyncpg.exceptions.InsufficientResourcesError)

ApplyParked: TypeAlias = Callable[[Connection, UUID, str, Sequence[str]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class _Accepted:
    claim: Claim
    wamid: str
    at: datetime
    written: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Acceptances:
    """`write` returns once its acceptance is committed."""

    def __init__(self, db: Database, apply_parked: ApplyParked) -> None:
        self._db, self._apply_parked = db, apply_parked
        self._waiting: list[_Accepted] = []
        self._writer: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    async def write(self, claim: Claim, wamid: str, at: datetime) -> None:
        """Raises what the database raises."""
        one = _Accepted(claim, wamid, at)
        self._waiting.append(one)
        if not claim.candidate.bulk:
            self._hurry.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await one.written

    async def _write_all(self) -> None:
        while self._waiting:
            await self._gather()
            some, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._write(some)

    async def _gather(self) -> None:
        try:
            async with asyncio.timeout(_GATHER_SECONDS):
                await self._hurry.wait()
        except TimeoutError:
            pass
        self._hurry.clear()

    async def _write(self, some: Sequence[_Accepted]) -> None:
        try:
            await self._commit(some)
        except Exception as error:
            if len(some) > 1 and not isinstance(error, _AWAY):
                for one in some:  # whichever is to blame, the others are written
                    await self._write([one])
                return
            for one in some:
                if not one.written.done():
                    one.written.set_exception(error)
            return
        for one in some:
            if not one.written.done():
                one.written.set_result(None)

    async def _commit(self, some: Sequence[_Accepted]) -> None:
        async with by_index(self._db) as connection:
            known = await progress.accepted(
                connection, [(one.claim.candidate.tenant_id, one.claim.attempt_id, one.wamid, one.at) for one in some])
            again: defaultdict[UUID, list[UUID]] = defaultdict(list)
            for one in some:
                if one.claim.number > 1 and one.claim.candidate.message_id in known:
                    again[one.claim.candidate.tenant_id].append(one.claim.candidate.message_id)
            for tenant_id, message_ids in again.items():
                await record_doubled(connection, tenant_id, message_ids)
            numbers: defaultdict[tuple[UUID, str], list[str]] = defaultdict(list)
            for one in some:
                if one.claim.candidate.message_id in known:  # else erased while it was on its way
                    account = one.claim.candidate.account
                    numbers[account.tenant_id, account.phone_number_id].append(one.wamid)
            for (tenant_id, phone_number_id), wamids in sorted(numbers.items()):
                await self._apply_parked(connection, tenant_id, phone_number_id, wamids)
