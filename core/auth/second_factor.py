"""Between a password and the session: the second factor of those who have one.

It is asked of whoever has an authenticator app. A passkey alone does not turn it on, for then a password would open
nothing on a device without that passkey; where it is on, a passkey is one of its answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from webauthn.helpers import generate_challenge

from core import audit
from core.auth import recovery_codes
from core.auth.authenticator_app import AuthenticatorApp
from core.auth.challenges import Challenge, count_wrong, hold, open_challenge, settle
from core.auth.passkeys import known_passkeys, use_passkey
from core.auth.relying_party import NotGenuine, RelyingParty
from core.auth.totp import as_digits
from core.auth.users import still_opens
from core.db.pool import Connection, Database
from core.errors import SecondFactorNeeded, TooMany, Unauthenticated
from core.secrets import Vault

TRIES: Final = 5
"""Wrong answers to one challenge, and wrong answers of one person in a quarter of an hour, whatever the challenge."""
TRIES_A_DAY: Final = 30
"""Whoever knows the password guesses one of a million codes, three of them right: 1 in 11,000 a day at most."""
_WINDOW_SECONDS: Final = 900
_WRONG: Final = """
    select coalesce(sum(attempts) filter (where created_at > now() - make_interval(secs => $2)), 0) as lately,
        coalesce(sum(attempts), 0) as today
    from login_challenges where user_id = $1 and purpose = 'second_factor' and created_at > now() - interval '1 day'
"""
_IN_FORCE: Final = "select totp_enabled_at is not null from users where id = $1"
_LOCK: Final = "select password_hash from users where id = $1 and disabled_at is null for no key update"


@dataclass(frozen=True, slots=True)
class Proven:
    """Who has proved who they are, and the tenant they are about to enter.

    `password_hash`: of the password that was checked; it must still be theirs when the door opens (users.still_opens).
    """

    user_id: UUID
    tenant_id: UUID
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three. `passkey` is the JSON of a browser's credential."""

    code: str | None = None
    recovery_code: str | None = None
    passkey: Mapping[str, Any] | None = None


class SecondFactor:
    """Asks for it, and checks what is answered."""

    def __init__(self, db: Database, vault: Vault, app: AuthenticatorApp, party: RelyingParty) -> None:
        self._db, self._vault, self.app, self._party = db, vault, app, party

    async def demand(self, proven: Proven) -> None:
        """Raises SecondFactorNeeded, with a new challenge, for whoever has a second factor. Unauthenticated when the
        password that was checked is not theirs any more."""
        async with self._db.system_transaction() as connection:
            if not await connection.fetchval(_IN_FORCE, proven.user_id):
                return
            if not await still_opens(connection, proven.user_id, proven.password_hash):
                raise Unauthenticated("The password has just been changed: log in with the new one.")
            nonce, known = generate_challenge(), await known_passkeys(connection, proven.user_id)
            token = await open_challenge(connection, "second_factor", nonce, user_id=proven.user_id,
                                         tenant_id=proven.tenant_id)  # fmt: skip
        told: dict[str, Any] = {"challenge": token, "methods": ["totp", "recovery_code"]}
        if known:
            told["methods"].append("passkey")
            told["passkey_options"] = self._party.request_options(nonce, of=known)
        raise SecondFactorNeeded("Give the code of your authenticator app, a recovery code, or use a passkey.", **told)

    async def answer(self, token: str, answer: Answer) -> Proven:
        """Who answered rightly. Raises SecondFactorNeeded while there are tries left, Unauthenticated for a challenge
        that is over, TooMany for a person on whom too many codes were tried."""
        async with self._db.system_transaction() as connection:
            held = await hold(connection, "second_factor", token)
            password_hash = await connection.fetchval(_LOCK, held.user_id)
            left = await self._tries_left(connection, held, answer)
        if left is None:
            return replace(_proven(held), password_hash=password_hash)
        if left == 0:
            raise Unauthenticated("That was wrong, and the last try: begin again with your password.")
        raise SecondFactorNeeded("That was wrong, or was used before: try again.", challenge=token, tries_left=left)

    async def prove_at_once(self, proven: Proven, code: str | None) -> bool:
        """For programs, which log in with one request: an app's code or a recovery code beside the password. Whether
        there was one to prove.

        Raises SecondFactorNeeded without a code or with a wrong one, and TooMany.
        """
        async with self._db.system_transaction() as connection:
            if not await connection.fetchval(_IN_FORCE, proven.user_id):
                return False
            left: int | None = TRIES
            if code is not None:
                token = await open_challenge(connection, "second_factor", b"", user_id=proven.user_id,
                                             tenant_id=proven.tenant_id)  # fmt: skip
                held = await hold(connection, "second_factor", token)
                await connection.fetchval(_LOCK, held.user_id)
                left = await self._tries_left(connection, held, _either(code))
        if left is not None:
            raise SecondFactorNeeded("Send the request again, with `code`: your authenticator app's, not used before, "
                                     "or a recovery code.", methods=["totp", "recovery_code"])  # fmt: skip
        return True

    async def _tries_left(self, connection: Connection, held: Challenge, answer: Answer) -> int | None:
        """None when it is right: the challenge is settled. Else the wrong answer has been counted. The person is
        locked: their tries are counted one by one, however many come at once."""
        if answer.code is not None:
            await _refuse_guessing(connection, held)
        how = await self._proof(connection, held, answer)
        if how is not None:
            await settle(connection, held)
            if how == "recovery_code":
                await _told(connection, held, "recovery_code.used")
            return None
        left = await count_wrong(connection, held, TRIES)
        await _told(connection, held, "second_factor.refused")
        return left

    async def _proof(self, connection: Connection, held: Challenge, answer: Answer) -> str | None:
        user_id = _proven(held).user_id
        if answer.code is not None:
            return "totp" if await self.app.accepts(connection, user_id, answer.code) else None
        if answer.recovery_code is not None:
            key = await self.recovery_key(connection)
            redeemed = await recovery_codes.redeem(connection, key, user_id, answer.recovery_code)
            return "recovery_code" if redeemed else None
        try:
            await use_passkey(connection, self._party, answer.passkey or {}, held.nonce, user_id=user_id)
        except NotGenuine:
            return None
        return "passkey"

    async def recovery_key(self, connection: Connection) -> bytes:
        """With which recovery codes are hashed."""
        return await self._vault.signing_key(connection, "recovery codes")


async def _refuse_guessing(connection: Connection, held: Challenge) -> None:
    """Passkeys and recovery codes cannot be guessed and stay open, so nobody can lock the owner out with bad codes."""
    wrong = await connection.fetchrow(_WRONG, held.user_id, float(_WINDOW_SECONDS))
    if wrong["lately"] >= TRIES or wrong["today"] >= TRIES_A_DAY:
        raise TooMany("Too many wrong codes: wait a quarter of an hour, or use a recovery code or a passkey.",
                      retry_after=_WINDOW_SECONDS)  # fmt: skip


async def _told(connection: Connection, held: Challenge, action: str) -> None:
    proven = _proven(held)
    await audit.record_for(connection, proven.tenant_id, action, "member", proven.user_id)


def _proven(held: Challenge) -> Proven:
    assert held.user_id is not None  # noqa: S101 - every second_factor challenge is somebody's
    assert held.tenant_id is not None  # noqa: S101
    return Proven(held.user_id, held.tenant_id)


def _either(code: str) -> Answer:
    return Answer(code=code) if as_digits(code) else Answer(recovery_code=code)
