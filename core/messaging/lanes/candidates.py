"""What may leave now: the first waiting message of each conversation that has nothing on its way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.messaging.accounts import ACCOUNT_COLUMNS, Account

_SCAN: Final = 200
"""Waiting messages looked at for one number in one round, the oldest."""

# Held conversations and those with an attempt on its way are left out before the limit, so that one customer with a
# long queue cannot hide the others. A postponed message is left out after it: it still keeps its followers back.
_HEADS = f"""
select {ACCOUNT_COLUMNS}, head.* from accounts a cross join lateral (
    select first.*, c.phone, c.bsuid, v.last_inbound_at from (
        select distinct on (waiting.conversation_id) waiting.* from (
            select m.id, m.conversation_id, m.contact_id, m.type, m.body, m.content, m.context_wamid, m.queued_at,
                m.identity_key_hash
            from messages m
            where m.tenant_id = a.tenant_id and m.account_id = a.id and m.status = 'queued'
                and m.conversation_id <> all($2::uuid[])
                and not exists (select from send_attempts s where s.tenant_id = m.tenant_id
                    and s.conversation_id = m.conversation_id and s.state in ('sending', 'uncertain')
                    and s.finished_at is null)
            order by m.queued_at, m.id limit {_SCAN}
        ) waiting order by waiting.conversation_id, waiting.queued_at, waiting.id
    ) first
    join conversations v on v.tenant_id = a.tenant_id and v.id = first.conversation_id
    join contacts c on c.tenant_id = a.tenant_id and c.id = first.contact_id
    where not exists (select from send_attempts p where p.tenant_id = a.tenant_id and p.message_id = first.id
        and p.state in ('refused', 'not_sent') and p.lease_until > $3)
    order by first.queued_at, first.id limit $4
) head
where a.status = 'connected' and a.access_token_sealed is not null and a.id <> all($1::uuid[])
    and exists (select from tenants t where t.id = a.tenant_id and t.status = 'active')
    and exists (select from messages q where q.account_id = a.id and q.status = 'queued')
order by head.queued_at, head.id
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may leave, with everything its POST needs."""

    account: Account
    message_id: UUID
    conversation_id: UUID
    phone: str | None
    bsuid: str | None
    type: str
    body: str
    content: dict[str, Any]
    context_wamid: str | None
    last_inbound_at: datetime | None
    identity_key_hash: str | None

    @property
    def tenant_id(self) -> UUID:
        return self.account.tenant_id

    @property
    def pair(self) -> str:
        """The recipient, as Meta's pair limit counts."""
        return f"{self.account.phone_number_id}:{self.phone or self.bsuid}"


async def heads(
    db: Database, held_accounts: Iterable[UUID], held_conversations: Iterable[UUID], now: datetime, per_number: int
) -> list[Candidate]:
    """At most `per_number` for each number, its oldest first; numbers mixed by age (see `fairly`)."""
    rows = await db.system.fetch(_HEADS, list(held_accounts), list(held_conversations), now, per_number)
    return [
        Candidate(Account.of(row), row["id"], row["conversation_id"], row["phone"], row["bsuid"], row["type"],
                  row["body"], row["content"], row["context_wamid"], row["last_inbound_at"],
                  row["identity_key_hash"])
        for row in rows
    ]


def fairly(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One of each tenant in turn, and inside a tenant one of each number: a long queue delays nobody else's."""
    tenants: dict[UUID, dict[UUID, list[Candidate]]] = {}
    for candidate in candidates:
        tenants.setdefault(candidate.tenant_id, {}).setdefault(candidate.account.id, []).append(candidate)
    return _in_turn([_in_turn(list(numbers.values())) for numbers in tenants.values()])


def _in_turn(queues: list[list[Candidate]]) -> list[Candidate]:
    longest = max((len(queue) for queue in queues), default=0)
    return [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]
