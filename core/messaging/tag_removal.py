"""A deleted tag is taken off its conversations, few at a time: who writes in one of them never waits for all."""

from typing import Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.jobs.work import CORE, Handler, Run
from core.messaging.tags import TAKE_OFF

BATCH: Final = 200
_SECONDS: Final = 3600

# Conversations by id, as intake locks them. Nobody can put it on any more: whoever does holds the tag's row, and looks
# whether it is deleted (core.messaging.labels).
_SOME: Final = "select conversation_id from conversation_tags where tag_id = $1 order by conversation_id limit $2"
_LOCK: Final = "select id from conversations where id = any ($1) order by id for update"
_TAKE_OFF: Final = """
update conversations set tag_ids = array_remove(tag_ids, $1), updated_at = now(), version = version + 1
where id = any ($2)
"""
_GONE: Final = "delete from tags where id = $1 and deleted_at is not null"


class TagRemover:
    def __init__(self, db: Database, batch: int = BATCH) -> None:
        self._db, self._batch = db, batch

    def handler(self) -> Handler:
        return Handler(CORE, TAKE_OFF, self.run, timeout=_SECONDS)

    async def run(self, run: Run) -> None:
        """A job of the tenant. Begun again after a crash, it goes on with what is left."""
        tag_id = UUID(run.args["tag_id"])
        while await self._took_off_some(tag_id):
            pass

    async def _took_off_some(self, tag_id: UUID) -> bool:
        async with self._db.tenant_transaction() as connection:
            rows = await connection.fetch(_SOME, tag_id, self._batch)
            if rows:
                await _take_off(connection, tag_id, [row["conversation_id"] for row in rows])
            else:
                await connection.execute(_GONE, tag_id)
            return bool(rows)


async def _take_off(connection: Connection, tag_id: UUID, conversations: list[UUID]) -> None:
    held = [row["id"] for row in await connection.fetch(_LOCK, conversations)]
    await connection.execute(_TAKE_OFF, tag_id, held)
