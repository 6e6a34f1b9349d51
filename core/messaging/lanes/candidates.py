"""What may leave now: the first waiting message of each conversation that has nothing on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.messaging.accounts import ACCOUNT_COLUMNS, Account
from core.messaging.lanes.allowance import of_number
from core.messaging.lanes.limits import Want
from core.messaging.lanes.plans import by_index

_SCAN: Final = 200
"""Waiting messages looked at for one lane of one number in one round, the earliest due. More of them than the number is
allowed in half a second are of no use to the round."""

# Whoever must wait is left out before the limit, with all that waits behind: held conversations, those with an attempt
# on its way, and those whose last one was postponed. So one customer's long queue cannot hide the others. `limit 1`
# keeps each look a look: as a join, PostgreSQL would read every waiting message to find the numbers that have some.
_LANE: Final = f"""
(select first.*, c.phone, c.bsuid, g.group_id, v.last_inbound_at, array(
        select extract(epoch from now() - s.started_at)::float8 from send_attempts s
        where s.tenant_id = a.tenant_id and s.conversation_id = first.conversation_id
            and s.started_at > now() - interval '270 seconds'
            and s.state in ('sending', 'accepted', 'uncertain', 'settled')) as lately
    from (
    select distinct on (waiting.conversation_id) waiting.* from (
        select m.id, m.conversation_id, m.contact_id, m.type, m.body, m.content, m.context_wamid, m.bulk,
            m.identity_key_hash, m.request_id, m.in_group,
            coalesce(m.not_before, m.queued_at) as due
        from messages m
        where m.tenant_id = a.tenant_id and m.account_id = a.id and m.status = 'queued' and m.bulk = {{bulk}}
            and coalesce(m.not_before, m.queued_at) <= greatest($3, now())
            and (m.not_before is null or m.not_before <= $3)
            and m.conversation_id <> all($2::uuid[])
            and (select true from send_attempts s where s.tenant_id = m.tenant_id
                and s.conversation_id = m.conversation_id and s.state in ('sending', 'uncertain')
                and s.finished_at is null limit 1) is null
            and (select true from send_attempts p where p.tenant_id = m.tenant_id
                and p.conversation_id = m.conversation_id and p.state in ('refused', 'not_sent')
                and p.lease_until > $3 limit 1) is null
        order by coalesce(m.not_before, m.queued_at), m.id limit {_SCAN}
    ) waiting order by waiting.conversation_id, waiting.due, waiting.id
) first
join conversations v on v.tenant_id = a.tenant_id and v.id = first.conversation_id
left join contacts c on c.tenant_id = a.tenant_id and c.id = first.contact_id
left join groups g on g.tenant_id = a.tenant_id and g.conversation_id = first.conversation_id and first.in_group
where {{room}} order by first.due, first.id
limit least($4, case a.throughput_level when 'HIGH' then 400 when 'COEXISTENCE' then 12 else 48 end))
"""  # noqa: S608 - constants
_BULK_ROOM: Final = "a.id <> all($5::uuid[]) and (a.bulk_paused_until is null or a.bulk_paused_until <= $3)"
_HEADS: Final = f"""
select {ACCOUNT_COLUMNS}, a.throughput_level, head.* from accounts a cross join lateral (
    {_LANE.format(bulk="false", room="true")} union all {_LANE.format(bulk="true", room=_BULK_ROOM)}
) head
where a.status = 'connected' and a.access_token_sealed is not null and a.id <> all($1::uuid[])
    and (a.paused_until is null or a.paused_until <= $3)
    and exists (select from tenants t where t.id = a.tenant_id and t.status = 'active')
    and (select true from messages q where q.account_id = a.id and q.status = 'queued' limit 1)
order by head.bulk, head.due, head.id
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A message that may leave, with everything its POST needs. `lately`: see Want."""

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
    bulk: bool
    throughput_level: str | None
    lately: tuple[float, ...]
    identity_key_hash: str | None
    request_id: str | None = None
    group_id: str | None = None

    @property
    def tenant_id(self) -> UUID:
        return self.account.tenant_id

    @property
    def want(self) -> Want:
        """As the limits count it: Meta's pair limit is for one number and one recipient."""
        number = self.account.phone_number_id
        whom = self.group_id or self.phone or self.bsuid
        return Want(number, of_number(self.throughput_level), f"{number}:{whom}", self.lately)


@dataclass(frozen=True, slots=True)
class Held:
    """What is left out of a round: numbers, conversations, and numbers whose bulk has taken its part."""

    accounts: Sequence[UUID] = ()
    conversations: Sequence[UUID] = ()
    bulk: Sequence[UUID] = ()


async def heads(db: Database, held: Held, now: datetime, per_number: int) -> list[Candidate]:
    """One of each conversation, replies first, the earliest due first; `per_number` of each at most."""
    async with by_index(db) as connection:
        rows = await connection.fetch(_HEADS, held.accounts, held.conversations, now, per_number, held.bulk)
    found: dict[UUID, Candidate] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], Candidate(
            Account.of(row), row["id"], row["conversation_id"], row["phone"], row["bsuid"], row["type"], row["body"],
            row["content"], row["context_wamid"], row["last_inbound_at"], row["bulk"], row["throughput_level"],
            tuple(row["lately"]), row["identity_key_hash"], row["request_id"], row["group_id"]))  # fmt: skip
    return list(found.values())
