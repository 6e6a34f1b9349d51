"""The send gate: the one way a message leaves, for agents, API keys and automations alike.

`submit` decides; what it accepts is durable and waits for its lane. Nothing here talks to Meta.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, Invalid, NotFound, Rejected, Unavailable
from core.events import outbox
from core.messaging.clock import Clock, utc_now
from core.messaging.drafts import Author, Draft, Outbound, Submitted, checked, read, request_hash, reread
from core.messaging.group_rules import refuse_lost_group, refuse_misfit
from core.messaging.media.named import named_files
from core.messaging.media.uploads import attach
from core.messaging.targets import aimed
from core.messaging.template_readings import ask_for_reading, check_template
from core.messaging.template_texts import read_as_sent
from core.messaging.unseen import refuse_unseen
from core.messaging.window import FREE_OF_WINDOW, refuse_closed_window
from core.whatsapp.outbound import CAPTIONED, unkept

__all__ = ["Author", "Draft", "Outbound", "OutboundFilter", "Submitted", "check_reachable", "filtered", "submit"]

FILTER_SECONDS = 2.0
"""All filters together. Each hook has its own, shorter limit; this one holds when that guard fails."""

_log = logging.getLogger(__name__)

OutboundFilter: TypeAlias = Callable[[Outbound], Awaitable[Outbound]]
"""Raises Rejected to refuse. Any other failure, and silence, refuses too."""


async def submit(
    db: Database, draft: Draft, *, author: Author, filters: OutboundFilter | None = None, clock: Clock = utc_now
) -> Submitted:
    """Accept a message for sending, in the tenant in scope.

    Raises NotFound, Conflict (same id, other content), NewerMessages, Invalid, WindowClosed, Unavailable
    (the number cannot send) or Rejected (a filter refused).
    """
    message_id = draft.id or uuid4()
    draft = checked(replace(draft, id=message_id))
    request = request_hash(draft)
    async with db.tenant() as connection:
        place = await _conversation(connection, draft.conversation_id)
        if known := await _accepted_before(connection, draft, request):
            return known
        refuse_misfit(draft, place)
        draft, quoted = await aimed(connection, draft, clock())
        _refuse_closed_window(draft.type, place, clock)
        await refuse_unseen(connection, draft.conversation_id, draft.last_seen, draft.confirm, author.kind, author.id)
        check_reachable(place, clock())
        misfit = await check_template(connection, draft.content, place) if draft.type == "template" else None
    if misfit is not None:
        await _ask_again(db, place, clock)
        raise misfit
    body, content = await filtered(_outbound(draft, message_id, place, author), filters)
    async with db.tenant_transaction() as connection:
        return await _accept(connection, replace(draft, body=body, content=content), author, quoted, request, clock)


async def _ask_again(db: Database, place: Any, clock: Clock) -> None:
    """The template may have changed since Meta told of it: the next try is checked against what it says then."""
    async with db.tenant_transaction() as connection:
        await ask_for_reading(connection, place["account_id"], place["waba_id"], clock(), anew=True)


def _refuse_closed_window(type: str, place: Any, clock: Clock) -> None:
    if type not in FREE_OF_WINDOW:
        refuse_closed_window(place["last_inbound_at"], clock())


_CONVERSATION = """
select v.account_id, v.contact_id, v.last_inbound_at, a.phone_number_id, a.status as account_status,
    a.display_phone_number, c.phone, c.bsuid, a.waba_id, g.group_id, g.state as group_state,
    a.stopped_until, a.pause_error, v.bulk_rest_until,
    exists (select from contact_blocks b where b.tenant_id = v.tenant_id and b.account_id = v.account_id
        and b.contact_id = v.contact_id) as blocked
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join groups g on g.tenant_id = v.tenant_id and g.conversation_id = v.id and v.kind = 'group'
where v.id = $1
"""


async def _conversation(connection: Connection, conversation_id: UUID, *, lock: bool = False) -> Any:
    # The lock makes queued_at follow commit order, which is the order the lane keeps.
    row = await connection.fetchrow(_CONVERSATION + ("for update of v" if lock else ""), conversation_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def _accepted_before(connection: Connection, draft: Draft, request: bytes) -> Submitted | None:
    row = await connection.fetchrow(
        """select m.request_hash, r.resource from messages m
        join message_resources r on r.tenant_id = m.tenant_id and r.id = m.id where m.id = $1""",
        draft.id,
    )
    if row is None:
        return None
    if row["request_hash"] != request:
        raise _id_used(draft)
    return Submitted(row["resource"], created=False)


def _id_of(draft: Draft) -> UUID:
    assert draft.id is not None  # noqa: S101 - `submit` makes one where the client did not
    return draft.id


def _id_used(draft: Draft) -> Conflict:
    return Conflict("This message id was used for another message: make a new id.", id=str(draft.id))


def check_reachable(place: Any, now: datetime) -> None:
    """Raises Unavailable or Invalid unless the number can send and the contact or group can be reached."""
    if place["account_status"] != "connected":
        reason = {
            "token_dead": "WhatsApp refuses its access token: an administrator must connect it again",
            "disabled": "it is switched off: an administrator can switch it on",
        }[place["account_status"]]
        number = place["display_phone_number"]
        raise Unavailable(f"The number +{number} cannot send; {reason}.", account_id=str(place["account_id"]))
    if place["stopped_until"] is not None and place["stopped_until"] > now:
        error, number = place["pause_error"] or {}, place["display_phone_number"]
        raise Unavailable(f"WhatsApp takes nothing of the number +{number} for now: {error.get('cause', '')} "
                          f"{error.get('cure', '')}".strip(), account_id=str(place["account_id"]))  # fmt: skip
    if place["group_id"] is not None:
        refuse_lost_group(place)
    elif place["blocked"]:
        raise Invalid("This number has blocked the contact, and WhatsApp takes nothing for them: unblock them first.")
    elif not place["phone"] and not place["bsuid"]:
        raise Invalid("This contact has neither a phone number nor a WhatsApp user id: add a phone number.")


def _outbound(draft: Draft, message_id: UUID, place: Any, author: Author) -> Outbound:
    return Outbound(
        require_tenant(), message_id, draft.conversation_id, place["account_id"], place["contact_id"],
        place["phone"], place["bsuid"], draft.type, draft.body, author, draft.content,
    )


async def filtered(outbound: Outbound, filters: OutboundFilter | None) -> tuple[str, dict[str, Any]]:
    """(words, content) as the filters leave them, checked again. Fails closed: where a filter guards consent, a broken
    one must not let anything out."""
    if filters is None:
        return outbound.body, dict(outbound.content)
    try:
        async with asyncio.timeout(FILTER_SECONDS):
            left = await filters(outbound)
    except Rejected:
        raise
    except Exception as error:
        _log.exception("filter_outbound failed", extra={"message_id": str(outbound.message_id)})
        raise Rejected(
            "A plugin that must check outgoing messages did not answer, so nothing was sent: try again, "
            "or tell an administrator."
        ) from error
    return _changed(outbound, left)


def _changed(before: Outbound, left: Outbound) -> tuple[str, dict[str, Any]]:
    if left.content != before.content:
        return reread(before.type, left.content)
    if left.body == before.body:
        return before.body, dict(before.content)
    if before.type == "text":
        return read("text", {**before.content, "body": left.body})
    if before.type in CAPTIONED:
        return read(before.type, {**unkept(before.type, before.content), "caption": left.body})
    raise Rejected(f"A plugin changed the words of a message of type {before.type}, which has none of its own, so "
                   "nothing was sent: tell an administrator.")  # fmt: skip


_INSERT = """
insert into messages (tenant_id, id, conversation_id, account_id, contact_id, phone_number_id, direction, type, body,
    content, context_wamid, author_id, author_kind, status, status_rank, at, created_at, queued_at, request_hash,
    identity_key_hash, bulk, not_before, in_group, context)
select $1, $2, $3, $4, $5, $6, 'outbound', $7, $8, $9, $10, $11, $12, 'queued', -3, t.now, t.now, t.now, $13, $14,
    $15, $16, $17, $18
from (select clock_timestamp() as now offset 0) t returning at
"""
# What answers ends the customer's waiting.
_BUMP = """
update conversations set last_message_id = $2, last_message_at = greatest(last_message_at, $3), updated_at = $3,
    version = version + 1, answered_at = case when $4 then greatest(answered_at, $3) else answered_at end,
    waiting_since = case when $4 then null else waiting_since end
where id = $1
"""
_RESOURCES = """
select m.resource as message, v.resource as conversation from message_resources m
join conversation_resources v on v.tenant_id = m.tenant_id and v.id = m.conversation_id where m.id = $1
"""


async def _accept(
    connection: Connection, draft: Draft, author: Author, quoted: str | None, request: bytes, clock: Clock
) -> Submitted:
    place = await _conversation(connection, draft.conversation_id, lock=True)
    # Twenty equal requests at once: nineteen waited for the lock and find the first one's message here.
    if known := await _accepted_before(connection, draft, request):
        return known
    _refuse_closed_window(draft.type, place, clock)
    # Again, for now nobody else is: a colleague, or the customer, wrote while the filters looked.
    await refuse_unseen(connection, draft.conversation_id, draft.last_seen, draft.confirm, author.kind, author.id)
    check_reachable(place, clock())
    context: dict[str, Any] | None = None
    if draft.type == "template":
        await ask_for_reading(connection, place["account_id"], place["waba_id"], clock())
        draft, context = await _as_read(connection, draft, place)
    await _insert(connection, draft, place, author, quoted, request, context)
    for kind, file, filename in named_files(draft.type, draft.content):
        await attach(connection, _id_of(draft), file, kind, filename)
    resources = await connection.fetchrow(_RESOURCES, draft.id)
    await outbox.append(connection, require_tenant(), "message.queued", dict(resources), draft.conversation_id)
    await connection.execute("select pg_notify('lanes', '')")
    return Submitted(resources["message"], created=True)


async def _as_read(connection: Connection, draft: Draft, place: Any) -> tuple[Draft, dict[str, Any] | None]:
    """A template with the words that the customer reads, when they are known."""
    shown = await read_as_sent(connection, draft.content or {}, place["waba_id"])
    if shown is None:
        return draft, None
    return replace(draft, body=shown.get("body") or draft.body), {"template": shown}


async def _insert(
    connection: Connection, draft: Draft, place: Any, author: Author, quoted: str | None, request: bytes,
    context: dict[str, Any] | None,
) -> None:  # fmt: skip
    try:
        at = await connection.fetchval(
            _INSERT, require_tenant(), draft.id, draft.conversation_id, place["account_id"], place["contact_id"],
            place["phone_number_id"], draft.type, draft.body, draft.content, quoted, author.id, author.kind,
            request, draft.identity_key_hash, draft.bulk, place["bulk_rest_until"] if draft.bulk else None,
            place["group_id"] is not None, context,
        )
    except asyncpg.UniqueViolationError:  # of a message out of the author's sight, or accepted at this very moment
        raise _id_used(draft) from None
    await connection.execute(_BUMP, draft.conversation_id, draft.id, at, _answers(draft, author))


def _answers(draft: Draft, author: Author) -> bool:
    """No automation does (who was told "we will write to you" still waits), no mass sending, and no reaction."""
    return author.kind != "automation" and not draft.bulk and draft.type != "reaction"
