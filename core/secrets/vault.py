"""Sealing and opening with data keys: `v1.<data key id>.<nonce>.<ciphertext>`, AAD `tenant|table|row|field`.

A row that holds a sealed value is read together with its tenant's `data_keys.wrapped`, and opened without asking the
database again; deleting that one row makes everything sealed for the tenant unreadable.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from core.db.pool import Connection
from core.secrets.aead import SealBroken, decrypt, encrypt
from core.secrets.master import MasterKeys

_FIND: Final = "select wrapped from data_keys where tenant_id = $1 and purpose = $2"
_FIND_OURS: Final = "select wrapped from data_keys where tenant_id is null and purpose = $1"
# Two makers at once agree on one key. A tenant that is being erased gets no new one.
_MAKE: Final = """
insert into data_keys (tenant_id, purpose, wrapped, master_id)
select $1, $2, $3, $4 where $1::uuid is null or exists (select from tenants where id = $1 and status <> 'closing')
on conflict (tenant_id, purpose) do nothing
"""
# Held shared by whoever makes a data key, until the commit, and alone by whoever retires a master key: no data key is
# ever wrapped by a master key that is gone (core.tenancy.rotation).
WRAPPING_LOCK: Final = 0x636F6D707772
_LOCK_SHARED: Final = f"select pg_advisory_xact_lock_shared({WRAPPING_LOCK})"


class Ring(Protocol):
    """Where master keys are read from, the current one first (`core.config.KeyRing`)."""

    def read(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs. `tenant_id` None: the installation."""

    tenant_id: UUID | None
    table: str
    row: str
    field: str

    def __str__(self) -> str:
        return f"{self.tenant_id or 'installation'}|{self.table}|{self.row}|{self.field}"


class Vault:
    """Seals and opens: one for each process. The tenant's role makes and reads the `seal` key of its own tenant."""

    def __init__(self, masters: MasterKeys) -> None:
        self.masters = masters

    @classmethod
    def of(cls, ring: Ring) -> "Vault":
        """A vault whose master keys are read again when a new one is met."""
        return cls(MasterKeys(*ring.read(), reload=ring.read))

    async def seal(self, connection: Connection, plaintext: str, place: Place) -> str:
        """Encrypt for the place, with the data key of its tenant, made when there is none."""
        return self.seal_with(await self.wrapped_key(connection, place.tenant_id), plaintext, place)

    async def open(self, connection: Connection, sealed: str, place: Place) -> str:
        """Decrypt. Raises SealBroken, also when the tenant's key was shredded."""
        return self.open_with(await _find(connection, place.tenant_id, "seal"), sealed, place)

    def seal_with(self, wrapped: str, plaintext: str, place: Place) -> str:
        """As `seal`, with a wrapped data key at hand."""
        key = self.masters.unwrap(wrapped, key_place(place.tenant_id, "seal"))
        return encrypt("v1", _key_id(key), key, plaintext.encode(), str(place))

    def open_with(self, wrapped: str | None, sealed: str, place: Place) -> str:
        """As `open`, with a wrapped data key at hand: for rows read together with it. None: it was shredded."""
        if wrapped is None:
            raise SealBroken(f"{place}: the data key is gone, and with it what it sealed")
        key = self.masters.unwrap(wrapped, key_place(place.tenant_id, "seal"))
        return decrypt("v1", _key_id(key), key, sealed, str(place)).decode()

    async def wrapped_key(self, connection: Connection, tenant_id: UUID | None, purpose: str = "seal") -> str:
        """The wrapped data key of a tenant and purpose, made when there is none.

        Making one needs the system role, but for the `seal` key of the tenant in scope. Raises SealBroken for a tenant
        that is closing.
        """
        found = await _find(connection, tenant_id, purpose)
        if found is None:
            async with connection.transaction():
                await self._make(connection, tenant_id, purpose)
            found = await _find(connection, tenant_id, purpose)
        if found is None:
            raise SealBroken(f"{key_place(tenant_id, purpose)}: the tenant is closing, or not in scope")
        return found

    async def raw_key(self, connection: Connection, tenant_id: UUID | None, purpose: str) -> bytes:
        """A data key in the clear, for signing: keep it in memory, never anywhere else."""
        wrapped = await self.wrapped_key(connection, tenant_id, purpose)
        return self.masters.unwrap(wrapped, key_place(tenant_id, purpose))

    async def signing_key(self, connection: Connection, use: str) -> bytes:
        """32 bytes derived from the installation's `sign` key, the same in every process, other ones for each use."""
        return hmac.digest(await self.raw_key(connection, None, "sign"), f"comptoir sign|{use}".encode(), "sha256")

    async def _make(self, connection: Connection, tenant_id: UUID | None, purpose: str) -> None:
        await connection.execute(_LOCK_SHARED)
        self.masters.refresh()
        fresh = self.masters.wrap(os.urandom(32), key_place(tenant_id, purpose))
        await connection.execute(_MAKE, tenant_id, purpose, fresh, self.masters.current_id)


async def _find(connection: Connection, tenant_id: UUID | None, purpose: str) -> str | None:
    found: str | None = (
        await connection.fetchval(_FIND_OURS, purpose) if tenant_id is None
        else await connection.fetchval(_FIND, tenant_id, purpose)
    )
    return found


def key_place(tenant_id: UUID | None, purpose: str) -> str:
    """What a wrapped data key is bound to: it does not open as another tenant's."""
    return f"{tenant_id or 'installation'}|data_keys|{purpose}|wrapped"


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"id|" + key).hexdigest()[:8]
