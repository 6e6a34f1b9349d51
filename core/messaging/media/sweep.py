"""The store and the rows compared, a tenant at a time: objects that no row names go, rows without object say so.

Both are read in the order of their keys, a page at a time; how far it came is a row, so a sweep that is cut off goes on
where it was. An object is deleted only when it is old: what is being fetched, uploaded or made now is young.
"""

import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, NotNow, Run
from core.messaging.clock import Clock, utc_now
from core.messaging.media.pending import tell
from core.storage import Storage, Stored

_log = logging.getLogger(__name__)
JOB: Final = "sweep_storage"
_EVERYBODY: Final = "sweep_storages"
SAFE_AGE: Final = timedelta(days=1)
PAGE: Final = 500
_FOLDERS: Final = ("attachments", "thumbnails", "uploads")
_TURN_SECONDS: Final = 120.0
_LAST: Final = "\U0010ffff"
"""After every key."""

_TENANTS: Final = "select id from tenants where status <> 'closing' order by id"
_BEGIN: Final = """
insert into storage_sweeps as s (tenant_id) values ($1)
on conflict (tenant_id) do update set began_at = case when s.finished_at is null then s.began_at else now() end,
    after_key = case when s.finished_at is null then s.after_key else '' end,
    found = case when s.finished_at is null then s.found else '{}' end, finished_at = null
returning after_key, found
"""
_NOTE: Final = "update storage_sweeps set after_key = $2, found = $3 where tenant_id = $1"
_END: Final = "update storage_sweeps set finished_at = now(), found = $2 where tenant_id = $1"
_NAMED: Final = """
select k from unnest($2::text[]) k
where exists (select from attachments a where a.tenant_id = $1::uuid and a.storage_key collate "C" = k)
    or exists (select from attachments a where a.tenant_id = $1 and a.thumbnail_key collate "C" = k)
    or exists (select from attachments a where a.tenant_id = $1 and a.id = any($3) and a.state = 'pending'
        and k = concat($1::text, '/attachments/', a.id))
"""
_ROWS: Final = """
select id, message_id, storage_key as key,
    media_id is not null and message_id is not null and created_at > now() - interval '7 days' as meta
from attachments
where tenant_id = $1 and state = 'stored' and storage_key collate "C" > $2 and storage_key collate "C" <= $3
"""
_THUMBNAILS: Final = """
select id, message_id, thumbnail_key as key from attachments
where tenant_id = $1 and thumbnail_key collate "C" > $2 and thumbnail_key collate "C" <= $3
"""
# What Meta still has is fetched again; the rest is said to be lost.
_REFETCH: Final = """
update attachments set state = 'pending', due_at = now(), attempts = 0, settled_at = null,
    storage_key = null, thumbnail_key = null, preview = null, preview_due_at = null
where tenant_id = $1 and id = $2 and state = 'stored' and storage_key = $3 returning true
"""
_LOST: Final = """
update attachments set state = 'failed', failure = 'lost', settled_at = now(),
    error = 'Its bytes are not in the storage any more.', storage_key = null, preview_due_at = null
where tenant_id = $1 and id = $2 and state = 'stored' and storage_key = $3 returning true
"""
_UNTHUMBED: Final = """
update attachments set thumbnail_key = null, preview_due_at = now(), preview_attempts = 0
where tenant_id = $1 and id = $2 and thumbnail_key = $3 returning true
"""
_FORGET_IDS: Final = "delete from media_ids where tenant_id = $1 and expires_at < now() - interval '2 days'"
# Uploaded, never sent and held by no plugin: nobody will.
_FORGET_UPLOADS: Final = """
delete from attachments a where a.tenant_id = $1 and a.message_id is null and a.created_at < now() - interval '30 days'
    and not exists (select from attachments s where s.tenant_id = a.tenant_id and s.source_id = a.id)
    and not exists (select from attachment_holds h where h.tenant_id = a.tenant_id and h.attachment_id = a.id)
"""


@dataclass(slots=True)
class Found:
    """What one sweep met and did."""

    objects: int = 0
    deleted: int = 0
    bytes: int = 0
    young: int = 0
    """Without a row, and too young to be judged."""
    refetched: int = 0
    lost: int = 0
    thumbnails: int = 0
    """To be made again."""

    @property
    def acted(self) -> bool:
        return bool(self.deleted or self.refetched or self.lost or self.thumbnails)

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, int]) -> "Found":
        return cls(**{one.name: told.get(one.name, 0) for one in fields(cls)})


class StorageSweeper:
    """Runs the daily jobs, and the command. `dry` looks, and changes nothing."""

    def __init__(
        self, db: Database, storage: Storage, *, dry: bool = False, page: int = PAGE, clock: Clock = utc_now,
        seconds: float = _TURN_SECONDS,
    ) -> None:
        self._db, self._storage, self._dry, self._page, self._clock = db, storage, dry, page, clock
        self._seconds = seconds

    def handlers(self) -> list[Handler]:
        return [Handler(CORE, _EVERYBODY, self._everybody, timeout=300),
                Handler(CORE, JOB, self._run, timeout=600)]  # fmt: skip

    async def _everybody(self, run: Run) -> None:
        await self._storage.tidy()
        async with self._db.system_transaction() as connection:
            for row in await connection.fetch(_TENANTS):
                await enqueue(connection, row["id"], CORE, JOB, {}, key="cron", max_attempts=20)

    async def _run(self, run: Run) -> None:
        """For two minutes; then the job waits for its next turn, so that others get theirs."""
        assert run.tenant_id is not None  # noqa: S101 - see _everybody
        if await self.sweep(run.tenant_id, until=time.monotonic() + self._seconds) is None:
            raise NotNow(1)

    async def sweep(self, tenant_id: UUID, until: float | None = None) -> Found | None:
        """The report; None when it is not through at `until`, and goes on next time."""
        after, found = await self._begin(tenant_id)
        for folder in _FOLDERS:
            prefix = f"{tenant_id}/{folder}/"
            if after > prefix + _LAST:
                continue
            after = max(after, prefix)
            async for page in _pages(self._storage.objects(prefix.rstrip("/"), after), self._page):
                upto = page[-1].key if len(page) == self._page else prefix + _LAST
                await self._compare(tenant_id, folder, page, after, upto, found)
                after = upto
                await self._note(tenant_id, after, found)
                if until is not None and time.monotonic() > until:
                    return None
            if after != prefix + _LAST:  # an empty folder, or one whose last page was full
                await self._compare(tenant_id, folder, [], after, prefix + _LAST, found)
                after = prefix + _LAST
        await self._end(tenant_id, found)
        return found

    async def _begin(self, tenant_id: UUID) -> tuple[str, Found]:
        if self._dry:
            return "", Found()
        [row] = await self._db.system.fetch(_BEGIN, tenant_id)
        return row["after_key"], Found.of(row["found"])

    async def _note(self, tenant_id: UUID, after: str, found: Found) -> None:
        if not self._dry:
            await self._db.system.execute(_NOTE, tenant_id, after, found.as_json())

    async def _end(self, tenant_id: UUID, found: Found) -> None:
        _log.info("the storage is swept", extra={"tenant_id": str(tenant_id), "dry": self._dry, **found.as_json()})
        if self._dry:
            return
        async with self._db.system_transaction() as connection:
            await connection.execute(_END, tenant_id, found.as_json())
            await connection.execute(_FORGET_IDS, tenant_id)
            await connection.execute(_FORGET_UPLOADS, tenant_id)
            if found.acted:
                told = {name: [None, count] for name, count in found.as_json().items()}
                await audit.record_for(connection, tenant_id, "storage.swept", "tenant", tenant_id, told)

    async def _compare(
        self, tenant_id: UUID, folder: str, page: Sequence[Stored], after: str, upto: str, found: Found
    ) -> None:
        found.objects += len(page)
        # The rows after the objects: one that is stored meanwhile has its object, and is looked for once more.
        await self._objects_without_row(tenant_id, page, found)
        there = {one.key for one in page}
        query = _THUMBNAILS if folder == "thumbnails" else _ROWS
        for row in await self._db.system.fetch(query, tenant_id, after, upto):
            if row["key"] not in there and not await self._storage.exists(row["key"]):
                await self._row_without_object(tenant_id, folder, row, found)

    async def _objects_without_row(self, tenant_id: UUID, page: Sequence[Stored], found: Found) -> None:
        keys = [one.key for one in page]
        named = {row["k"] for row in await self._db.system.fetch(_NAMED, tenant_id, keys, _ids_in(keys))}
        for one in page:
            if one.key in named:
                continue
            if self._clock() - one.at < SAFE_AGE:
                found.young += 1
                continue
            if not self._dry:
                await self._storage.delete(one.key)
            found.deleted += 1
            found.bytes += one.size

    async def _row_without_object(self, tenant_id: UUID, folder: str, row: Any, found: Found) -> None:
        if folder == "thumbnails":
            found.thumbnails += 1
        elif row["meta"]:
            found.refetched += 1
        else:
            found.lost += 1
        if self._dry:
            return
        query = _UNTHUMBED if folder == "thumbnails" else _REFETCH if row["meta"] else _LOST
        async with self._db.system_transaction() as connection:
            if await connection.fetchval(query, tenant_id, row["id"], row["key"]):
                await tell(connection, tenant_id, row["message_id"])


def _ids_in(keys: Sequence[str]) -> list[UUID]:
    found = []
    for key in keys:
        try:
            found.append(UUID(key.rpartition("/")[2]))
        except ValueError:
            continue
    return found


async def _pages(objects: AsyncIterator[Stored], size: int) -> AsyncIterator[list[Stored]]:
    page: list[Stored] = []
    async for one in objects:
        page.append(one)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, _EVERYBODY, {}, key="cron")


SWEEP_CRON: Final = Cron(f"{CORE}.{_EVERYBODY}", "43 3 * * *", _fire)
