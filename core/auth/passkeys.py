"""Passkeys: WebAuthn credentials of people. Public keys only, so a stolen dump opens nothing."""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from core.auth.relying_party import Known, NotGenuine, Registered, RelyingParty, names_of
from core.db.pool import Connection
from core.errors import Conflict, Invalid, NotFound

MOST: Final = 20
_RESOURCE: Final = "id, name, created_at, last_used_at, backed_up"
_MINE: Final = f"select {_RESOURCE} from passkeys where user_id = $1 order by id"  # noqa: S608 - a constant
_ADD: Final = f"""
    insert into passkeys (user_id, credential_id, public_key, sign_count, transports, backed_up, name)
    values ($1, $2, $3, $4, $5, $6, $7) returning {_RESOURCE}
"""  # noqa: S608
_RENAME: Final = f"update passkeys set name = $3 where user_id = $1 and id = $2 returning {_RESOURCE}"  # noqa: S608
_CLAIMED: Final = """
    select p.id, p.user_id, p.public_key, u.webauthn_handle from passkeys p
    join users u on u.id = p.user_id and u.disabled_at is null
    where p.credential_id = $1 and ($2::uuid is null or p.user_id = $2)
"""
# Only upwards, so that a copied authenticator and its original are told apart; 0 and 0 for those that do not count.
_NOTE_USE: Final = """
    update passkeys set sign_count = $2, backed_up = $3, last_used_at = now()
    where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0)) returning true
"""


class Copied(NotGenuine):
    """The counter went backwards or stood still: there are two of this authenticator, or an answer came twice."""

    def __init__(self, passkey_id: UUID, user_id: UUID) -> None:
        super().__init__("the counter did not rise")
        self.passkey_id, self.user_id = passkey_id, user_id


async def list_passkeys(connection: Connection, user_id: UUID) -> list[dict[str, Any]]:
    """The resources of a person's passkeys, oldest first."""
    return [_resource(row) for row in await connection.fetch(_MINE, user_id)]


async def known_passkeys(connection: Connection, user_id: UUID) -> list[Known]:
    """As browsers are told of them."""
    rows = await connection.fetch(
        "select credential_id, transports from passkeys where user_id = $1 order by id", user_id
    )
    return [Known(row["credential_id"], row["transports"]) for row in rows]


async def handle_of(connection: Connection, user_id: UUID) -> bytes:
    """What authenticators call this person: random, made at first need."""
    handle: bytes = await connection.fetchval(
        "update users set webauthn_handle = coalesce(webauthn_handle, $2) where id = $1 returning webauthn_handle",
        user_id, secrets.token_bytes(32),
    )  # fmt: skip
    return handle


async def add_passkey(connection: Connection, user_id: UUID, name: str, new: Registered) -> dict[str, Any]:
    """Keep it. Raises Conflict when somebody has this very credential, Invalid beyond twenty."""
    count = await connection.fetchval("select count(*) from passkeys where user_id = $1", user_id)
    if count >= MOST:
        raise Invalid(f"You have {MOST} passkeys: remove one that you no longer use.")
    try:
        row = await connection.fetchrow(_ADD, user_id, new.credential_id, new.public_key, new.sign_count,
                                        new.transports, new.backed_up, name)  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("This passkey is registered already.") from None
    return _resource(row)


async def rename_passkey(connection: Connection, user_id: UUID, passkey_id: UUID, name: str) -> dict[str, Any]:
    """Raises NotFound, also for somebody else's."""
    row = await connection.fetchrow(_RENAME, user_id, passkey_id, name)
    if row is None:
        raise _absent()
    return _resource(row)


async def remove_passkey(connection: Connection, user_id: UUID, passkey_id: UUID) -> str:
    """Its name, for the log. Raises NotFound, also for somebody else's."""
    name: str | None = await connection.fetchval(
        "delete from passkeys where user_id = $1 and id = $2 returning name", user_id, passkey_id
    )
    if name is None:
        raise _absent()
    return name


async def use_passkey(
    connection: Connection, party: RelyingParty, credential: Mapping[str, Any], nonce: bytes, *,
    user_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Whose passkey answered this challenge, its use noted. Raises NotGenuine.

    With `user_id`, nobody else's will do. Without, the authenticator must have said whose it is, and say the truth.
    """
    credential_id, handle = names_of(credential)
    row = await connection.fetchrow(_CLAIMED, credential_id, user_id)
    if row is None:
        raise NotGenuine("no such passkey")
    if handle != row["webauthn_handle"] and not (handle is None and user_id is not None):
        raise NotGenuine("another person's user handle")
    asserted = party.asserted(credential, nonce, row["public_key"])
    found: UUID = row["user_id"]
    if await connection.fetchval(_NOTE_USE, row["id"], asserted.sign_count, asserted.backed_up) is None:
        raise Copied(row["id"], found)
    return found


def _resource(row: Any) -> dict[str, Any]:
    used = row["last_used_at"]
    return {**row, "id": str(row["id"]), "created_at": row["created_at"].isoformat(),
            "last_used_at": used.isoformat() if used else None}  # fmt: skip


def _absent() -> NotFound:
    return NotFound("You have no such passkey.")
