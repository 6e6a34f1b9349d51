"""API keys: `wak_live_<8 id>_<32 secret><6 checksum>`. Only a hash of the secret is stored.

The prefix lets secret scanners recognise a leaked key; the checksum lets them, and us, discard a mistyped one
without asking the database.
"""

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from core.auth.permissions import ROLES, Permissions, Role
from core.auth.principal import Principal
from core.auth.standing import KEY, principal_of
from core.db.pool import Connection, Database
from core.errors import Invalid, Suspended

SCHEME = "wak_live_"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_VALID = f"""
    select c.id, c.tenant_id, c.secret_hash, {KEY.columns},
        c.last_used_at is null or c.last_used_at < now() - interval '1 minute' as stale
    from api_keys c {KEY.joins}
    where c.revoked_at is null and (c.expires_at is null or c.expires_at > now())
"""  # noqa: S608 - constants
_BY_PREFIX = f"{_VALID} and c.prefix = $1"
_BY_IDS = f"{_VALID} and c.id = any($1) and t.status = 'active'"


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key that nobody has yet: `text` is for its holder, the rest for the database."""

    prefix: str
    secret_hash: bytes
    text: str = field(repr=False)


def fresh_key() -> FreshKey:
    """Random: 48 bits to find it by, 190 that nobody guesses."""
    prefix, secret = _random(8), _random(32)
    return FreshKey(prefix, _digest(secret), _spell(prefix, secret))


async def create_api_key(
    db: Database, tenant_id: UUID, name: str, role: Role = "admin", *, expires_in_days: int | None = None
) -> str:
    """Make a key on the operator's behalf and return it: the only moment at which it can be read."""
    if role not in ROLES:
        raise Invalid(f"An API key's role is one of {', '.join(ROLES)}.")
    key = fresh_key()
    await db.system.execute(
        "insert into api_keys (tenant_id, prefix, secret_hash, name, role, expires_at) "
        "values ($1, $2, $3, $4, $5, now() + make_interval(days => $6))",
        tenant_id, key.prefix, key.secret_hash, name, role, expires_in_days,
    )  # fmt: skip
    return key.text


async def holder_of(db: Database, permissions: Permissions, key: str) -> Principal | None:
    """Whom this key stands for, or None: mistyped, unknown, revoked or expired. Raises Suspended."""
    parts = _parse(key)
    if parts is None:
        return None
    row = await db.system.fetchrow(_BY_PREFIX, parts[0])
    if row is None or not hmac.compare_digest(row["secret_hash"], _digest(parts[1])):
        return None
    if row["tenant_status"] != "active":
        raise Suspended("The organisation of this API key is suspended: ask whoever runs this installation.")
    if row["stale"]:
        await _note_use(db, row["tenant_id"], row["id"])
    return principal_of(row, "api_key", permissions)


async def present_keys(db: Database, permissions: Permissions, key_ids: Iterable[UUID]) -> dict[UUID, Principal]:
    """Whom each key that is still valid stands for now. Those that are not are absent."""
    rows = await db.system.fetch(_BY_IDS, list(key_ids))
    return {row["id"]: principal_of(row, "api_key", permissions) for row in rows}


async def revoke_api_key(connection: Connection, tenant_id: UUID, key_id: UUID) -> str | None:
    """End a key; its next request is refused and its sockets close. Its name, or None when it had ended or is none."""
    name: str | None = await connection.fetchval(
        "update api_keys set revoked_at = now() where tenant_id = $1 and id = $2 and revoked_at is null "
        "returning name", tenant_id, key_id,
    )  # fmt: skip
    return name


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
