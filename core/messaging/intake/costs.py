"""What Meta tells of a message's price, kept once for each wamid, in whatever order and however often it is told.
In a group each delivery is paid for: there it is kept once for each of its people.

`pricing` comes with `sent` and with one of `delivered` and `read`; Meta charges on delivery (Cloud API, "Pricing").
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Told
from core.whatsapp.phones import calling_code, canonical, is_phone
from core.whatsapp.reading import text
from core.whatsapp.statuses import rank_of
from core.whatsapp.values import StatusUpdate

_DELIVERED: Final = rank_of("delivered")
_LONGEST: Final = 64

_RECORD: Final = """
insert into message_costs as c (tenant_id, account_id, wamid_digest, prefix, category, type, model, billable, told_rank,
    delivered_at)
select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::boolean[], $9::smallint[], $10::timestamptz[])
on conflict (tenant_id, account_id, wamid_digest) do update set
    prefix = case when c.prefix = '' then excluded.prefix else c.prefix end,
    category = case when excluded.told_rank > c.told_rank then excluded.category else c.category end,
    type = case when excluded.told_rank > c.told_rank then excluded.type else c.type end,
    model = case when excluded.told_rank > c.told_rank then excluded.model else c.model end,
    billable = case when excluded.told_rank > c.told_rank then excluded.billable else c.billable end,
    told_rank = greatest(c.told_rank, excluded.told_rank),
    delivered_at = least(c.delivered_at, excluded.delivered_at)
where excluded.told_rank > c.told_rank or c.prefix = '' and excluded.prefix <> ''
    or least(c.delivered_at, excluded.delivered_at) is distinct from c.delivered_at
"""

# Before it was told by whom: kept once for the whole group.
_REPLACE: Final = """delete from message_costs c
using unnest($1::uuid[], $2::uuid[], $3::bytea[]) u(tenant, account, digest)
where c.tenant_id = u.tenant and c.account_id = u.account and c.wamid_digest = u.digest"""


@dataclass(slots=True)
class _Fact:
    """What this batch tells of one wamid."""

    prefix: str = ""
    category: str | None = None
    type: str | None = None
    model: str | None = None
    billable: bool | None = None
    told_rank: int = -9
    delivered_at: datetime | None = None

    def hear(self, status: StatusUpdate) -> None:
        self.prefix = self.prefix or _prefix(status)
        if status.rank >= _DELIVERED and (self.delivered_at is None or status.at < self.delivered_at):
            self.delivered_at = status.at
        pricing = status.pricing or {}
        category = text(pricing.get("category"))
        if category and status.rank > self.told_rank:
            self.told_rank, self.category = status.rank, category[:_LONGEST]
            self.type, self.model = _word(pricing.get("type")), _word(pricing.get("pricing_model"))
            self.billable = pricing["billable"] if isinstance(pricing.get("billable"), bool) else None

    @property
    def says_something(self) -> bool:
        return self.category is not None or self.delivered_at is not None


async def record_costs(connection: Connection, told: Sequence[Told]) -> None:
    """In the caller's transaction, one statement."""
    facts: dict[tuple[UUID, UUID, bytes], _Fact] = {}
    for one in told:
        facts.setdefault(_key(one), _Fact()).hear(one.status)
    told_of = {key: fact for key, fact in facts.items() if fact.says_something}
    rows = [(*key, f.prefix, f.category, f.type, f.model, f.billable, f.told_rank, f.delivered_at)
            for key, f in sorted(told_of.items())]  # fmt: skip
    if rows:
        await connection.execute(_RECORD, *zip(*rows, strict=True))
    whole = {(one.account.tenant_id, one.account.id, digest(one.status.wamid))
             for one in told if one.status.participant and _key(one) in told_of}
    if whole:
        await connection.execute(_REPLACE, *zip(*sorted(whole), strict=True))


def _key(told: Told) -> tuple[UUID, UUID, bytes]:
    return told.account.tenant_id, told.account.id, digest(_paid_for(told.status))


def _paid_for(status: StatusUpdate) -> str:
    if not status.participant:
        return status.wamid
    return f"{status.wamid} {canonical(status.participant) or status.participant}"


def digest(wamid: str) -> bytes:
    """What stands for a wamid where the customer must not be read from it."""
    return hashlib.sha256(wamid.encode(errors="surrogatepass")).digest()[:16]


def _prefix(status: StatusUpdate) -> str:
    phone = status.recipient_phone or status.participant_phone or status.participant or ""
    if is_phone(phone):
        return calling_code(phone)
    country = (status.recipient_bsuid or status.participant or "").partition(".")[0]
    return country.upper() if len(country) == 2 and country.isascii() and country.isalpha() else ""


def _word(told: object) -> str | None:
    word = text(told)
    return word[:_LONGEST] if word else None
