"""The send gate: the one way a message leaves, for agents, API keys and automations alike.

`submit` decides; what it accepts is durable and waits for its lane. Nothing here talks to Meta.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

import asyncpg

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, Invalid, NotFound, Rejected, Unavailable
from core.events import outbox
from core.messaging.clock import Clock, utc_now
from core.messaging.unseen import refuse_unseen
from core.messaging.window import refuse_closed_window
from core.whatsapp.body import storable_text
from core.whatsapp.outbound import TEXT_LIMIT

FILTER_SECONDS = 2.0
"""All filters together. Each hook has its own, shorter limit; this one holds when that guard fails."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Author:
    """Who sends. `id` is the member's; None for API keys and automations."""

    kind: Literal["agent", "api", "automation"]
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to send. `id` is made by the client and is the idempotency key.

    `last_seen` is the newest message the author has seen: its id, or the seq of the event that told of it.
    """

    conversation_id: UUID
    body: str
    id: UUID | None = None
    type: str = "text"
    reply_to: UUID | None = None
    last_seen: UUID | int | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Outbound:
    """What filters see before a message is accepted. A filter may return it with another `body`."""

    tenant_id: UUID
    message_id: UUID
    conversation_id: UUID
    account_id: UUID
    contact_id: UUID
    phone: str | None
    bsuid: str | None
    type: str
    body: str
    author: Author


@dataclass(frozen=True, slots=True)
class Submitted:
    """`message` is the resource the API shows; `created` is False when this id had been accepted before."""

    message: dict[str, Any]
    created: bool


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
    draft = replace(draft, id=message_id)
    request = _request_hash(draft)
    async with db.tenant() as connection:
        place = await _conversation(connection, draft.conversation_id)
        if known := await _accepted_before(connection, draft, request):
            return known
        _check_content(draft.type, draft.body)
        quoted = await _quoted_wamid(connection, draft)
        refuse_closed_window(place["last_inbound_at"], clock())
        await refuse_unseen(connection, draft.conversation_id, draft.last_seen, draft.confirm, author.kind, author.id)
        check_reachable(place)
    body = await filtered(_outbound(draft, message_id, place, author), filters)
    async with db.tenant_transaction() as connection:
        return await _accept(connection, replace(draft, body=body), author, quoted, request, clock)


def _request_hash(draft: Draft) -> bytes:
    told = [str(draft.conversation_id), draft.type, draft.body, str(draft.reply_to)]
    return hashlib.sha256(json.dumps(told).encode()).digest()


_CONVERSATION = """
select v.account_id, v.contact_id, v.last_inbound_at, a.phone_number_id, a.status as account_status,
    a.display_phone_number, c.phone, c.bsuid
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
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


def _id_used(draft: Draft) -> Conflict:
    return Conflict("This message id was used for another message: make a new id.", id=str(draft.id))


def _check_content(type: str, body: str) -> None:
    if type != "text":
        raise Invalid(f"Messages of type {type!r} cannot be sent yet: send type 'text'.")
    if not body.strip():
        raise Invalid("The text is empty: write something.")
    if len(body) > TEXT_LIMIT:
        raise Invalid(
            f"The text has {len(body)} characters; WhatsApp takes at most {TEXT_LIMIT}: shorten or split it.",
            limit=TEXT_LIMIT, length=len(body),
        )
    if storable_text(body) != body:
        raise Invalid("The text holds a character that is not valid Unicode text: remove it.")


async def _quoted_wamid(connection: Connection, draft: Draft) -> str | None:
    if draft.reply_to is None:
        return None
    row = await connection.fetchrow(
        "select wamid from messages where id = $1 and conversation_id = $2", draft.reply_to, draft.conversation_id
    )
    if row is None:
        raise NotFound("The message to reply to is not in this conversation.", reply_to=str(draft.reply_to))
    if row["wamid"] is None:
        raise Invalid("WhatsApp has not accepted the quoted message yet: wait, or send without the quote.")
    return str(row["wamid"])


def check_reachable(place: Any) -> None:
    """Raises Unavailable or Invalid unless the number can send and the contact can be reached."""
    if place["account_status"] != "connected":
        reason = {
            "token_dead": "WhatsApp refuses its access token: an administrator must connect it again",
            "disabled": "it is switched off: an administrator can switch it on",
        }[place["account_status"]]
        number = place["display_phone_number"]
        raise Unavailable(f"The number +{number} cannot send; {reason}.", account_id=str(place["account_id"]))
    if not place["phone"] and not place["bsuid"]:
        raise Invalid("This contact has neither a phone number nor a WhatsApp user id: add a phone number.")


def _outbound(draft: Draft, message_id: UUID, place: Any, author: Author) -> Outbound:
    return Outbound(
        require_tenant(), message_id, draft.conversation_id, place["account_id"], place["contact_id"],
        place["phone"], place["bsuid"], draft.type, draft.body, author,
    )


async def filtered(outbound: Outbound, filters: OutboundFilter | None) -> str:
    """Fails closed: where a filter guards consent, a broken one must not let anything out."""
    if filters is None:
        return outbound.body
    try:
        async with asyncio.timeout(FILTER_SECONDS):
            body = (await filters(outbound)).body
    except Rejected:
        raise
    except Exception as error:
        _log.exception("filter_outbound failed", extra={"message_id": str(outbound.message_id)})
        raise Rejected(
            "A plugin that must check outgoing messages did not answer, so nothing was sent: try again, "
            "or tell an administrator."
        ) from error
    _check_content(outbound.type, body)
    return body


_INSERT = """
insert into messages (tenant_id, id, conversation_id, account_id, contact_id, phone_number_id, direction, type, body,
    content, context_wamid, author_id, author_kind, status, status_rank, at, created_at, queued_at, request_hash)
select $1, $2, $3, $4, $5, $6, 'outbound', $7, $8, $9, $10, $11, $12, 'queued', -3, t.now, t.now, t.now, $13
from (select clock_timestamp() as now offset 0) t returning at
"""
_BUMP = """
update conversations set last_message_id = $2, last_message_at = greatest(last_message_at, $3), updated_at = $3,
    version = version + 1
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
    refuse_closed_window(place["last_inbound_at"], clock())
    check_reachable(place)
    await _insert(connection, draft, place, author, quoted, request)
    resources = await connection.fetchrow(_RESOURCES, draft.id)
    await outbox.append(connection, require_tenant(), "message.queued", dict(resources), draft.conversation_id)
    await connection.execute("select pg_notify('lanes', '')")
    return Submitted(resources["message"], created=True)


async def _insert(
    connection: Connection, draft: Draft, place: Any, author: Author, quoted: str | None, request: bytes
) -> None:
    try:
        at = await connection.fetchval(
            _INSERT, require_tenant(), draft.id, draft.conversation_id, place["account_id"], place["contact_id"],
            place["phone_number_id"], draft.type, draft.body, {"body": draft.body}, quoted, author.id, author.kind,
            request,
        )
    except asyncpg.UniqueViolationError:  # of a message out of the author's sight, or accepted at this very moment
        raise _id_used(draft) from None
    await connection.execute(_BUMP, draft.conversation_id, draft.id, at)
