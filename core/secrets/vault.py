"""Sealing and opening with data keys: `v1.<data key id>.<nonce>.<ciphertext>`, AAD `tenant|table|row|field`.

A row that holds a sealed value is read together with its tenant's `data_keys.wrapped`, and opened without asking the
database again; deleting that one row makes everything sealed for the tenant unreadable.
"""

import hashlib
import os
from dataclasses import dataclass
from uuid import UUID

from core.db.pool import Connection
from core.secrets.aead import SealBroken, decrypt, encrypt
from core.secrets.master import MasterKeys

_FIND = "select wrapped from data_keys where tenant_id is not distinct from $1 and purpose = $2"
# Two makers at once agree on one key.
_MAKE = """
with made as (
    insert into data_keys (tenant_id, purpose, wrapped, master_id) values ($1, $2, $3, $4)
    on conflict (tenant_id, purpose) do nothing returning wrapped)
select wrapped from made
"""


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
    """Seals and opens. The system role makes data keys; the tenant's role only reads its own."""

    def __init__(self, masters: MasterKeys) -> None:
        self.masters = masters

    async def seal(self, connection: Connection, plaintext: str, place: Place) -> str:
        """Encrypt for the place, with the data key of its tenant, made when there is none."""
        return self.seal_with(await self.wrapped_key(connection, place.tenant_id), plaintext, place)

    async def open(self, connection: Connection, sealed: str, place: Place) -> str:
        """Decrypt. Raises SealBroken, also when the tenant's key was shredded."""
        wrapped = await connection.fetchval(_FIND, place.tenant_id, "seal")
        if wrapped is None:
            raise SealBroken(f"{place}: the data key is gone, and with it what it sealed")
        return self.open_with(wrapped, sealed, place)

    def seal_with(self, wrapped: str, plaintext: str, place: Place) -> str:
        """As `seal`, with a wrapped data key at hand."""
        key = self.masters.unwrap(wrapped, key_place(place.tenant_id, "seal"))
        return encrypt("v1", _key_id(key), key, plaintext.encode(), str(place))

    def open_with(self, wrapped: str, sealed: str, place: Place) -> str:
        """As `open`, with a wrapped data key at hand: for rows read together with it."""
        key = self.masters.unwrap(wrapped, key_place(place.tenant_id, "seal"))
        return decrypt("v1", _key_id(key), key, sealed, str(place)).decode()

    async def wrapped_key(self, connection: Connection, tenant_id: UUID | None, purpose: str = "seal") -> str:
        """The wrapped data key of a tenant and purpose, made when there is none (by the system role)."""
        found: str | None = await connection.fetchval(_FIND, tenant_id, purpose)
        if found is not None:
            return found
        fresh = self.masters.wrap(os.urandom(32), key_place(tenant_id, purpose))
        made = await connection.fetchval(_MAKE, tenant_id, purpose, fresh, self.masters.current_id)
        return str(made or await connection.fetchval(_FIND, tenant_id, purpose))

    async def raw_key(self, connection: Connection, tenant_id: UUID | None, purpose: str) -> bytes:
        """A data key in the clear, for signing: keep it in memory, never anywhere else."""
        wrapped = await self.wrapped_key(connection, tenant_id, purpose)
        return self.masters.unwrap(wrapped, key_place(tenant_id, purpose))


def key_place(tenant_id: UUID | None, purpose: str) -> str:
    """What a wrapped data key is bound to: it does not open as another tenant's."""
    return f"{tenant_id or 'installation'}|data_keys|{purpose}|wrapped"


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"id|" + key).hexdigest()[:8]
