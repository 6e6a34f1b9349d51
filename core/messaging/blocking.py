"""Blocking customers at Meta, for one number: what Meta took is kept, told and audited; what it refused is told back.

Meta is asked outside any transaction. Asked twice, it blocks once: a repeat after a lost answer does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core import audit
from core.db.pool import Connection
from core.errors import Invalid, NotFound, Problem
from core.events import outbox
from core.messaging.clock import Clock, utc_now
from core.messaging.numbers.asking import asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.messaging.page import Page, by_time, page
from core.messaging.window import WINDOW
from core.whatsapp.errors import MetaError

MOST: Final = 100

# Only whom the caller sees: a conversation hidden from them is nobody.
_CUSTOMERS: Final = """
select v.contact_id, v.id as conversation_id, v.last_inbound_at, c.phone, c.bsuid from conversations v
join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
where v.account_id = $1 and v.contact_id = any($2::uuid[])
"""
_BLOCK: Final = """
insert into contact_blocks (tenant_id, account_id, contact_id) values ($1, $2, $3) on conflict do nothing
returning blocked_at
"""
_UNBLOCK: Final = """
delete from contact_blocks where tenant_id = $1 and account_id = $2 and contact_id = $3 returning blocked_at
"""
_LIST: Final = """
select b.contact_id, b.blocked_at, jsonb_build_object('contact', r.resource, 'blocked_at', b.blocked_at) as resource
from contact_blocks b join contact_resources r on r.tenant_id = b.tenant_id and r.id = b.contact_id
where b.account_id = $1 and (($3::timestamptz) is null or (b.blocked_at, b.contact_id) < ($3, $4))
order by b.blocked_at desc, b.contact_id desc limit $2
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one customer: blocked or not from now on, or why nothing changed."""

    contact_id: UUID
    blocked: bool | None
    problem: Problem | None = None


class NotBlocked(Problem):
    """Meta refused this one."""

    status, type, title = 422, "refused-by-meta", "Meta refused this"


async def list_blocked(desk: NumberDesk, tenant_id: UUID, account_id: UUID, limit: int, cursor: str | None) -> Page:
    """Newest first. Raises NotFound."""
    await number_of(desk, tenant_id, account_id)
    moment, identifier = by_time(cursor)
    async with desk.db.tenant() as connection:
        rows = await connection.fetch(_LIST, account_id, limit + 1, moment, identifier)
    return page(rows, limit, "blocked_at", "contact_id")


async def change_blocked(
    desk: NumberDesk, tenant_id: UUID, account_id: UUID, contact_ids: Sequence[UUID], *, block: bool,
    clock: Clock = utc_now,
) -> list[Outcome]:  # fmt: skip
    """One outcome for each, in order. Raises NotFound for the number, RefusedByMeta, Unavailable."""
    account = (await number_of(desk, tenant_id, account_id)).account
    async with desk.db.tenant() as connection:
        rows = await connection.fetch(_CUSTOMERS, account_id, list(contact_ids))
    known = {row["contact_id"]: row for row in rows}
    refused = {one: _refusal(known.get(one), block, clock()) for one in contact_ids}
    users = {one: _user(known[one]) for one, problem in refused.items() if problem is None}
    done: frozenset[str] = frozenset()
    if users:
        call = client_of(desk, account).block(account.phone_number_id, list(users.values()), unblock=not block)
        answer = await asked(desk, account, call)
        done = answer.done
        for one, user in users.items():
            if _named(user) not in done:
                refused[one] = _refused_by_meta(answer.failed.get(_named(user)))
    changed = [known[one] for one in users if refused[one] is None]
    await _keep(desk, tenant_id, account_id, changed, block)
    return [Outcome(one, block if refused[one] is None else None, refused[one]) for one in contact_ids]


def _refusal(customer: Any, block: bool, now: datetime) -> Problem | None:
    """What Meta need not be asked about."""
    if customer is None:
        return NotFound("There is no such contact of this number.")
    if not customer["phone"] and not customer["bsuid"]:
        return Invalid("This contact has neither a phone number nor a WhatsApp user id.")
    wrote = customer["last_inbound_at"]
    if block and (wrote is None or now >= wrote + WINDOW):
        return Invalid("WhatsApp blocks only customers who wrote in the last 24 hours: wait until they write again.")
    return None


def _user(customer: Any) -> dict[str, str]:
    return {"user": f"+{customer['phone']}"} if customer["phone"] else {"user_id": customer["bsuid"]}


def _named(user: dict[str, str]) -> str:
    return next(iter(user.values()))


def _refused_by_meta(error: MetaError | None) -> NotBlocked:
    if error is None:
        return NotBlocked("Meta says nothing of this customer: try again in a moment.")
    return NotBlocked(f"{error.title}: {error.cause} {error.cure}", meta={"code": error.code, "details": error.details})


async def _keep(desk: NumberDesk, tenant_id: UUID, account_id: UUID, customers: Sequence[Any], block: bool) -> None:
    if not customers:
        return
    async with desk.db.tenant_transaction() as connection:
        moments = {one["contact_id"]: await _changed(connection, tenant_id, account_id, one, block)
                   for one in customers}  # fmt: skip
        changed = [one for one in customers if moments[one["contact_id"]] is not None]
        action = "contact.blocked" if block else "contact.unblocked"
        for one in changed:
            since = moments[one["contact_id"]].isoformat() if block else None
            payload = {"contact_id": str(one["contact_id"]), "account_id": str(account_id), "blocked": block,
                       "blocked_at": since}  # fmt: skip
            await outbox.append(connection, tenant_id, action, payload, one["conversation_id"])
        for one in changed:
            await audit.record(connection, action, "contact", one["contact_id"], {"account": [None, str(account_id)]})


async def _changed(connection: Connection, tenant_id: UUID, account_id: UUID, customer: Any, block: bool) -> Any:
    """Since when the block stands, or stood; None when nothing changed."""
    query = _BLOCK if block else _UNBLOCK
    return await connection.fetchval(query, tenant_id, account_id, customer["contact_id"])
