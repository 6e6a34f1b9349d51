"""Answers kept for whoever repeats a request with the same Idempotency-Key, and who is working on one now.

A row is taken before the work (`status` null, until `locked_until`) and filled after it. The answer is sealed: some
show a secret once. Keys belong to a credential of a tenant: nobody meets another's.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import Invalid, Problem
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.secrets import Place, Vault

KEPT: Final = timedelta(hours=12)
LEASE: Final = timedelta(seconds=60)
"""How long one request may work under a key. After a crash the key is free again when it ends."""
_NOBODY: Final = UUID(int=0)
_JOB: Final = "forget_answers"


class Mismatch(Invalid):
    type, title = "idempotency-mismatch", "This key was used for another request"


class InProgress(Problem):
    status, type, title = 409, "in-progress", "The same request is being worked on"


@dataclass(frozen=True, slots=True)
class Slot:
    """One key of one credential."""

    tenant_id: UUID
    credential_id: UUID
    key: str

    @property
    def place(self) -> Place:
        digest = hashlib.sha256(self.key.encode()).hexdigest()
        return Place(self.tenant_id, "idempotency_keys", f"{self.credential_id}:{digest}", "answer")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: `body` is text, for JSON and pages are."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to work under a slot, until the lease ends."""

    slot: Slot
    until: datetime


# Free: never used, forgotten, or left behind by a crash (and then for the same request only).
_TAKE = """
insert into idempotency_keys as k (tenant_id, credential_id, key, request_hash, locked_until)
values ($1, $2, $3, $4, now() + $5)
on conflict (tenant_id, credential_id, key) do update
set request_hash = excluded.request_hash, locked_until = excluded.locked_until, created_at = now(), status = null,
    answer_sealed = null
where k.created_at < now() - $6::interval
    or (k.status is null and k.locked_until < now() and k.request_hash = excluded.request_hash)
returning locked_until
"""
_READ = """
select request_hash, status, answer_sealed from idempotency_keys
where tenant_id = $1 and credential_id = $2 and key = $3
"""
_FILL = """
update idempotency_keys set status = $5, answer_sealed = $6
where tenant_id = $1 and credential_id = $2 and key = $3 and status is null and locked_until = $4
"""
_LEAVE = """
delete from idempotency_keys
where tenant_id = $1 and credential_id = $2 and key = $3 and status is null and locked_until = $4
"""


class KeptAnswers:
    """Needs the slot's tenant in scope."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db, self._vault = db, vault

    async def begin(self, slot: Slot, request_hash: bytes) -> Turn | Answer:
        """A turn to work, or the answer that was given before. Raises Mismatch or InProgress."""
        async with self._db.tenant() as connection:
            until = await connection.fetchval(_TAKE, *_key(slot), request_hash, LEASE, KEPT)
            if until is not None:
                return Turn(slot, until)
            row = await connection.fetchrow(_READ, *_key(slot))
            if row is None or (row["status"] is None and row["request_hash"] == request_hash):
                raise InProgress("The same request is being worked on: ask again in a moment.", retry_after=1)
            if row["request_hash"] != request_hash:
                raise Mismatch("This Idempotency-Key came with another request before: make a new key for each.")
            return _answer(await self._vault.open(connection, row["answer_sealed"], slot.place))

    async def keep(self, turn: Turn, answer: Answer) -> None:
        """Fill the slot with what was answered."""
        told = json.dumps([answer.status, answer.headers, answer.body])
        async with self._db.system.acquire() as connection:
            wrapped = await self._vault.wrapped_key(connection, turn.slot.tenant_id)
        sealed = self._vault.seal_with(wrapped, told, turn.slot.place)
        async with self._db.tenant() as connection:
            await connection.execute(_FILL, *_key(turn.slot), turn.until, answer.status, sealed)

    async def leave(self, turn: Turn) -> None:
        """Free the slot: there is no answer worth keeping."""
        async with self._db.tenant() as connection:
            await connection.execute(_LEAVE, *_key(turn.slot), turn.until)

    @asynccontextmanager
    async def alone(self, tenant_id: UUID, name: str) -> AsyncIterator[None]:
        """Inside, nobody else of the tenant is inside under the same name. Raises InProgress."""
        digest = hashlib.sha256(name.encode()).digest()
        turn = await self.begin(Slot(tenant_id, _NOBODY, f"alone {digest.hex()}"), digest)
        assert isinstance(turn, Turn)  # noqa: S101 - such a slot is never filled
        try:
            async with asyncio.timeout(LEASE.total_seconds()):
                yield
        finally:
            await self.leave(turn)


def _key(slot: Slot) -> tuple[UUID, UUID, str]:
    return slot.tenant_id, slot.credential_id, slot.key


def _answer(opened: str) -> Answer:
    status, headers, body = json.loads(opened)
    return Answer(status, headers, body)


async def _forget(run: Run) -> None:
    assert run.connection is not None  # noqa: S101 - atomic
    await run.connection.execute("delete from idempotency_keys where created_at < now() - $1::interval", KEPT)


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, _JOB, {}, key="cron")


FORGET_ANSWERS_HANDLER = Handler(CORE, _JOB, _forget, timeout=300, atomic=True)
FORGET_ANSWERS_CRON = Cron(f"{CORE}.{_JOB}", "37 * * * *", _fire)
