"""Pages of others beside a conversation or a contact, in a sandboxed frame, and a word they can trust on who looks.

The token is a JWT (HS256) by the frame's own secret: the page hands it to its server, which verifies it by itself.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.db.uuid7 import uuid7
from core.errors import Conflict, Invalid, NotFound
from core.outward.addresses import for_frames, origin_of
from core.outward.signing import frame_place
from core.secrets import Vault

MOST: Final = 20
LIVES: Final = timedelta(minutes=5)
SLOTS: Final = ("conversation.detail", "contact.detail")
_ORDER: Final = 1000
"""After the panels of plugins."""

_COLUMNS: Final = "id, title, url, slot, permission, enabled, created_at, updated_at, version"
_LIST: Final = f"select {_COLUMNS} from frames where tenant_id = $1 and ($2::uuid is null or id = $2) order by id"  # noqa: S608
_COUNT: Final = "select count(*) from frames where tenant_id = $1"
_INSERT: Final = """
insert into frames (tenant_id, id, title, url, slot, permission, secret_sealed) values ($1, $2, $3, $4, $5, $6, $7)
"""
_UPDATE: Final = """
update frames set title = $3, url = $4, slot = $5, permission = $6, enabled = $7, updated_at = now(),
    version = version + 1 where tenant_id = $1 and id = $2
"""
_RESEALED: Final = """
update frames set secret_sealed = $3, updated_at = now(), version = version + 1 where tenant_id = $1 and id = $2
"""
_LOCK: Final = "select * from frames where tenant_id = $1 and id = $2 for update"
_DELETE: Final = "delete from frames where tenant_id = $1 and id = $2"
_SHOWN: Final = "select id, title, url, slot, permission from frames where enabled order by id"
_SEALED: Final = "select secret_sealed, permission from frames where id = $1 and enabled"
_CONVERSATION: Final = "select contact_id from conversations where id = $1"
_CONTACT: Final = "select id from contacts where id = $1"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin wants of a frame. `permission` None: whoever sees the slot."""

    title: str
    url: str
    slot: str
    permission: str | None
    enabled: bool = True


class Frames:
    """`insecure`: pages on this machine may come without https. `known` are the permissions there are."""

    def __init__(self, db: Database, vault: Vault, known: Collection[str], issuer: str, *, insecure: bool) -> None:
        self._db, self._vault, self._known, self._issuer, self._insecure = db, vault, known, issuer, insecure

    async def list(self, tenant_id: UUID) -> list[dict[str, Any]]:
        return [_resource(row) for row in await self._db.system.fetch(_LIST, tenant_id, None)]

    async def get(self, tenant_id: UUID, frame_id: UUID) -> dict[str, Any]:
        """Raises NotFound."""
        row = await self._db.system.fetchrow(_LIST, tenant_id, frame_id)
        if row is None:
            raise _absent()
        return _resource(row)

    async def create(self, tenant_id: UUID, wish: Wish) -> dict[str, Any]:
        """With `secret`, shown once. Raises Invalid, or Conflict when there are enough."""
        self._check(wish)
        frame_id, secret = uuid7(), _fresh_secret()
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(_COUNT, tenant_id) >= MOST:
                raise Conflict(f"There are {MOST} frames already: remove one that is no longer needed.")
            sealed = await self._vault.seal(connection, secret, frame_place(tenant_id, frame_id))
            await connection.execute(_INSERT, tenant_id, frame_id, wish.title, wish.url, wish.slot, wish.permission,
                                     sealed)  # fmt: skip
            await audit.record_for(connection, tenant_id, "frame.created", "frame", frame_id,
                                   {"title": [None, wish.title], "url": [None, wish.url], "slot": [None, wish.slot]})
        return {**await self.get(tenant_id, frame_id), "secret": secret}

    async def change(self, tenant_id: UUID, frame_id: UUID, given: dict[str, Any]) -> dict[str, Any]:
        """`given` are members of a Wish. Raises NotFound or Invalid."""
        async with self._db.system_transaction() as connection:
            before = await _locked(connection, tenant_id, frame_id)
            after = {name: given.get(name, before[name]) for name in ("title", "url", "slot", "permission", "enabled")}
            self._check(Wish(**after))
            await connection.execute(_UPDATE, tenant_id, frame_id, *after.values())
            if changes := {name: [before[name], value] for name, value in after.items() if before[name] != value}:
                await audit.record_for(connection, tenant_id, "frame.updated", "frame", frame_id, changes)
        return await self.get(tenant_id, frame_id)

    async def delete(self, tenant_id: UUID, frame_id: UUID) -> None:
        """Raises NotFound."""
        async with self._db.system_transaction() as connection:
            row = await _locked(connection, tenant_id, frame_id)
            await connection.execute(_DELETE, tenant_id, frame_id)
            await audit.record_for(connection, tenant_id, "frame.deleted", "frame", frame_id,
                                   {"title": [row["title"], None], "url": [row["url"], None]})  # fmt: skip

    async def rotate(self, tenant_id: UUID, frame_id: UUID) -> dict[str, Any]:
        """With the new `secret`. Tokens live five minutes, so there is no overlap to speak of. Raises NotFound."""
        secret = _fresh_secret()
        async with self._db.system_transaction() as connection:
            await _locked(connection, tenant_id, frame_id)
            sealed = await self._vault.seal(connection, secret, frame_place(tenant_id, frame_id))
            await connection.execute(_RESEALED, tenant_id, frame_id, sealed)
            await audit.record_for(connection, tenant_id, "frame.secret_replaced", "frame", frame_id,
                                   {"secret": [None, None]})  # fmt: skip
        return {**await self.get(tenant_id, frame_id), "secret": secret}

    async def token(
        self, principal: Principal, frame_id: UUID, conversation_id: UUID | None, contact_id: UUID | None
    ) -> dict[str, Any]:
        """Who looks at what, for five minutes. Raises NotFound for what the caller does not see, frame or conversation.

        In the scope of the caller, whose role decides what there is.
        """
        async with self._db.tenant() as connection:
            row = await connection.fetchrow(_SEALED, frame_id)
            if row is None or not _may_see(row["permission"], principal):
                raise _absent()
            contact_id = await _seen(connection, conversation_id, contact_id)
            place = frame_place(principal.tenant_id, frame_id)
            secret = await self._vault.open(connection, row["secret_sealed"], place)
        now = datetime.now(UTC)
        claims = {"iss": self._issuer, "aud": str(frame_id), "sub": str(principal.user_id),
                  "tenant": str(principal.tenant_id), "conversation": conversation_id and str(conversation_id),
                  "contact": contact_id and str(contact_id), "iat": int(now.timestamp()),
                  "exp": int((now + LIVES).timestamp()), "jti": secrets.token_urlsafe(12)}  # fmt: skip
        return {"token": _jwt(claims, secret), "expires_at": (now + LIVES).isoformat()}

    def _check(self, wish: Wish) -> None:
        for_frames(wish.url, insecure=self._insecure)
        if wish.permission is not None and wish.permission not in self._known:
            message = f"There is no permission {wish.permission!r}: GET /permissions lists them."
            raise Invalid(message, errors=[{"loc": ["permission"], "msg": message}])


async def shown(connection: Connection, principal: Principal) -> list[dict[str, Any]]:
    """As panels of the manifest: what this caller may see, of the tenant in scope."""
    return [{"plugin": "", "name": str(row["id"]), "title": row["title"], "slot": row["slot"], "order": _ORDER,
             "collapsed": False, "frame": {"id": str(row["id"]), "url": row["url"], "origin": origin_of(row["url"])}}
            for row in await connection.fetch(_SHOWN) if _may_see(row["permission"], principal)]  # fmt: skip


async def _seen(connection: Connection, conversation_id: UUID | None, contact_id: UUID | None) -> UUID | None:
    """The contact in question. Row-level security hides what the caller does not see."""
    if conversation_id is not None:
        row = await connection.fetchrow(_CONVERSATION, conversation_id)
        if row is None or (contact_id is not None and contact_id != row["contact_id"]):
            raise NotFound("There is no such conversation.")
        found: UUID | None = row["contact_id"]
        return found
    if contact_id is not None and await connection.fetchval(_CONTACT, contact_id) is None:
        raise NotFound("There is no such contact.")
    return contact_id


def _may_see(permission: str | None, principal: Principal) -> bool:
    return permission is None or principal.may(permission)


def _fresh_secret() -> str:
    return f"frs_{secrets.token_urlsafe(32)}"


def _jwt(claims: dict[str, Any], secret: str) -> str:
    """RFC 7519, signed by HMAC-SHA256 with the secret as it was shown."""
    head = _part({"alg": "HS256", "typ": "JWT"}) + b"." + _part(claims)
    return (head + b"." + _base64(hmac.digest(secret.encode(), head, "sha256"))).decode()


def _part(value: dict[str, Any]) -> bytes:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


async def _locked(connection: Connection, tenant_id: UUID, frame_id: UUID) -> Any:
    row = await connection.fetchrow(_LOCK, tenant_id, frame_id)
    if row is None:
        raise _absent()
    return row


def _resource(row: Any) -> dict[str, Any]:
    return {**dict(row), "id": str(row["id"]), "created_at": row["created_at"].isoformat(),
            "updated_at": row["updated_at"].isoformat()}


def _absent() -> NotFound:
    return NotFound("There is no such frame.")
