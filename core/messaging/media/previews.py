"""Thumbnails and waves of what was stored: due rows of their own, so that no hostile file holds up another's fetch.

A file of which nothing can be made stays without: it is shown by its name, and nobody is troubled.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.db.wake import Wake
from core.errors import NotFound, Unavailable
from core.messaging.clock import Clock, utc_now
from core.messaging.media.pending import tell
from core.renditions import PICTURES, SOUNDS, VIDEOS, Made, Spooled, Task, Unmakeable, Workshop
from core.storage import Storage

_log = logging.getLogger(__name__)
LEASE: Final = timedelta(seconds=150)
MOST_ATTEMPTS: Final = 3
"""A worker that dies of a file has it so often."""
_LARGEST: Final = 512 * 1024
_POLL_SECONDS: Final = 2.0
_TASKS: Final[tuple[tuple[frozenset[str], Task], ...]] = ((PICTURES, "picture"), (VIDEOS, "video"), (SOUNDS, "sound"))

_CLAIM: Final = """
with due as (
    select tenant_id, id from attachments where preview_due_at <= $1
    order by preview_due_at limit $2 for update skip locked
)
update attachments t set preview_due_at = case when t.preview_attempts + 1 >= $4 then null else $1 + $3 end,
    preview_attempts = t.preview_attempts + 1
from due where t.tenant_id = due.tenant_id and t.id = due.id
returning t.tenant_id, t.id, t.message_id, t.mime_type, t.storage_key, t.voice
"""
_MADE: Final = """
update attachments set preview_due_at = null, preview = $3, thumbnail_key = $4
where tenant_id = $1 and id = $2 and state = 'stored' returning true
"""
_NONE: Final = "update attachments set preview_due_at = null where tenant_id = $1 and id = $2"


def thumbnail_key(tenant_id: UUID, attachment_id: UUID) -> str:
    """Where a thumbnail is kept."""
    return f"{tenant_id}/thumbnails/{attachment_id}"


class PreviewMaker:
    """Any number of workers may run one."""

    def __init__(
        self, db: Database, storage: Storage, workshop: Workshop, wake: Wake | None = None, *, clock: Clock = utc_now,
        at_once: int = 2,
    ) -> None:
        self._db, self._storage, self._workshop, self._wake = db, storage, workshop, wake
        self._clock, self._at_once = clock, at_once

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(self._make_for_ever() for _ in range(self._at_once)))

    async def _make_for_ever(self) -> None:
        bell = self._wake.bell("previews") if self._wake else None
        while True:
            if not await self.sweep(1):
                await (bell.wait(_POLL_SECONDS) if bell else asyncio.sleep(_POLL_SECONDS))

    async def sweep(self, most: int = 100) -> int:
        """Make what is due now, one after the other. Returns how many were tried."""
        rows = await self._db.system.fetch(_CLAIM, self._clock(), most, LEASE, MOST_ATTEMPTS)
        for row in rows:
            try:
                await self._make(row)
            except Unavailable as error:  # due again when the lease ends
                _log.warning("no preview yet", extra={"attachment_id": str(row["id"]), "reason": error.detail})
        return len(rows)

    async def _make(self, row: Any) -> None:
        try:
            made = await self._rendered(row)
        except (Unmakeable, NotFound) as reason:
            _log.info("no preview", extra={"attachment_id": str(row["id"]), "reason": str(reason)})
            await self._db.system.execute(_NONE, row["tenant_id"], row["id"])
            return
        key = thumbnail_key(row["tenant_id"], row["id"]) if made.data else None
        if key:
            await self._storage.put(key, made.data, "image/webp")
        await self._record(row, made, key)

    async def _rendered(self, row: Any) -> Made:
        task = next((task for types, task in _TASKS if row["mime_type"] in types), None)
        if task is None:
            raise Unmakeable(f"nothing is shown of {row['mime_type']}")
        async with Spooled(self._storage.open(row["storage_key"])) as source:
            return await self._workshop.make(task, row["mime_type"], source, largest=_LARGEST)

    async def _record(self, row: Any, made: Made, key: str | None) -> None:
        tenant_id, attachment_id = row["tenant_id"], row["id"]
        async with self._db.system_transaction() as connection:
            known = await connection.fetchval(_MADE, tenant_id, attachment_id, dict(made.facts), key)
            if known:
                await tell(connection, tenant_id, row["message_id"])
        if not known and key:  # erased meanwhile
            await self._storage.delete(key)
