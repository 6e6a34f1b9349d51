"""API keys: `wak_live_<8 id>_<32 secret><6 checksum>`. Only a hash of the secret is stored.

The prefix lets secret scanners recognise a leaked key; the checksum lets them, and us, discard a mistyped one
without asking the database.
"""

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from core.auth.permissions import ROLES, Role
from core.db.pool import Database
from core.errors import Invalid

SCHEME = "wak_live_"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whom a valid key speaks for."""

    id: UUID
    tenant_id: UUID
    role: str
    name: str


async def create_api_key(
    db: Database, tenant_id: UUID, name: str, role: Role = "admin", *, expires_in_days: int | None = None
) -> str:
    """Make a key and return it: the only moment at which it can be read."""
    if role not in ROLES:
        raise Invalid(f"An API key's role is one of {', '.join(ROLES)}.")
    identifier, secret = _random(8), _random(32)
    await db.system.execute(
        "insert into api_keys (tenant_id, prefix, secret_hash, name, role, expires_at) "
        "values ($1, $2, $3, $4, $5, now() + make_interval(days => $6))",
        tenant_id, identifier, _digest(secret), name, role, expires_in_days,
    )  # fmt: skip
    return _spell(identifier, secret)


async def holder_of(db: Database, key: str) -> KeyHolder | None:
    """Whom this key speaks for, or None: mistyped, unknown, revoked, expired, or its tenant suspended."""
    parts = _parse(key)
    if parts is None:
        return None
    row = await db.system.fetchrow(
        "select k.id, k.tenant_id, k.role, k.name, k.secret_hash, "
        "k.last_used_at is null or k.last_used_at < now() - interval '1 minute' as stale "
        "from api_keys k join tenants t on t.id = k.tenant_id and t.status = 'active' "
        "where k.prefix = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())",
        parts[0],
    )
    if row is None or not hmac.compare_digest(row["secret_hash"], _digest(parts[1])):
        return None
    if row["stale"]:
        await _note_use(db, row["tenant_id"], row["id"])
    return KeyHolder(row["id"], row["tenant_id"], row["role"], row["name"])


async def roles_of_keys(db: Database, key_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The role of each key that is still valid. Those that are not are absent."""
    rows = await db.system.fetch(
        "select k.id, k.role from api_keys k join tenants t on t.id = k.tenant_id and t.status = 'active' "
        "where k.id = any($1) and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())",
        list(key_ids),
    )
    return {row["id"]: row["role"] for row in rows}


async def revoke_api_key(db: Database, tenant_id: UUID, key_id: UUID) -> None:
    """End a key; its next request is refused and its sockets close."""
    await db.system.execute(
        "update api_keys set revoked_at = coalesce(revoked_at, now()) where tenant_id = $1 and id = $2",
        tenant_id, key_id,
    )  # fmt: skip


async def _note_use(db: Database, tenant_id: UUID, key_id: UUID) -> None:
    await db.system.execute(
        "update api_keys set last_used_at = now() where tenant_id = $1 and id = $2", tenant_id, key_id
    )


def _parse(key: str) -> tuple[str, str] | None:
    identifier, _, rest = key.removeprefix(SCHEME).partition("_")
    if not key.isascii() or _spell(identifier, rest[:32]) != key:
        return None
    return identifier, rest[:32]


def _spell(identifier: str, secret: str) -> str:
    body = f"{SCHEME}{identifier}_{secret}"
    return body + _base62(zlib.crc32(body.encode()))


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    return digits.rjust(6, "0")


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
