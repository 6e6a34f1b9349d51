"""What intake tells everyone. Appended last, after the rows: an event carries its row as it stands now."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Bystander, Incoming, Sighting
from core.messaging.intake.persons import Saved
from core.messaging.merge import Merged
from core.whatsapp.values import Moved, Wish

_SAVED: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, 'contact.saved', jsonb_build_object('contact', c.resource, 'changed', u.changed::jsonb)
from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality u(tenant_id, id, changed, n)
join contact_resources c on c.tenant_id = u.tenant_id and c.id = u.id order by u.n"""

_MERGED: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, 'contacts.merged', jsonb_build_object('kept', c.resource, 'removed', u.removed,
    'conversations', u.conversations::jsonb, 'groups', u.groups::jsonb)
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
    with ordinality u(tenant_id, id, removed, conversations, groups, n)
join contact_resources c on c.tenant_id = u.tenant_id and c.id = u.id order by u.n"""

_OPENED: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'conversation.opened', u.id, jsonb_build_object('conversation', v.resource)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join conversation_resources v on v.tenant_id = u.tenant_id and v.id = u.id order by u.n"""

_RECEIVED: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, u.type, m.conversation_id,
    jsonb_build_object('message', m.resource, 'conversation', v.resource)
from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality u(tenant_id, id, type, n)
join message_resources m on m.tenant_id = u.tenant_id and m.id = u.id
join conversation_resources v on v.tenant_id = m.tenant_id and v.id = m.conversation_id order by u.n"""

_CONVERSATIONS: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'conversation.updated', u.id, jsonb_build_object('conversation', v.resource)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join conversation_resources v on v.tenant_id = u.tenant_id and v.id = u.id order by u.n"""

# Of a contact, beside its being saved: what it is reached by now, what it wants to get.
_OF_CONTACT: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, u.type, jsonb_build_object('contact', c.resource) || u.told::jsonb
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality u(tenant_id, id, type, told, n)
join contact_resources c on c.tenant_id = u.tenant_id and c.id = u.id order by u.n"""

_UPDATED: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'message.updated', m.conversation_id, jsonb_build_object('message', m.resource)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join message_resources m on m.tenant_id = u.tenant_id and m.id = u.id order by u.n"""

_STATUS: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'message.status', m.conversation_id, jsonb_build_object('message', jsonb_build_object(
    'id', m.id, 'conversation_id', m.conversation_id, 'wamid', m.resource -> 'wamid',
    'status', m.resource -> 'status', 'timestamps', m.resource -> 'timestamps', 'error', m.resource -> 'error',
    'version', m.resource -> 'version') || case when m.resource -> 'receipts' = 'null' then '{}'
        else jsonb_build_object('receipts', m.resource -> 'receipts') end)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join message_resources m on m.tenant_id = u.tenant_id and m.id = u.id order by u.n"""

_UNHANDLED: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, 'webhook.unhandled', u.payload::jsonb
from unnest($1::uuid[], $2::text[]) with ordinality u(tenant_id, payload, n) order by u.n"""

Refs = Sequence[tuple[UUID, UUID]]
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


async def tell_contacts(connection: Connection, merged: Sequence[Merged], saved: Saved) -> None:
    if merged:
        await connection.execute(_MERGED, *zip(*((
            m.tenant_id, m.kept, m.removed, _dump([[str(a), str(b)] for a, b in m.conversations]), _dump(m.groups)
        ) for m in merged), strict=True))
        await tell_conversations(connection, [(m.tenant_id, group) for m in merged for group in m.groups])
    if saved:
        await connection.execute(_SAVED, *zip(*(
            (person.tenant_id, person.contact_id, _dump(changed)) for person, changed in saved), strict=True))


async def tell_opened(connection: Connection, conversations: Refs) -> None:
    await _tell(connection, _OPENED, conversations)


async def tell_received(connection: Connection, messages: Sequence[Incoming]) -> None:
    """What came, each by its kind. The past is not told message by message: its conversations are."""
    rows = [(m.account.tenant_id, m.id, _kind(m)) for m in messages if not m.past]
    if rows:
        await connection.execute(_RECEIVED, *zip(*rows, strict=True))
    await tell_conversations(connection, list(dict.fromkeys(
        (m.account.tenant_id, m.conversation_id) for m in messages if m.past and m.conversation_id)))


def _kind(incoming: Incoming) -> str:
    if incoming.call is not None:
        return "message.received" if incoming.asks_for_attention else "message.noted"
    if incoming.outbound:
        return "message.echoed"
    return "message.received" if incoming.from_customer else "message.noted"


async def tell_conversations(connection: Connection, conversations: Refs) -> None:
    await _tell(connection, _CONVERSATIONS, conversations)


async def tell_moves(connection: Connection, moves: Sequence[tuple[Sighting, Moved]]) -> None:
    await _tell_of_contacts(connection, [
        (sighting, "contact.identity_changed", _moved(moved)) for sighting, moved in moves])


async def tell_wishes(connection: Connection, wishes: Sequence[tuple[Sighting, Wish]]) -> None:
    await _tell_of_contacts(connection, [(sighting, "contact.preference", {
        "preference": {"category": wish.category, "value": wish.value, "at": wish.at.isoformat()}, "value": wish.raw,
    }) for sighting, wish in wishes])


def _moved(moved: Moved) -> dict[str, Any]:
    left = dict(moved.left)
    return {"at": moved.at.isoformat(),
            "previous": {"phone": left.get("phone"), "bsuid": left.get("bsuid")},
            "current": {"phone": moved.customer.phone if "phone" in left else None,
                        "bsuid": moved.customer.bsuid if "bsuid" in left else None}}  # fmt: skip


async def _tell_of_contacts(connection: Connection, told: Sequence[tuple[Sighting, str, dict[str, Any]]]) -> None:
    if told:
        rows = [(sighting.account.tenant_id, sighting.contact_id(), kind, _dump(payload))
                for sighting, kind, payload in told]  # fmt: skip
        await connection.execute(_OF_CONTACT, *zip(*rows, strict=True))


async def tell_updated(connection: Connection, messages: Refs) -> None:
    await _tell(connection, _UPDATED, list(dict.fromkeys(messages)))


async def tell_statuses(connection: Connection, messages: Refs) -> None:
    await _tell(connection, _STATUS, messages)


async def tell_unhandled(connection: Connection, bystanders: Sequence[Bystander]) -> None:
    await _tell_rows(connection, _UNHANDLED, [
        (b.account.tenant_id, _dump({"field": b.item.field, "value": b.item.value})) for b in bystanders])


async def _tell(connection: Connection, statement: str, refs: Refs) -> None:
    await _tell_rows(connection, statement, refs)


async def _tell_rows(connection: Connection, statement: str, rows: Sequence[tuple[UUID, object]]) -> None:
    if rows:
        await connection.execute(statement, [row[0] for row in rows], [row[1] for row in rows])
