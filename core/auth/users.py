"""People. A user may belong to several tenants and is looked up before any tenant is known: system role only."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from core.auth.passwords import Passwords
from core.db.pool import Database
from core.errors import Conflict, Invalid

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class User:
    """A person who can log in. `password_hash` is None until an invitation is accepted."""

    id: UUID
    email: str
    name: str
    password_hash: str | None
    disabled: bool


async def create_user(
    db: Database, email: str, name: str, password: str, *, locale: str | None = None, passwords: Passwords | None = None
) -> UUID:
    """Make a user. Raises Conflict when the address is known, Invalid for a password shorter than 8 characters."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise Invalid(f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters.")
    hashed = await (passwords or Passwords()).hash(password)
    try:
        user_id = await db.system.fetchval(
            "insert into users (email, name, password_hash, locale) values ($1, $2, $3, $4) returning id",
            normal_email(email), name, hashed, locale,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict(f"{email} has an account already: add it to the tenant instead.") from None
    return UUID(str(user_id))


async def find_by_email(db: Database, email: str) -> User | None:
    """The user of this address, or None."""
    row = await db.system.fetchrow(
        "select id, email, name, password_hash, disabled_at is not null as disabled from users where email = $1",
        normal_email(email),
    )
    return User(**row) if row else None


async def set_password_hash(db: Database, user_id: UUID, password_hash: str) -> None:
    """Replace the stored hash."""
    await db.system.execute("update users set password_hash = $2 where id = $1", user_id, password_hash)


def normal_email(email: str) -> str:
    """Addresses are compared in lower case, without surrounding spaces."""
    return email.strip().lower()
