"""Recovery codes: ten, each good once, for who has lost the phone. Shown when they are made and never again.

Fifty random bits each. Their hashes are keyed with a key that is not in the database, so a stolen dump cannot be
searched for them.
"""

import hmac
import secrets
from typing import Final
from uuid import UUID

from core.db.pool import Connection

COUNT: Final = 10
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing to mistake for something else
_READ_AS: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None})


async def replace_codes(connection: Connection, key: bytes, user_id: UUID) -> list[str]:
    """Ten new codes; those before are worth nothing."""
    codes = [_fresh() for _ in range(COUNT)]
    await forget_codes(connection, user_id)
    await connection.executemany(
        "insert into recovery_codes (user_id, code_hash) values ($1, $2)",
        [(user_id, _digest(key, user_id, code)) for code in codes],
    )
    return codes


async def redeem(connection: Connection, key: bytes, user_id: UUID, code: str) -> bool:
    """Whether it was one that is left. It is not any more: of two at once, one is refused."""
    return await connection.fetchval(
        "update recovery_codes set used_at = now() where user_id = $1 and code_hash = $2 and used_at is null "
        "returning true",
        user_id, _digest(key, user_id, code),
    ) is not None  # fmt: skip


async def codes_left(connection: Connection, user_id: UUID) -> int:
    """How many can still be used."""
    left: int = await connection.fetchval(
        "select count(*) from recovery_codes where user_id = $1 and used_at is null", user_id
    )
    return left


async def forget_codes(connection: Connection, user_id: UUID) -> None:
    """Without a second factor there is nothing to recover."""
    await connection.execute("delete from recovery_codes where user_id = $1", user_id)


def _fresh() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _digest(key: bytes, user_id: UUID, code: str) -> bytes:
    read = "".join(code.lower().split()).translate(_READ_AS)
    return hmac.digest(key, user_id.bytes + read.encode(), "sha256")
