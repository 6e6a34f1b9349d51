"""Access tokens of API clients: JWTs of ten minutes, signed with a key of this installation, good for nothing alone.

Each names its family, whose row is read with every request: revoking is immediate, whatever the token says.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import jwt

from core.auth.token_families import Grant
from core.db.pool import Database
from core.secrets import Vault

SECONDS: Final = 600
AUDIENCE: Final = "comptoir"
# One algorithm, ours to choose: what a token's own header asks for is never followed.
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"  # RFC 9068: nothing else that we sign passes for an access token
_CLAIMS: Final = ("iss", "aud", "sub", "tenant", "fam", "jti", "iat", "exp")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says."""

    user_id: UUID
    tenant_id: UUID
    family_id: UUID
    expires_at: datetime


class AccessTokens:
    """Issues and reads them. `issuer` is the public URL: another installation's tokens are not ours."""

    def __init__(self, db: Database, vault: Vault, issuer: str) -> None:
        self._db, self._vault, self._issuer = db, vault, issuer
        self._key = b""

    async def issue(self, grant: Grant) -> str:
        """A token for ten minutes, or for as long as the family still has."""
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": self._issuer, "aud": AUDIENCE, "sub": str(grant.user_id), "tenant": str(grant.tenant_id),
            "fam": str(grant.family_id), "jti": uuid4().hex, "iat": now, "exp": now + SECONDS,
        }  # fmt: skip
        key = await self._signing()
        return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": _kid(key), "typ": _TYPE})

    async def read(self, token: str) -> Claims | None:
        """What it says, or None: forged, expired, for somebody else, or no token at all."""
        key = await self._signing()
        try:
            told = jwt.decode_complete(
                token, key, algorithms=[_ALGORITHM], audience=AUDIENCE, issuer=self._issuer,
                options={"require": list(_CLAIMS), "strict_aud": True, "verify_iat": False},
            )  # fmt: skip
            if told["header"].get("kid") != _kid(key) or told["header"].get("typ") != _TYPE:
                return None
            return _claims(told["payload"])
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None

    async def _signing(self) -> bytes:
        if not self._key:
            async with self._db.system_transaction() as connection:
                self._key = await self._vault.signing_key(connection, "access tokens")
        return self._key


def _claims(told: dict[str, str]) -> Claims:
    return Claims(UUID(told["sub"]), UUID(told["tenant"]), UUID(told["fam"]),
                  datetime.fromtimestamp(int(told["exp"]), UTC))  # fmt: skip


def _kid(key: bytes) -> str:
    return hashlib.sha256(b"kid|" + key).hexdigest()[:8]
