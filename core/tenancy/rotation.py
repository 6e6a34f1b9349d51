"""Another master key, while everything runs: every data key is unwrapped and wrapped again, none is missed.

A process learns the new key when it first meets it, and reads the ring before it makes a data key. What was wrapped a
moment before by a process that did not know yet is waited for: WRAPPING_LOCK is held shared until its commit.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from core.audit import INSTALLATION, record_for
from core.db.pool import Connection, Database
from core.secrets import MasterKeys, SealBroken
from core.secrets.vault import WRAPPING_LOCK, key_place

BATCH: Final = 500
_ROTATING_LOCK: Final = WRAPPING_LOCK + 1
_STALE: Final = """
select id, tenant_id, purpose, wrapped from data_keys where master_id <> $1 and id > $2 order by id limit $3 for update
"""
_STORE: Final = """
update data_keys k set wrapped = u.wrapped, master_id = $3, rewrapped_at = now()
from unnest($1::uuid[], $2::text[]) as u (id, wrapped) where k.id = u.id
"""
_USES: Final = "select master_id, count(*) as keys from data_keys group by master_id order by master_id"


class Ring(Protocol):
    """Where the master keys are kept (`core.config.KeyRing`)."""

    def read(self) -> Sequence[str]: ...
    def write(self, keys: Sequence[str]) -> None: ...


@dataclass
class Rewrapped:
    """`broken` are the data keys that no master key of ours opens, by id, with the reason."""

    count: int = 0
    broken: dict[UUID, str] = field(default_factory=dict)


class KeysInUse(Exception):
    """A master key cannot go: data keys are still wrapped by it."""


class Rotation:
    """One at a time in an installation. `ring` None: the environment names the keys, so it is not ours to change."""

    def __init__(self, db: Database, masters: MasterKeys, ring: Ring | None, *, batch: int = BATCH) -> None:
        self._db, self._masters, self._ring, self._batch = db, masters, ring, batch

    @property
    def makes_keys(self) -> bool:
        """Whether a rotation makes a new master key by itself."""
        return self._ring is not None

    async def uses(self) -> dict[str, int]:
        """How many data keys each master key wraps."""
        rows = await self._db.system.fetch(_USES)
        return {row["master_id"]: row["keys"] for row in rows}

    async def rotate(self, told: Callable[[int], None] = lambda _: None) -> Rewrapped:
        """A new master key in the ring, unless an earlier rotation is not finished; then everything wrapped by it.

        `told` hears the count after every batch.
        """
        async with self._alone():
            before = self._masters.current_id
            if self._ring is not None and not await self._unfinished():
                self._ring.write([secrets.token_urlsafe(32), *self._ring.read()])
                self._masters.refresh()
            await self._barrier()
            done = await self._rewrap(told)
            await self._tell("master_key.rotated", {"current": [before, self._masters.current_id],
                                                    "rewrapped": [None, done.count]})  # fmt: skip
        return done

    async def retire(self) -> list[str]:
        """Drop the previous keys from the ring; their ids. Raises KeysInUse while a data key needs one.

        What was backed up before the rotation opens with them only.
        """
        async with self._alone(), self._db.system_transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock($1)", WRAPPING_LOCK)
            self._masters.refresh()
            previous = sorted(self._masters.ids - {self._masters.current_id})
            needed = {row["master_id"]: row["keys"] for row in await connection.fetch(_USES)}
            if in_use := [f"{key} ({needed[key]})" for key in previous if key in needed]:
                raise KeysInUse(f"data keys are still wrapped by {', '.join(in_use)}: run `comptoir keys rotate` first")
            if self._ring is not None and previous:
                self._ring.write(self._ring.read()[:1])
                await record_for(connection, INSTALLATION, "master_key.retired", "master_key", None,
                                 {"previous": [previous, []]})  # fmt: skip
        return previous

    async def _unfinished(self) -> bool:
        """Whether an earlier rotation was cut off. Keys that no ring has are lost, not unfinished."""
        previous = self._masters.ids - {self._masters.current_id}
        return any(master_id in previous for master_id in await self.uses())

    async def _rewrap(self, told: Callable[[int], None]) -> Rewrapped:
        done, after = Rewrapped(), UUID(int=0)
        while True:
            async with self._db.system_transaction() as connection:
                last = await self._batch_after(connection, after, done)
            if last is None:
                return done
            after = last
            told(done.count)

    async def _batch_after(self, connection: Connection, after: UUID, done: Rewrapped) -> UUID | None:
        rows = await connection.fetch(_STALE, self._masters.current_id, after, self._batch)
        fresh: dict[UUID, str] = {}
        for row in rows:
            place = key_place(row["tenant_id"], row["purpose"])
            try:
                fresh[row["id"]] = self._masters.wrap(self._masters.unwrap(row["wrapped"], place), place)
            except SealBroken as error:
                done.broken[row["id"]] = str(error)
        await connection.execute(_STORE, list(fresh), list(fresh.values()), self._masters.current_id)
        done.count += len(fresh)
        return rows[-1]["id"] if rows else None

    async def _barrier(self) -> None:
        """Every data key that was being made with the older key is committed after this."""
        async with self._db.system_transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock($1)", WRAPPING_LOCK)

    async def _tell(self, action: str, changes: dict[str, object]) -> None:
        async with self._db.system_transaction() as connection:
            await record_for(connection, INSTALLATION, action, "master_key", self._masters.current_id, changes)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._db.system.acquire() as connection:
            await connection.execute("select pg_advisory_lock($1)", _ROTATING_LOCK)
            try:
                yield
            finally:
                await connection.execute("select pg_advisory_unlock($1)", _ROTATING_LOCK)
