"""Customers' files, fetched from Meta before it forgets them: an id lives 7 days, a url 5 minutes.

Every pending attachment is a due row: claimed under a lease, fetched outside any transaction, tried again on failure.
Those of a number whose token is dead wait for the next one, without a try being counted.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.wake import Wake
from core.egress import EgressError, TooLarge
from core.errors import Unavailable
from core.mail import Mail
from core.messaging.accounts import ACCOUNT_COLUMNS, GraphClients, NoToken
from core.messaging.clock import Clock, utc_now
from core.messaging.media.pending import GivenUp, Kept, Pending, tell
from core.messaging.media.sniff import HEAD, real_type
from core.messaging.token_death import stop_number
from core.renditions import previewable
from core.secrets import SealBroken
from core.storage import Storage
from core.whatsapp.client import GraphClient, GraphError, GraphRefused
from core.whatsapp.errors import RetryClass
from core.whatsapp.media import MediaLocation, MediaMismatch
from core.whatsapp.outcomes import Refused

_log = logging.getLogger(__name__)
MAX_BYTES: Final = 100 * 1024 * 1024
"""Inbound media is at most so long. Source: Meta, "Media"."""
KEPT_BY_META: Final = timedelta(days=7)
LEASE: Final = timedelta(seconds=60)
_BEAT_SECONDS: Final = 20.0
_LONGEST_SECONDS: Final = 360.0
"""For one try, so that no slot is held for ever by a store or a Meta that drips."""
_POLL_SECONDS: Final = 2.0
_SLACK: Final = 1024 * 1024
"""A body may be so much longer than was told before it is cut; one that differs at all is not kept."""
_WAITS: Final = (5, 15, 60, 300, 1800, 7200, 21600, 43200, 86400)
"""Seconds before the next try; after the last one the file is given up, well inside Meta's 7 days."""
_GONE: Final = frozenset({33, 100})
"""Meta does not know the id (any more)."""

_CLAIM: Final = f"""
with due as (
    select tenant_id, id from attachments where state = 'pending' and due_at <= $1
    order by due_at limit $2 for update skip locked
)
update attachments t set due_at = $1 + $3, tried_at = $1, attempts = t.attempts + 1
from due, messages m, accounts a
where t.tenant_id = due.tenant_id and t.id = due.id
    and m.tenant_id = t.tenant_id and m.id = t.message_id and a.tenant_id = m.tenant_id and a.id = m.account_id
returning t.id, t.message_id, t.media_id, t.mime_type, t.sha256, t.attempts, t.created_at, {ACCOUNT_COLUMNS}
"""  # noqa: S608 - constants
_RENEW: Final = "update attachments set due_at = $3 where tenant_id = $1 and id = $2 and state = 'pending'"
_PARK: Final = """update attachments set due_at = 'infinity', attempts = greatest(attempts - 1, 0), error = $3
where tenant_id = $1 and id = $2 and state = 'pending'"""
_UNPARK: Final = """update attachments t set due_at = now() from messages m
where m.tenant_id = $1 and m.account_id = $2 and t.tenant_id = m.tenant_id and t.message_id = m.id
    and t.state = 'pending' and t.due_at = 'infinity'"""
_STORED: Final = """
update attachments set state = 'stored', storage_key = $3, size = $4, mime_type = $5, sha256 = $6,
    settled_at = clock_timestamp(), error = null, failure = null,
    preview_due_at = case when $7 then $8::timestamptz end, preview_attempts = 0
where tenant_id = $1 and id = $2 and state = 'pending' returning true
"""
_FAIL: Final = """
update attachments set state = 'failed', error = $3, failure = $4, settled_at = clock_timestamp()
where tenant_id = $1 and id = $2 and state = 'pending' returning true
"""
_LATER: Final = """
update attachments set due_at = $3, error = $4 where tenant_id = $1 and id = $2 and state = 'pending'
"""


async def unpark(connection: Connection, tenant_id: UUID, account_id: UUID) -> None:
    """The number has a new token: what waited for it is due, in the caller's transaction."""
    await connection.execute(_UNPARK, tenant_id, account_id)


class MediaFetcher:
    """Any number of workers may run one; each fetches `at_once` files. Without `wake` it only looks now and then."""

    def __init__(
        self, db: Database, clients: GraphClients, storage: Storage, mail: Mail, wake: Wake | None = None, *,
        clock: Clock = utc_now, at_once: int = 4, max_bytes: int = MAX_BYTES, longest: float = _LONGEST_SECONDS,
    ) -> None:
        self._db, self._clients, self._storage, self._mail, self._clock = db, clients, storage, mail, clock
        self._wake, self._at_once, self._max_bytes, self._longest = wake, at_once, max_bytes, longest

    async def run(self) -> None:
        """Until cancelled; a fetch that is cut off is due again when its lease ends."""
        await asyncio.gather(*(self._fetch_for_ever() for _ in range(self._at_once)))

    async def _fetch_for_ever(self) -> None:
        bell = self._wake.bell("media") if self._wake else None
        while True:
            if not await self.sweep(1):
                await (bell.wait(_POLL_SECONDS) if bell else asyncio.sleep(_POLL_SECONDS))

    async def sweep(self, most: int = 100) -> int:
        """Fetch what is due now, one after the other. Returns how many were tried."""
        rows = await self._db.system.fetch(_CLAIM, self._clock(), most, LEASE)
        for row in rows:
            pending = Pending.of(row)
            beat = asyncio.create_task(self._hold(pending))
            try:
                await self._try(pending)
            finally:
                beat.cancel()
        return len(rows)

    async def _hold(self, pending: Pending) -> None:
        """Renew the lease: short, so that a killed worker's file waits for a minute and not for the longest fetch."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with contextlib.suppress(OSError):  # the next beat is in time too
                await self._db.system.execute(_RENEW, pending.tenant_id, pending.id, self._clock() + LEASE)

    async def _try(self, pending: Pending) -> None:
        try:
            async with asyncio.timeout(self._longest):
                kept = await self._fetch(pending)
        except GivenUp as given_up:
            await self._fail(pending, given_up)
        except GraphRefused as error:
            await self._refused(pending, error.refused)
        except TimeoutError:
            await self._later(pending, f"It did not come within {self._longest:g} s.")
        except (GraphError, EgressError, MediaMismatch, NoToken, SealBroken, Unavailable) as error:
            await self._later(pending, str(error))
        else:
            await self._stored(pending, kept)

    async def _fetch(self, pending: Pending) -> Kept:
        if pending.media_id is None:
            raise GivenUp("no_id", "WhatsApp told no id for this file.")
        client = self._clients.of(pending.account)
        try:
            return await self._download(pending, client, await self._location(pending, client))
        except GraphRefused as error:
            if error.refused.http_status != 404:
                raise
        # The url was older than its five minutes: another one, now.
        return await self._download(pending, client, await self._location(pending, client))

    async def _location(self, pending: Pending, client: GraphClient) -> MediaLocation:
        assert pending.media_id is not None  # noqa: S101 - see _fetch
        try:
            return await client.media_url(pending.media_id)
        except GraphRefused as error:
            if error.refused.error.code not in _GONE:
                raise
        if self._clock() - pending.created_at >= KEPT_BY_META:
            raise GivenUp("expired", "WhatsApp keeps a customer's file for 7 days, and they are over.")
        raise GivenUp("gone", "WhatsApp does not have this file any more.")

    async def _download(self, pending: Pending, client: GraphClient, at: MediaLocation) -> Kept:
        sha256 = pending.sha256 or at.sha256
        limit = min(self._max_bytes, at.size + _SLACK) if at.size else self._max_bytes
        if (at.size or 0) > self._max_bytes:
            raise self._too_large()
        try:
            async with client.download_media(at.url, max_bytes=limit, sha256=sha256, size=at.size) as download:
                pieces = aiter(download)
                head = await _head(pieces)
                mime_type = real_type(pending.mime_type or at.mime_type, head)
                size = await self._storage.put(pending.key, _with_head(head, pieces), mime_type)
                return Kept(mime_type, size, download.sha256)
        except TooLarge:
            if limit == self._max_bytes:
                raise self._too_large() from None
            raise MediaMismatch(f"the file is longer than the {at.size} bytes that WhatsApp told") from None

    def _too_large(self) -> GivenUp:
        return GivenUp("too_large", f"The file is larger than {self._max_bytes // 1024 // 1024} MB.")

    async def _stored(self, pending: Pending, kept: Kept) -> None:
        async with self._db.system_transaction() as connection:
            known = await connection.fetchval(
                _STORED, pending.tenant_id, pending.id, pending.key, kept.size, kept.mime_type, kept.sha256,
                previewable(kept.mime_type), self._clock(),
            )
            if known:
                await tell(connection, pending.tenant_id, pending.message_id)
                await connection.execute("select pg_notify('previews', '')")
        if not known and not await self._still_wanted(pending):
            # Erased while it was being fetched: nothing may stay behind.
            await self._storage.delete(pending.key)

    async def _still_wanted(self, pending: Pending) -> bool:
        return bool(await self._db.system.fetchval(
            "select true from attachments where tenant_id = $1 and id = $2", pending.tenant_id, pending.id
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
            await self._fail(pending, GivenUp("unreachable", reason))
            return
        due_at = self._clock() + timedelta(seconds=_WAITS[pending.attempts - 1])
        await self._db.system.execute(_LATER, pending.tenant_id, pending.id, due_at, reason)
        _log.warning("a file could not be fetched yet", extra=pending.about(reason))

    async def _fail(self, pending: Pending, given_up: GivenUp) -> None:
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(_FAIL, pending.tenant_id, pending.id, given_up.reason, given_up.failure):
                await tell(connection, pending.tenant_id, pending.message_id)
        _log.warning("a file was given up", extra=pending.about(given_up.reason))


async def _head(pieces: AsyncIterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD and (piece := await anext(pieces, None)) is not None:
        head += piece
    return head


async def _with_head(head: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in pieces:
        yield piece
