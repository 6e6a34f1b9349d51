"""What a person does with passkeys: adding, naming and removing their own, and coming in with one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from webauthn.helpers import generate_challenge

from core import audit
from core.auth import passkeys
from core.auth.challenges import open_challenge, spend
from core.auth.memberships import first_tenant_of, refuse_suspended
from core.auth.principal import Principal
from core.auth.relying_party import NotGenuine, RelyingParty
from core.auth.second_factor import Proven
from core.db.pool import Database
from core.errors import Invalid, Unauthenticated

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class OwnPasskeys:
    """Each WebAuthn challenge is good for one answer, right or wrong."""

    def __init__(self, db: Database, party: RelyingParty) -> None:
        self._db, self._party = db, party

    async def creation_options(self, user_id: UUID) -> dict[str, Any]:
        """What `navigator.credentials.create()` is to be asked, and the challenge to answer to."""
        nonce = generate_challenge()
        async with self._db.system_transaction() as connection:
            person = await connection.fetchrow("select email, name from users where id = $1", user_id)
            options = self._party.creation_options(
                nonce, handle=await passkeys.handle_of(connection, user_id), email=person["email"],
                name=person["name"], have=await passkeys.known_passkeys(connection, user_id),
            )  # fmt: skip
            token = await open_challenge(connection, "passkey_registration", nonce, user_id=user_id)
        return {"challenge": token, "options": options}

    async def add(
        self, principal: Principal, user_id: UUID, token: str, name: str, credential: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The new passkey. Raises Invalid or Conflict."""
        try:
            held = await spend(self._db.system, "passkey_registration", token)
        except Unauthenticated as over:  # who asks is known: a 401 would send them to log in
            raise Invalid(over.detail, errors=[{"loc": ["challenge"], "msg": "no longer open"}]) from None
        if held.user_id != user_id:
            raise Invalid("This challenge is somebody else's: ask for your own.")
        try:
            new = self._party.registered(credential, held.nonce)
        except NotGenuine as error:
            _log.info("passkey not registered", why=str(error))
            raise Invalid("The browser's answer does not fit the question: try again.",
                          errors=[{"loc": ["credential"], "msg": "not an answer to this challenge"}]) from None
        async with self._db.system_transaction() as connection:
            made = await passkeys.add_passkey(connection, user_id, name, new)
            await audit.record_for(connection, principal.tenant_id, "passkey.added", "passkey", made["id"],
                                   {"name": [None, name]})  # fmt: skip
        return made

    async def rename(self, principal: Principal, user_id: UUID, passkey_id: UUID, name: str) -> dict[str, Any]:
        """Raises NotFound."""
        async with self._db.system_transaction() as connection:
            changed = await passkeys.rename_passkey(connection, user_id, passkey_id, name)
            await audit.record_for(connection, principal.tenant_id, "passkey.renamed", "passkey", passkey_id,
                                   {"name": [None, name]})  # fmt: skip
        return changed

    async def remove(self, principal: Principal, user_id: UUID, passkey_id: UUID) -> None:
        """Raises NotFound."""
        async with self._db.system_transaction() as connection:
            name = await passkeys.remove_passkey(connection, user_id, passkey_id)
            await audit.record_for(connection, principal.tenant_id, "passkey.removed", "passkey", passkey_id,
                                   {"name": [name, None]})  # fmt: skip

    async def request_options(self) -> dict[str, Any]:
        """What `navigator.credentials.get()` is to be asked of a stranger: any passkey of this site."""
        nonce = generate_challenge()
        token = await open_challenge(self._db.system, "passkey_login", nonce)
        return {"challenge": token, "options": self._party.request_options(nonce)}

    async def log_in(self, token: str, credential: Mapping[str, Any], tenant_slug: str | None) -> Proven:
        """Whoever holds the passkey, and has proved it to their device. Raises Unauthenticated, alike for all causes
        but a challenge that is over, and Suspended."""
        held = await spend(self._db.system, "passkey_login", token)
        try:
            async with self._db.system_transaction() as connection:
                user_id = await passkeys.use_passkey(connection, self._party, credential, held.nonce)
        except NotGenuine as error:
            _log.info("passkey refused", why=str(error))
            if isinstance(error, passkeys.Copied):
                await self._tell(error)
            raise _refused() from None
        tenant_id = await first_tenant_of(self._db, user_id, tenant_slug)
        if tenant_id is None:
            await refuse_suspended(self._db, user_id, tenant_slug)
            raise _refused()
        return Proven(user_id, tenant_id)

    async def _tell(self, copied: passkeys.Copied) -> None:
        """The one refusal that the person's administrators should hear of: somebody has a copy of the key."""
        tenant_id = await first_tenant_of(self._db, copied.user_id, None)
        if tenant_id is not None:
            async with self._db.system_transaction() as connection:
                await audit.record_for(connection, tenant_id, "passkey.refused", "passkey", copied.passkey_id,
                                       {"because": [None, str(copied)]})  # fmt: skip


def _refused() -> Unauthenticated:
    return Unauthenticated("This passkey opens nothing here: use another, or your password.")
