"""What the event log forgets: events that are old, and the words of somebody who was erased."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, NotNow, Run

_OLD_JOB: Final = "forget_events"
_PERSON_JOB: Final = "forget_events_of"
_BATCH: Final = 5000
_SOON_SECONDS: Final = 1.0

# From the front, so that a log stays dense from its oldest event on. The look is at the front alone: as a filter before
# the limit, it would read the whole log to find that nothing is old.
_FORGET_OLD: Final = """
with front as materialized (select tenant_id, seq, created_at from event_log order by position limit $2),
gone as (
    delete from event_log e using front f
    where e.tenant_id = f.tenant_id and e.seq = f.seq and f.created_at < $1 returning 1)
select count(*) from gone
"""

_ERASURE: Final = """select seq from event_log
where tenant_id = $1 and type = 'contact.deleted' and payload ->> 'id' = $2 order by seq desc limit 1"""
_FORMER: Final = """select payload ->> 'removed' as contact, payload -> 'conversations' as pairs from event_log
where tenant_id = $1 and type = 'contacts.merged' and payload -> 'kept' ->> 'id' = any($2) and seq < $3"""
# The numbers stay, and what they told is gone: whoever reads the log from before must not come upon a hole.
_FORGET_OF: Final = """
update event_log set type = 'erased', payload = '{}', conversation_id = null
where tenant_id = $1 and seq > $2 and seq <= $3 and (conversation_id = any($4::uuid[])
    or payload #>> '{contact,id}' = any($5) or payload #>> '{kept,id}' = any($5)
    or payload #>> '{message,contact_id}' = any($5) or payload #>> '{message,participant,id}' = any($5)
    or payload #>> '{conversation,contact,id}' = any($5))
"""
# What others said in a group told how it stood, with its people and last words: now it tells how it stands.
_RETELL: Final = """
update event_log e set payload = jsonb_set(e.payload, '{conversation}', v.resource) from conversation_resources v
where e.tenant_id = $1 and e.seq > $2 and e.seq <= $3 and e.conversation_id = any($4::uuid[])
    and e.payload ? 'conversation' and v.tenant_id = $1 and v.id = e.conversation_id
"""

# An answer of theirs to what was erased names it; what spoke of it alone is gone.
_REQUOTE: Final = """
update event_log e set type = case when m.id is null then 'erased' else e.type end,
    payload = case when m.id is null then '{}' else jsonb_set(e.payload, '{message}', m.resource) end
from event_log t left join message_resources m
    on m.tenant_id = t.tenant_id and m.id = (t.payload #>> '{message,id}')::uuid
where t.tenant_id = $1 and t.seq > $2 and t.seq <= $3 and t.conversation_id = any($4::uuid[])
    and coalesce(t.payload #>> '{message,context_wamid}', t.payload #>> '{message,content,message_id}') is not null
    and e.tenant_id = t.tenant_id and e.seq = t.seq
"""


async def forget_person(
    connection: Connection, tenant_id: UUID, contact_id: UUID, conversations: list[UUID], groups: list[UUID]
) -> None:
    """Ask, in the transaction that erases them and tells `contact.deleted`, that no event speaks of them any more."""
    told = {"contact": str(contact_id), "conversations": [str(one) for one in conversations],
            "groups": [str(one) for one in groups]}  # fmt: skip
    await enqueue(connection, tenant_id, CORE, _PERSON_JOB, told, key=str(contact_id))


class Forgetter:
    """Runs both jobs. Plugins and endpoints that are further behind than `keep_days` go on with what is left."""

    def __init__(self, db: Database, keep_days: int) -> None:
        self._db, self._keep = db, timedelta(days=keep_days)

    def handlers(self) -> tuple[Handler, Handler]:
        return (Handler(CORE, _OLD_JOB, self._forget_old, timeout=1800),
                Handler(CORE, _PERSON_JOB, self._forget_person, timeout=600))  # fmt: skip

    async def _forget_old(self, _run: Run) -> None:
        before = datetime.now(UTC) - self._keep
        while await self._db.system.fetchval(_FORGET_OLD, before, _BATCH) == _BATCH:
            pass

    async def _forget_person(self, run: Run) -> None:
        """Raises NotNow until the erasure itself is numbered: what was told before it is then in the log, too."""
        tenant_id, contact = run.tenant_id, run.args["contact"]
        last = await self._db.system.fetchval(_ERASURE, tenant_id, contact)
        if last is None:
            raise NotNow(_SOON_SECONDS)
        contacts, conversations = await self._ever(tenant_id, contact, run.args["conversations"], last)
        for after in range(0, last, _BATCH):
            part = (tenant_id, after, min(after + _BATCH, last - 1))
            await self._db.system.execute(_FORGET_OF, *part, conversations, contacts)
            for statement in (_RETELL, _REQUOTE):
                await self._db.system.execute(statement, *part, run.args["groups"])

    async def _ever(
        self, tenant_id: UUID | None, contact: str, conversations: list[str], last: int
    ) -> tuple[list[str], list[UUID]]:
        """Under which ids they and their conversations were known, also before contacts turned out to be one."""
        contacts, threads, seen = {contact}, set(conversations), 0
        while len(contacts) > seen:
            seen = len(contacts)
            rows: list[Any] = await self._db.system.fetch(_FORMER, tenant_id, list(contacts), last)
            contacts |= {row["contact"] for row in rows}
            threads |= {gone for row in rows for gone, _ in row["pairs"]}
        return sorted(contacts), [UUID(one) for one in sorted(threads)]


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, _OLD_JOB, {}, key="cron")


FORGET_EVENTS_CRON: Final = Cron(f"{CORE}.{_OLD_JOB}", "22 * * * *", _fire)
