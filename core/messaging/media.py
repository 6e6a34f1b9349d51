"""Customers' files, fetched from Meta before it forgets them: an id lives 7 days, a url 5 minutes.

Every pending attachment is a due row: claimed under a lease, fetched outside any transaction, tried again on failure.
Those of a number whose token is dead wait for the next one, without a try being counted.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.egress import EgressError, TooLarge
from core.errors import Unavailable
from core.events import outbox
from core.mail import Mail
from core.messaging.accounts import ACCOUNT_COLUMNS, Account, GraphClients, NoToken
from core.messaging.clock import Clock, utc_now
from core.messaging.sniff import HEAD, real_type
from core.messaging.token_death import stop_number
from core.secrets import SealBroken
from core.storage import Storage
from core.whatsapp.client import GraphError, GraphRefused
from core.whatsapp.errors import RetryClass
from core.whatsapp.media import MediaMismatch
from core.whatsapp.outcomes import Refused

_log = logging.getLogger(__name__)
MAX_BYTES: Final = 100 * 1024 * 1024
"""Inbound media is at most so long. Source: Meta, "Media"."""
LEASE: Final = timedelta(minutes=6)
_WAITS: Final = (5, 15, 60, 300, 1800, 7200, 21600, 43200, 86400)
"""Seconds before the next try; after the last one the file is given up, well inside Meta's 7 days."""
_GONE: Final = frozenset({33, 100})
"""Meta does not know the id (any more)."""

_CLAIM = f"""
with due as (
    select tenant_id, id from attachments where state = 'pending' and due_at <= $1
    order by due_at limit $2 for update skip locked
)
update attachments t set due_at = $1 + $3, attempts = t.attempts + 1
from due, messages m, accounts a
where t.tenant_id = due.tenant_id and t.id = due.id
    and m.tenant_id = t.tenant_id and m.id = t.message_id and a.tenant_id = m.tenant_id and a.id = m.account_id
returning t.id, t.message_id, t.media_id, t.mime_type, t.sha256, t.attempts, {ACCOUNT_COLUMNS}
"""  # noqa: S608 - constants


_PARK = """update attachments set due_at = 'infinity', attempts = greatest(attempts - 1, 0), error = $3
where tenant_id = $1 and id = $2 and state = 'pending'"""
_UNPARK = """update attachments t set due_at = now() from messages m
where m.tenant_id = $1 and m.account_id = $2 and t.tenant_id = m.tenant_id and t.message_id = m.id
    and t.state = 'pending' and t.due_at = 'infinity'"""


async def unpark(connection: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """The number has a new token: what waited for it is due, in the caller's transaction."""
    await connection.execute(_UNPARK, tenant_id, account_id)


@dataclass(frozen=True, slots=True)
class Pending:
    """An attachment to fetch. `attempts` counts this try."""

    account: Account
    id: UUID
    message_id: UUID
    media_id: str | None
    mime_type: str
    sha256: str | None
    attempts: int

    @property
    def key(self) -> str:
        return f"{self.account.tenant_id}/attachments/{self.id}"


@dataclass(frozen=True, slots=True)
class Kept:
    mime_type: str
    size: int
    sha256: str


class GivenUp(Exception):
    """Trying again would end the same way. The message is the reason, for a person."""


class MediaFetcher:
    """Any number of workers may run one; each fetches `at_once` files."""

    def __init__(
        self, db: Database, clients: GraphClients, storage: Storage, mail: Mail, *, clock: Clock = utc_now,
        at_once: int = 4, interval: float = 0.5, max_bytes: int = MAX_BYTES,
    ) -> None:
        self._db, self._clients, self._storage, self._mail, self._clock = db, clients, storage, mail, clock
        self._at_once, self._interval, self._max_bytes = at_once, interval, max_bytes

    async def run(self) -> None:
        """Until cancelled; a fetch that is cut off is due again when its lease ends."""
        await asyncio.gather(*(self._fetch_for_ever() for _ in range(self._at_once)))

    async def _fetch_for_ever(self) -> None:
        while True:
            if not await self.sweep(1):
                await asyncio.sleep(self._interval)

    async def sweep(self, most: int = 100) -> int:
        """Fetch what is due now, one after the other. Returns how many were tried."""
        rows = await self._db.system.fetch(_CLAIM, self._clock(), most, LEASE)
        for row in rows:
            await self._try(_pending(row))
        return len(rows)

    async def _try(self, pending: Pending) -> None:
        try:
            await self._stored(pending, await self._fetch(pending))
        except GivenUp as reason:
            await self._fail(pending, str(reason))
        except GraphRefused as error:
            await self._refused(pending, error.refused)
        except (GraphError, EgressError, MediaMismatch, NoToken, SealBroken, Unavailable) as error:
            await self._later(pending, str(error))

    async def _fetch(self, pending: Pending) -> Kept:
        if pending.media_id is None:
            raise GivenUp("WhatsApp told no id for this file.")
        client = self._clients.of(pending.account)
        try:
            location = await client.media_url(pending.media_id)
        except GraphRefused as error:
            if error.refused.error.code in _GONE:
                raise GivenUp("WhatsApp does not have this file any more.") from error
            raise
        told = pending.sha256 or location.sha256
        try:
            async with client.download_media(location.url, max_bytes=self._max_bytes, sha256=told) as download:
                return await self._keep(pending, download, pending.mime_type or location.mime_type)
        except TooLarge:
            raise GivenUp(f"The file is larger than {self._max_bytes // 1024 // 1024} MB.") from None

    async def _keep(self, pending: Pending, download: Any, declared: str) -> Kept:
        pieces = aiter(download)
        head = await _head(pieces)
        mime_type = real_type(declared, head)
        size = await self._storage.put(pending.key, _with_head(head, pieces), mime_type)
        return Kept(mime_type, size, download.sha256)

    async def _stored(self, pending: Pending, kept: Kept) -> None:
        async with self._db.system_transaction() as connection:
            known = await connection.fetchval(
                """update attachments set state = 'stored', storage_key = $3, size = $4, mime_type = $5,
                    sha256 = coalesce(sha256, $6), error = null
                where tenant_id = $1 and id = $2 and state = 'pending' returning true""",
                pending.account.tenant_id, pending.id, pending.key, kept.size, kept.mime_type, kept.sha256,
            )
            if known:
                await _tell(connection, pending)
        if not known and not await self._still_wanted(pending):
            # Erased while it was being fetched: nothing may stay behind.
            await self._storage.delete(pending.key)

    async def _still_wanted(self, pending: Pending) -> bool:
        return bool(await self._db.system.fetchval(
            "select true from attachments where tenant_id = $1 and id = $2", pending.account.tenant_id, pending.id
        ))

    async def _refused(self, pending: Pending, refused: Refused) -> None:
        if refused.error.retry_class is not RetryClass.ACCOUNT or not await self._parked(pending, refused):
            await self._later(pending, str(GraphRefused(refused)))

    async def _parked(self, pending: Pending, refused: Refused) -> bool:
        """Wait for the next token, without a try being counted. False when there is one already."""
        account = pending.account
        async with self._db.system_transaction() as connection:
            await stop_number(connection, self._mail, account, refused)
            # A lock, so that a token that comes this moment finds the file parked, and wakes it.
            status = await connection.fetchval(
                "select status from accounts where tenant_id = $1 and id = $2 for share", account.tenant_id, account.id
            )
            if status == "token_dead":
                await connection.execute(_PARK, account.tenant_id, pending.id, str(GraphRefused(refused)))
        return bool(status == "token_dead")

    async def _later(self, pending: Pending, reason: str) -> None:
        if pending.attempts > len(_WAITS):
            await self._fail(pending, reason)
            return
        due_at = self._clock() + timedelta(seconds=_WAITS[pending.attempts - 1])
        await self._db.system.execute(
            "update attachments set due_at = $3, error = $4 where tenant_id = $1 and id = $2 and state = 'pending'",
            pending.account.tenant_id, pending.id, due_at, reason,
        )
        _log.warning("a file could not be fetched yet", extra=_about(pending, reason))

    async def _fail(self, pending: Pending, reason: str) -> None:
        async with self._db.system_transaction() as connection:
            await connection.execute(
                """update attachments set state = 'failed', error = $3
                where tenant_id = $1 and id = $2 and state = 'pending'""",
                pending.account.tenant_id, pending.id, reason,
            )
            await _tell(connection, pending)
        _log.warning("a file was given up", extra=_about(pending, reason))


def _pending(row: Any) -> Pending:
    return Pending(Account.of(row), row["id"], row["message_id"], row["media_id"], row["mime_type"] or "",
                   row["sha256"], row["attempts"])


async def _tell(connection: Connection, pending: Pending) -> None:
    tenant_id = pending.account.tenant_id
    await connection.execute(
        "update messages set version = version + 1 where tenant_id = $1 and id = $2", tenant_id, pending.message_id
    )
    row = await connection.fetchrow(
        "select conversation_id, resource from message_resources where tenant_id = $1 and id = $2",
        tenant_id, pending.message_id,
    )
    if row is not None:
        payload = {"message": row["resource"]}
        await outbox.append(connection, tenant_id, "message.updated", payload, row["conversation_id"])


async def _head(pieces: AsyncIterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD and (piece := await anext(pieces, None)) is not None:
        head += piece
    return head


async def _with_head(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in pieces:
        yield piece


def _about(pending: Pending, reason: str) -> dict[str, str]:
    return {"tenant_id": str(pending.account.tenant_id), "attachment_id": str(pending.id), "reason": reason,
            "attempts": str(pending.attempts)}
