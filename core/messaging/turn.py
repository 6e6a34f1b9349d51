"""The turn at a tenant's ledger: taken by intake for each batch, and by erasure, which must miss nothing it writes."""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.db.pool import Connection

_LOCK: Final = "select pg_advisory_xact_lock(k) from unnest($1::bigint[]) k"


async def take_turn(connection: Connection, tenants: Sequence[UUID]) -> None:
    """One at a time per tenant until the transaction ends, so that two workers cannot make one new customer twice.

    Give the tenants in one order, so that nobody waits in a ring.
    """
    if tenants:
        await connection.execute(_LOCK, [_key(tenant_id) for tenant_id in tenants])


def _key(tenant_id: UUID) -> int:
    return int.from_bytes(hashlib.blake2b(b"intake" + tenant_id.bytes, digest_size=8).digest(), "big", signed=True)
