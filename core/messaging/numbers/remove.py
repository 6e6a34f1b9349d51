"""Removing a number. With conversations it is gone for everybody at once, and erased in pieces by a job."""

import time
from typing import Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.errors import Conflict, NotFound
from core.events import outbox
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, NotNow, Run
from core.messaging.numbers.desk import NumberDesk
from core.storage import Storage

JOB: Final = "erase_number"
_PIECE: Final = 100
"""Conversations erased in one transaction: nobody waits long for their locks."""
_LOCK: Final = "select phone_number_id from accounts where tenant_id = $1 and id = $2 and removed_at is null for update"
_FILLED: Final = "select exists (select from conversations where tenant_id = $1 and account_id = $2)"
# Its id is free at once, for another organisation or a new start; without its token nothing can be asked or sent.
_HIDE: Final = """
update accounts set removed_at = now(), status = 'disabled', access_token_sealed = null, meta_app_id = null,
    phone_number_id = 'removed ' || id, waba_id = 'removed ' || id, version = version + 1
where tenant_id = $1 and id = $2
"""
_PIECE_OF: Final = "select id from conversations where tenant_id = $1 and account_id = $2 limit $3"
# Bytes that another conversation's message has too stay for that one; the storage's sweep takes what nobody names.
_FILES: Final = """
with going as (select t.id, t.storage_key, t.thumbnail_key from attachments t
    join messages m on m.tenant_id = t.tenant_id and m.id = t.message_id
    where t.tenant_id = $1 and m.conversation_id = any($2::uuid[]))
select k.key from going g cross join lateral (values (g.storage_key), (g.thumbnail_key)) k(key)
where k.key is not null and not exists (select from attachments o where o.tenant_id = $1
    and (o.storage_key collate "C" = k.key or o.thumbnail_key collate "C" = k.key)
    and o.id not in (select id from going))
"""
_ERASE: Final = "delete from conversations where tenant_id = $1 and id = any($2::uuid[])"
_GONE: Final = "delete from accounts where tenant_id = $1 and id = $2 and removed_at is not null"
_LONGEST_SECONDS: Final = 120.0


async def remove_number(desk: NumberDesk, tenant_id: UUID, account_id: UUID, *, conversations: bool) -> bool:
    """Whether it is gone already; False while its conversations are being erased.

    Raises NotFound, and Conflict when it has conversations and they are not to go with it.
    """
    async with desk.db.system_transaction() as connection:
        phone_number_id = await connection.fetchval(_LOCK, tenant_id, account_id)
        if phone_number_id is None:
            raise NotFound("There is no such number.")
        filled = await connection.fetchval(_FILLED, tenant_id, account_id)
        if filled and not conversations:
            raise Conflict("This number has conversations: they are removed with it only when you say so "
                           "(?with=conversations).")  # fmt: skip
        await _remove(connection, tenant_id, account_id, later=filled)
        await audit.record_for(connection, tenant_id, "account.removed", "account", account_id, {
            "phone_number_id": [phone_number_id, None], "conversations": [bool(filled), False]})  # fmt: skip
    return not filled


async def _remove(connection: Connection, tenant_id: UUID, account_id: UUID, *, later: bool) -> None:
    if later:
        await connection.execute(_HIDE, tenant_id, account_id)
        await enqueue(connection, tenant_id, CORE, JOB, {"account_id": str(account_id)}, key=str(account_id))
    else:
        await connection.execute("delete from accounts where tenant_id = $1 and id = $2", tenant_id, account_id)
    await outbox.append(connection, tenant_id, "account.removed", {"account_id": str(account_id)})


class Eraser:
    """Runs the jobs. Files go before the rows that name them: a crash between leaves nothing unnamed behind."""

    def __init__(self, db: Database, storage: Storage) -> None:
        self._db, self._storage = db, storage

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self.run, timeout=300)

    async def run(self, run: Run) -> None:
        """For two minutes; then the job waits for its next turn, so that others get theirs."""
        assert run.tenant_id is not None  # noqa: S101 - a number is a tenant's
        account_id, ends = UUID(run.args["account_id"]), time.monotonic() + _LONGEST_SECONDS
        while await self._erase_piece(run.tenant_id, account_id):
            if time.monotonic() > ends:
                raise NotNow(1)
        await self._db.system.execute(_GONE, run.tenant_id, account_id)

    async def _erase_piece(self, tenant_id: UUID, account_id: UUID) -> bool:
        ids = [row["id"] for row in await self._db.system.fetch(_PIECE_OF, tenant_id, account_id, _PIECE)]
        for row in await self._db.system.fetch(_FILES, tenant_id, ids):
            await self._storage.delete(row["key"])
        await self._db.system.execute(_ERASE, tenant_id, ids)
        return bool(ids)
