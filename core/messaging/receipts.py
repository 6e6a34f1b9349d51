"""Blue ticks for the customer: Meta is told, durably and later, that an agent has read a message."""

import logging
from typing import Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.mail import Mail
from core.messaging.accounts import ACCOUNT_COLUMNS, Account, GraphClients
from core.messaging.token_death import stop_number
from core.whatsapp.client import GraphRefused
from core.whatsapp.errors import RetryClass

_log = logging.getLogger(__name__)
JOB: Final = "read_receipt"
_MOST_IN_GROUP: Final = 100
_READ: Final = """
select v.last_inbound_wamid from conversations v
where v.tenant_id = $1 and v.id = $2 and v.kind = 'person' and v.last_inbound_wamid is not null
union all
(select m.wamid from conversations v join messages m on m.tenant_id = v.tenant_id and m.conversation_id = v.id
where v.tenant_id = $1 and v.id = $2 and v.kind = 'group' and m.direction = 'inbound' and m.wamid is not null
    and m.at > coalesce(v.read_up_to, '-infinity') order by m.at desc, m.id desc limit $3)
"""
_WORTHLESS_AGAIN: Final = frozenset({RetryClass.FINAL, RetryClass.ACCOUNT, RetryClass.DELAYED})


async def queue_read_receipt(connection: Connection, tenant_id: UUID, conversation_id: UUID) -> None:
    """Ask, in the caller's transaction, that Meta be told that the customer's newest message was read, and before the
    conversation says so. One receipt stands for all before it, but not in a group: there each has its own.

    The message is named now: one that comes while the job waits has not been read by anybody.
    """
    for (wamid,) in await connection.fetch(_READ, tenant_id, conversation_id, _MOST_IN_GROUP):
        told = {"conversation_id": str(conversation_id), "wamid": wamid}
        await enqueue(connection, tenant_id, CORE, JOB, told, key=wamid)


class ReadReceipts:
    """Runs the jobs. Telling Meta twice changes nothing."""

    def __init__(self, db: Database, clients: GraphClients, mail: Mail) -> None:
        self._db, self._clients, self._mail = db, clients, mail

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self.run, timeout=90)

    async def run(self, run: Run) -> None:
        """Raises GraphError when Meta should be told again later."""
        account = await self._account(UUID(run.args["conversation_id"]))
        if account is None or account.status != "connected" or account.access_token_sealed is None:
            return
        try:
            await self._clients.of(account).mark_read(account.phone_number_id, run.args["wamid"])
        except GraphRefused as error:
            if error.refused.error.retry_class is RetryClass.ACCOUNT:
                async with self._db.system_transaction() as connection:
                    await stop_number(connection, self._mail, account, error.refused)
            if error.refused.error.retry_class not in _WORTHLESS_AGAIN:
                raise
            _log.warning("Meta refused a read receipt", extra={"wamid": run.args["wamid"], "reason": str(error)})

    async def _account(self, conversation_id: UUID) -> Account | None:
        async with self._db.tenant() as connection:
            row = await connection.fetchrow(
                f"""select {ACCOUNT_COLUMNS} from conversations v
                join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
                where v.id = $1""",  # noqa: S608 - constant
                conversation_id,
            )
        return None if row is None else Account.of(row)
