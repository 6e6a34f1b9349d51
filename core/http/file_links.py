"""Links to one file, for five minutes, for one person: a seal over whose it is and until when, and no row.

A link is worth what its maker's session, token or key is worth now, and shows what they see now: log out, be disabled,
leave, lose sight of the conversation, and it opens nothing. One that a session made opens in that session alone; one
that a program made with its key may be handed to a player or to another program.
"""

import base64
import hmac
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from core.auth.api_keys import present_keys
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.sessions import present_sessions
from core.auth.token_families import present_families
from core.db.pool import Database
from core.errors import NotFound, Problem
from core.secrets import Vault

SECONDS: Final = 300
_FORMAT: Final = ">B16s16sB16sBQ"
_VERSION: Final = 1
_SEAL_BYTES: Final = 32
_AUTHS: Final[tuple[Literal["session", "token", "api_key"], ...]] = ("session", "token", "api_key")
_PRESENT: Final = {"session": present_sessions, "token": present_families, "api_key": present_keys}


class Over(Problem):
    status, type, title = 410, "link-over", "The link is over"


@dataclass(frozen=True, slots=True)
class FileLink:
    tenant_id: UUID
    attachment_id: UUID
    auth: Literal["session", "token", "api_key"]
    credential_id: UUID
    thumbnail: bool
    expires_at: int


class FileLinks:
    """One for each web process and use: what was sealed for one opens nothing of another."""

    def __init__(
        self, db: Database, vault: Vault, permissions: Permissions, *, clock: Callable[[], float] = time.time,
        use: str = "file links", needs: str = "conversations.read",
    ) -> None:  # fmt: skip
        self._db, self._vault, self._permissions, self.clock = db, vault, permissions, clock
        self._use, self._needs = use, needs
        self._key: bytes | None = None

    async def make(self, attachment_id: UUID, principal: Principal, *, thumbnail: bool) -> tuple[str, int]:
        """(the link's last part, when it ends)."""
        ends = int(self.clock()) + SECONDS
        told = struct.pack(
            _FORMAT, _VERSION, principal.tenant_id.bytes, attachment_id.bytes, _AUTHS.index(principal.auth),
            principal.credential_id.bytes, thumbnail, ends,
        )  # fmt: skip
        return base64.urlsafe_b64encode(told + await self._seal(told)).decode().rstrip("="), ends

    async def read(self, token: str) -> FileLink:
        """Raises NotFound for one that is not ours, Over for one whose time has come."""
        told, seal = _halves(token)
        if not hmac.compare_digest(seal, await self._seal(told)):
            raise NotFound("There is no such file, or the link is not whole: copy all of it.")
        version, tenant, attachment, auth, credential, thumbnail, ends = struct.unpack(_FORMAT, told)
        if version != _VERSION or ends < self.clock():
            raise Over("The link was good for five minutes: ask for another one.")
        return FileLink(UUID(bytes=tenant), UUID(bytes=attachment), _AUTHS[auth], UUID(bytes=credential),
                        bool(thumbnail), ends)  # fmt: skip

    async def holder(self, link: FileLink, caller: Principal | None) -> Principal:
        """Whoever made the link, as they are now. Raises NotFound when it is not for this caller."""
        found = caller
        if link.auth != "session" and (caller is None or caller.tenant_id == link.tenant_id):
            present = await _PRESENT[link.auth](self._db, self._permissions, [link.credential_id])
            found = present.get(link.credential_id)
        if found is None or found.credential_id != link.credential_id or found.tenant_id != link.tenant_id:
            raise NotFound("There is no such file, or the link is somebody else's.")
        found.require(self._needs)
        return found

    async def _seal(self, told: bytes) -> bytes:
        if self._key is None:
            async with self._db.system.acquire() as connection:
                self._key = await self._vault.signing_key(connection, self._use)
        return hmac.digest(self._key, told, "sha256")


def _halves(token: str) -> tuple[bytes, bytes]:
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        whole = b""
    told, seal = whole[:-_SEAL_BYTES], whole[-_SEAL_BYTES:]
    if len(told) != struct.calcsize(_FORMAT):
        raise NotFound("There is no such file, or the link is not whole: copy all of it.")
    return told, seal
