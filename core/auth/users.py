"""People. A user may belong to several tenants and is looked up before any tenant is known: system role only."""

from dataclasses import dataclass
from uuid import UUID

from core.auth.password_rules import MAX_LENGTH, check_password
from core.auth.passwords import Passwords
from core.db.pool import Connection, Database
from core.errors import Conflict

MAX_PASSWORD_LENGTH = MAX_LENGTH


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
    """Make a user. Raises Conflict when the address is known, Invalid for a password too short or too common."""
    check_password(password, email=email)
    hashed = await (passwords or Passwords()).hash(password)
    return await insert_user(db.system, email, name, hashed, locale=locale)


async def insert_user(
    connection: Connection, email: str, name: str, password_hash: str | None, *, locale: str | None = None,
    platform_admin: bool = False,
) -> UUID:  # fmt: skip
    """As `create_user`, in a transaction of the system role, which stays usable after the Conflict."""
    user_id = await connection.fetchval(
        "insert into users (email, name, password_hash, locale, platform_admin, password_changed_at) "
        "values ($1, $2, $3, $4, $5, now()) on conflict (email) do nothing returning id",
        normal_email(email), name, password_hash, locale, platform_admin,
    )  # fmt: skip
    if user_id is None:
        raise Conflict("This address has an account already: log in with it, or give another one.",
                       errors=[{"loc": ["email"], "msg": "has an account already"}])  # fmt: skip
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


async def still_opens(
    connection: Connection, user_id: UUID, password_hash: str | None, *, alone: bool = False
) -> bool:
    """Whether this person may still come in: not disabled, and with the password that was checked, if one was. `alone`:
    with nothing else, as only somebody without a second factor may.

    Checking takes a while, in which it may be changed because it was stolen; from here to the end of the transaction
    it cannot be, and a change that comes after ends what the transaction opens.
    """
    return await connection.fetchval(
        "select true from users where id = $1 and disabled_at is null and ($2::text is null or password_hash = $2) "
        "and not ($3 and totp_enabled_at is not null) for share", user_id, password_hash, alone,
    ) is not None  # fmt: skip


def normal_email(email: str) -> str:
    """Addresses are compared in lower case, without surrounding spaces."""
    return email.strip().lower()
