"""What stands between a password and the second factor, and between a WebAuthn challenge and its answer.

Five minutes, single use. The caller holds a random token, the database its hash. Rows outlive their use for a day,
because the wrong answers in them are counted (core.auth.second_factor).
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from core.db.pool import Connection
from core.errors import Unauthenticated

SECONDS: Final = 300
Purpose = Literal["second_factor", "passkey_login", "passkey_registration"]

_COLUMNS: Final = "token_hash, user_id, tenant_id, challenge, attempts"
_OPEN: Final = "token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()"


@dataclass(frozen=True, slots=True)
class Challenge:
    """An open challenge. `nonce` is what an authenticator signs; `attempts` counts the wrong answers."""

    token_hash: bytes
    user_id: UUID | None
    tenant_id: UUID | None
    nonce: bytes
    attempts: int


async def open_challenge(
    connection: Connection, purpose: Purpose, nonce: bytes, *, user_id: UUID | None = None,
    tenant_id: UUID | None = None,
) -> str:  # fmt: skip
    """Make one and return its token."""
    token = secrets.token_urlsafe(32)
    await connection.execute(
        "insert into login_challenges (token_hash, purpose, user_id, tenant_id, challenge, expires_at) "
        "values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))",
        _digest(token), purpose, user_id, tenant_id, nonce, float(SECONDS),
    )  # fmt: skip
    return token


async def hold(connection: Connection, purpose: Purpose, token: str) -> Challenge:
    """Lock an open challenge until the transaction ends, to `settle` it. Raises Unauthenticated."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from login_challenges where {_OPEN} for update", _digest(token), purpose  # noqa: S608
    )
    return _challenge(row)


async def settle(connection: Connection, held: Challenge) -> None:
    """It has been answered: it is worth nothing from now on."""
    await connection.execute("update login_challenges set used_at = now() where token_hash = $1", held.token_hash)


async def count_wrong(connection: Connection, held: Challenge, tries: int) -> int:
    """Note a wrong answer; the last of `tries` closes the challenge. Returns how many are left."""
    left: int = await connection.fetchval(
        "update login_challenges set attempts = attempts + 1, "
        "used_at = case when attempts + 1 >= $2 then now() end where token_hash = $1 returning $2 - attempts",
        held.token_hash, tries,
    )  # fmt: skip
    return left


async def spend(connection: Connection, purpose: Purpose, token: str) -> Challenge:
    """Take a challenge that is good for one answer, right or wrong. Raises Unauthenticated."""
    row = await connection.fetchrow(
        f"update login_challenges set used_at = now() where {_OPEN} returning {_COLUMNS}",  # noqa: S608
        _digest(token), purpose,
    )  # fmt: skip
    return _challenge(row)


def _challenge(row: "dict[str, object] | None") -> Challenge:
    if row is None:
        raise Unauthenticated("The challenge is unknown, used or older than five minutes: begin again.")
    return Challenge(*row.values())  # type: ignore[arg-type]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
