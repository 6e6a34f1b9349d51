"""Messages into the ledger: each wamid once, a ghost replaced by the real message that follows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Incoming, Overtaken
from core.messaging.intake.errors import explained
from core.whatsapp.statuses import rank_of

_FIND: Final = """select m.tenant_id, m.phone_number_id, m.wamid, m.id, m.ghost
from unnest($1::uuid[], $2::text[], $3::text[]) k(tenant_id, phone_number_id, wamid)
join messages m on m.tenant_id = k.tenant_id and m.phone_number_id = k.phone_number_id and m.wamid = k.wamid"""

_STORE: Final = """insert into messages (tenant_id, id, conversation_id, account_id, contact_id, phone_number_id, wamid,
    type, body, content, context_wamid, ghost, at, delivery_id, error,
    direction, author_kind, status, status_rank, sent_at, in_group, context)
select tenant_id, id, conversation_id, account_id, contact_id, phone_number_id, wamid,
    type, body, content::jsonb, context_wamid, ghost, at, delivery_id, error::jsonb,
    case when outbound then 'outbound' else 'inbound' end, author,
    status, rank, case when outbound then at end, in_group, context::jsonb
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::bool[], $13::timestamptz[], $14::bigint[], $15::text[], $16::bool[], $17::text[],
    $18::smallint[], $19::bool[], $20::text[], $21::text[])
    u(tenant_id, id, conversation_id, account_id, contact_id, phone_number_id, wamid,
    type, body, content, context_wamid, ghost, at, delivery_id, error, outbound, status, rank, in_group, author,
    context)
on conflict (tenant_id, phone_number_id, wamid) do nothing"""

_REPLACE: Final = """update messages m set type = u.type, body = u.body, content = u.content::jsonb,
    context_wamid = u.context_wamid, ghost = false, error = u.error::jsonb, delivery_id = u.delivery_id,
    context = u.context::jsonb, version = m.version + 1
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
    $9::text[])
    u(tenant_id, id, type, body, content, context_wamid, delivery_id, error, context)
where m.tenant_id = u.tenant_id and m.id = u.id and m.ghost"""

_ATTACHMENTS: Final = """insert into attachments
    (tenant_id, message_id, kind, media_id, mime_type, sha256, filename, voice)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[])"""

_KNOWN_STATUSES: Final = ("accepted", "sent", "delivered", "read", "played", "failed")
_HISTORY_WORDS: Final = {"pending": "accepted", "error": "failed"}
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


@dataclass(slots=True)
class News:
    """What is not stored yet, and what replaces a ghost. Everything else was a duplicate."""

    fresh: list[Incoming] = field(default_factory=list)
    replacing: list[Incoming] = field(default_factory=list)


async def news_among(connection: Connection, messages: Sequence[Incoming]) -> News:
    """Sort out duplicates, of the ledger and of the batch itself. A message that replaces a ghost takes its id."""
    chosen: dict[tuple[UUID, str, str], Incoming] = {}
    for incoming in messages:
        key = _key(incoming)
        if key not in chosen or (chosen[key].message.is_ghost and not incoming.message.is_ghost):
            chosen[key] = incoming
    keys = list(chosen)
    rows = await connection.fetch(_FIND, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
    news = News()
    for tenant_id, phone_number_id, wamid, stored_id, ghost in rows:
        incoming = chosen.pop((tenant_id, phone_number_id, wamid))
        if ghost and not incoming.message.is_ghost:
            incoming.id = stored_id
            news.replacing.append(incoming)
    news.fresh = list(chosen.values())
    return news


async def store(connection: Connection, messages: Sequence[Incoming]) -> None:
    """Insert new ones, with their attachments to be fetched."""
    if not messages:
        return
    told: str = await connection.execute(_STORE, *zip(*(_row(m) for m in messages), strict=True))
    if int(told.rpartition(" ")[2]) < len(messages):  # "INSERT 0 500"
        raise Overtaken("somebody else stored one of these messages")
    await _attach(connection, messages)


async def replace_ghosts(connection: Connection, messages: Sequence[Incoming]) -> None:
    if not messages:
        return
    columns = zip(*((m.account.tenant_id, m.id, m.message.type, m.message.body, _dump(m.message.content), _quoted(m),
                     m.delivery_id, _error(m), _context(m)) for m in messages), strict=True)
    await connection.execute(_REPLACE, *columns)
    await _attach(connection, messages)


async def _attach(connection: Connection, messages: Sequence[Incoming]) -> None:
    rows = [(m.account.tenant_id, m.id, media.kind, media.media_id, media.mime_type, media.sha256, media.filename,
             media.voice) for m in messages if (media := m.message.media) is not None]
    if rows:
        await connection.execute(_ATTACHMENTS, *zip(*rows, strict=True))


def _row(incoming: Incoming) -> tuple[Any, ...]:
    account, message = incoming.account, incoming.message
    status = _status(incoming)
    return (account.tenant_id, incoming.id, incoming.conversation_id, account.id, incoming.contact_id(),
            account.phone_number_id, None if incoming.is_note else message.wamid, message.type, message.body,
            _dump(message.content), _quoted(incoming), message.is_ghost, message.at, incoming.delivery_id,
            _error(incoming), incoming.outbound, status, max(rank_of(status), 0),
            incoming.group_id is not None, _author(incoming), _context(incoming))  # fmt: skip


def _author(incoming: Incoming) -> str:
    if not incoming.outbound:
        return "customer"
    return "automation" if incoming.told_by_app and incoming.told_by_app.automated else "phone"


def _status(incoming: Incoming) -> str:
    """Of what was written in the app: as far as its history says it came, else sent, for WhatsApp has it. Of a call:
    what became of it."""
    if incoming.call is not None:
        return incoming.call.outcome
    if not incoming.outbound:
        return "received"
    told = incoming.told_by_app.told_status if incoming.told_by_app else None
    told = _HISTORY_WORDS.get(told or "", told or "")
    return told if told in _KNOWN_STATUSES else "sent"


def _key(incoming: Incoming) -> tuple[UUID, str, str]:
    return incoming.account.tenant_id, incoming.account.phone_number_id, incoming.message.wamid


def _quoted(incoming: Incoming) -> str | None:
    context = incoming.message.context
    return context.quoted if context else None


def _context(incoming: Incoming) -> str | None:
    told = incoming.message.context
    if told is None:
        return None
    facts = {"forwarded": told.forwarded, "often_forwarded": told.often_forwarded, "product": told.product,
             "referral": told.referral}  # fmt: skip
    known = {name: value for name, value in facts.items() if value}
    return _dump(known) if known else None


def _error(incoming: Incoming) -> str | None:
    reported = incoming.message.errors
    return _dump(explained(reported, incoming.account.locale)) if reported else None
