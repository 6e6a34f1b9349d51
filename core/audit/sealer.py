"""Seals the heads of the chains with a key that is not in the database, and anchors them in the storage.

Any number of workers may run one. A head only moves forward over entries that are genuine: what was tampered with is
never sealed, and said in the log until somebody looks.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Final, Protocol
from uuid import UUID

import asyncpg

from core.audit.chain import START, Head, faults_between, hash_at, head_of, mac_of
from core.db.pool import Connection, Database
from core.errors import NotFound, Unavailable
from core.secrets import Vault

_log = logging.getLogger(__name__)
INTERVAL_SECONDS: Final = 1.0
ANCHOR_SECONDS: Final = 60.0
_STEP: Final = 5000
_BEHIND: Final = """
select h.chain from audit_heads h
where exists (select from audit_log a where a.chain = h.chain and a.n > h.n) limit 500
"""
_NEXT: Final = "select n, hash from audit_log where chain = $1 and n > $2 and n <= $2 + $3 order by n desc limit 1"
_SEAL: Final = "update audit_heads set n = $2, hash = $3, mac = $4, at = now() where chain = $1"


class Readable(Protocol):
    """What reading an anchor needs of the storage (`core.storage.Storage`)."""

    def open(self, key: str) -> AsyncIterator[bytes]: ...


class Objects(Readable, Protocol):
    async def put(self, key: str, source: bytes, content_type: str) -> int: ...


class Sealer:
    """`run` for ever; `seal` once."""

    def __init__(self, db: Database, vault: Vault, storage: Objects) -> None:
        self._db, self._vault, self._storage = db, vault, storage
        self._anchored: dict[UUID, float] = {}
        self._to_anchor: dict[UUID, Head] = {}

    async def run(self) -> None:
        while True:
            try:
                await self.once()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, Unavailable) as error:
                _log.warning("the audit log could not be sealed yet", extra={"error": repr(error)})
            await asyncio.sleep(INTERVAL_SECONDS)

    async def once(self) -> None:
        """Seal what is new, anchor what is due."""
        await self.seal()
        await self._anchor_due()

    async def seal(self) -> None:
        """Bring every head up to its chain."""
        async with self._db.system.acquire() as connection:
            chains = [row["chain"] for row in await connection.fetch(_BEHIND)]
            key = await audit_key(connection, self._vault) if chains else b""
        for chain in chains:
            async with self._db.system_transaction() as connection:
                await self._seal_one(connection, chain, key)

    async def _seal_one(self, connection: Connection, chain: UUID, key: bytes) -> None:
        head = await head_of(connection, chain, lock=True)
        following = head and await connection.fetchrow(_NEXT, chain, head.n, _STEP)
        if not head or not following:
            return  # another worker has sealed it
        before = head.hash if head.n else START
        if not head.is_genuine(key) or await faults_between(connection, chain, head.n, following["n"], before):
            _log.error("the audit chain %s is not whole: run `comptoir audit verify`", chain)
            return
        sealed = Head(chain, following["n"], following["hash"], mac_of(key, chain, following["n"], following["hash"]))
        await connection.execute(_SEAL, chain, sealed.n, sealed.hash, sealed.mac)
        self._to_anchor[chain] = sealed

    async def _anchor_due(self) -> None:
        now = time.monotonic()
        for chain, head in list(self._to_anchor.items()):
            if now - self._anchored.get(chain, float("-inf")) >= ANCHOR_SECONDS:
                await self._anchor(head)
                self._anchored[chain] = now
                self._to_anchor.pop(chain, None)

    async def _anchor(self, head: Head) -> None:
        """Only where the chain goes on from what was anchored: an anchor that it does not hold any more is the proof
        that it was cut or rewritten, and the one copy that whoever has the database cannot change."""
        kept = await anchor_of(self._storage, head.chain)
        if kept is not None and not await self._holds(kept, head):
            _log.error("the audit chain %s was cut or rewritten: entry %s was anchored and is not in it",
                       head.chain, kept.n)
            return
        await self._storage.put(anchor_key(head.chain), _written(head), "application/json")

    async def _holds(self, kept: Head, head: Head) -> bool:
        async with self._db.system.acquire() as connection:
            return kept.n <= head.n and await hash_at(connection, kept.chain, kept.n) == kept.hash


async def audit_key(connection: Connection, vault: Vault) -> bytes:
    """The installation's key for seals. By the system role."""
    return await vault.raw_key(connection, None, "audit")


async def anchor_of(storage: Readable, chain: UUID) -> Head | None:
    """The head last anchored outside the database, or None. One that cannot be read is a seal that is not ours."""
    try:
        written = b"".join([piece async for piece in storage.open(anchor_key(chain))])
    except NotFound:
        return None
    try:
        told = json.loads(written)
        return Head(chain, int(told["n"]), bytes.fromhex(told["hash"]), bytes.fromhex(told["mac"]))
    except (ValueError, LookupError, TypeError):
        return Head(chain, 1, b"", b"")


def _written(head: Head) -> bytes:
    return json.dumps({"n": head.n, "hash": head.hash.hex(), "mac": head.mac.hex()}).encode()


def anchor_key(chain: UUID) -> str:
    """Where the anchor of a chain is kept."""
    return f"audit/{chain}.json"
