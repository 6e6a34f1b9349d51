"""Meta's ids of files that are sent: uploaded once for each number, used again while Meta keeps them."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

from core.db.pool import Database
from core.errors import NotFound
from core.messaging.accounts import Account, GraphClients
from core.messaging.clock import Clock, utc_now
from core.renditions import Spooled
from core.storage import Storage

KEPT: Final = timedelta(days=29)
"""Meta keeps what is uploaded for 30 days; a message that waits must still find it."""
LEASE: Final = timedelta(seconds=60)
_BEAT_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.25
_Key: TypeAlias = tuple[UUID, UUID, str, str]
_log = logging.getLogger(__name__)

_FILE: Final = """
select storage_key, sha256, mime_type, coalesce(filename, id::text) as filename from attachments
where tenant_id = $1 and id = $2 and state = 'stored'
"""
_KNOWN: Final = """
select media_id from media_ids where tenant_id = $1 and account_id = $2 and sha256 = $3 and mime_type = $4
    and media_id is not null and expires_at > $5
"""
# Whoever inserts, or finds a row that is over and whose lease is over, uploads; everybody else waits for them.
_TURN: Final = """
insert into media_ids as m (tenant_id, account_id, sha256, mime_type, pushing_until)
values ($1, $2, $3, $4, $5::timestamptz + $6::interval)
on conflict (tenant_id, account_id, sha256, mime_type) do update
    set media_id = null, expires_at = null, pushing_until = excluded.pushing_until
    where (m.media_id is null or m.expires_at <= $5) and coalesce(m.pushing_until <= $5, true)
returning true
"""
_PUSHED: Final = """
update media_ids set media_id = $5, expires_at = $6, pushing_until = null
where tenant_id = $1 and account_id = $2 and sha256 = $3 and mime_type = $4
"""
_LEFT: Final = """
update media_ids set pushing_until = null
where tenant_id = $1 and account_id = $2 and sha256 = $3 and mime_type = $4 and media_id is null
"""
_RENEW: Final = """
update media_ids set pushing_until = $5
where tenant_id = $1 and account_id = $2 and sha256 = $3 and mime_type = $4 and media_id is null
"""
_FORGET: Final = """
delete from media_ids where tenant_id = $1 and account_id = $2 and media_id = $3
"""


@dataclass(frozen=True, slots=True)
class _File:
    storage_key: str
    sha256: str
    mime_type: str
    filename: str


class SentMedia:
    """For lanes. Nothing here runs inside a transaction."""

    def __init__(self, db: Database, clients: GraphClients, storage: Storage, *, clock: Clock = utc_now) -> None:
        self._db, self._clients, self._storage, self._clock = db, clients, storage, clock
        self._under_way: dict[_Key, asyncio.Task[str]] = {}

    async def media_id(self, account: Account, attachment_id: UUID) -> str:
        """Meta's id, after an upload if need be. Several that ask at once wait for one upload, which goes on when
        those who wait for it give up.

        Raises NotFound when there is no such file (any more), GraphError, NoToken, SealBroken, Unavailable: as long as
        nothing is known to be wrong with the file, ask again later.
        """
        file = await self._file(account, attachment_id)
        key = (account.tenant_id, account.id, file.sha256, file.mime_type)
        task = self._under_way.get(key)
        if task is None:
            self._under_way[key] = task = asyncio.create_task(self._obtain(account, file))
            task.add_done_callback(lambda done: self._over(key, done))
        return await asyncio.shield(task)

    def _over(self, key: _Key, done: "asyncio.Task[str]") -> None:
        self._under_way.pop(key, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            _log.warning("a file could not be uploaded yet", extra={"account_id": str(key[1]), "reason": str(error)})

    async def _obtain(self, account: Account, file: _File) -> str:
        key = (account.tenant_id, account.id, file.sha256, file.mime_type)
        while True:
            if known := await self._known(account, file):
                return known
            if await self._db.system.fetchval(_TURN, *key, self._clock(), LEASE):
                return await self._push(account, file)
            await asyncio.sleep(_LOOK_SECONDS)  # another worker uploads it

    async def forget(self, account: Account, media_id: str) -> None:
        """Meta says that it does not know this id: the next one who asks uploads the file again."""
        await self._db.system.execute(_FORGET, account.tenant_id, account.id, media_id)

    async def _known(self, account: Account, file: _File) -> str | None:
        found: str | None = await self._db.system.fetchval(
            _KNOWN, account.tenant_id, account.id, file.sha256, file.mime_type, self._clock())
        return found

    async def _push(self, account: Account, file: _File) -> str:
        key = (account.tenant_id, account.id, file.sha256, file.mime_type)
        beat = asyncio.create_task(self._hold(key))
        try:
            # By a file beside the process: several documents of a hundred megabytes at once are nothing to it.
            async with Spooled(self._storage.open(file.storage_key)) as source:
                source.file.seek(0)
                media_id = await self._clients.of(account).upload_media(
                    account.phone_number_id, source.file, file.mime_type, file.filename)
        except BaseException:
            await asyncio.shield(self._db.system.execute(_LEFT, *key))
            raise
        finally:
            beat.cancel()
        await self._db.system.execute(_PUSHED, *key, media_id, self._clock() + KEPT)
        return media_id

    async def _hold(self, key: _Key) -> None:
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            with contextlib.suppress(OSError):  # the next beat is in time too
                await self._db.system.execute(_RENEW, *key, self._clock() + LEASE)

    async def _file(self, account: Account, attachment_id: UUID) -> _File:
        row = await self._db.system.fetchrow(_FILE, account.tenant_id, attachment_id)
        if row is None:
            raise NotFound("The file is not kept any more: upload it again.", attachment_id=str(attachment_id))
        return _File(row["storage_key"], row["sha256"] or "", row["mime_type"], row["filename"])
