"""What intake tells everyone. Appended last, after the rows: an event carries its row as it stands now."""

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import Bystander, Incoming
from core.messaging.intake.identities import Saved
from core.messaging.merge import Merged

_SAVED: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, 'contact.saved', jsonb_build_object('contact', c.resource, 'changed', u.changed::jsonb)
from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality u(tenant_id, id, changed, n)
join contact_resources c on c.tenant_id = u.tenant_id and c.id = u.id order by u.n"""

_MERGED: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, 'contacts.merged', jsonb_build_object('kept', c.resource, 'removed', u.removed,
    'conversations', u.conversations::jsonb)
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) with ordinality u(tenant_id, id, removed, conversations, n)
join contact_resources c on c.tenant_id = u.tenant_id and c.id = u.id order by u.n"""

_OPENED: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'conversation.opened', u.id, jsonb_build_object('conversation', v.resource)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join conversation_resources v on v.tenant_id = u.tenant_id and v.id = u.id order by u.n"""

_RECEIVED: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'message.received', m.conversation_id,
    jsonb_build_object('message', m.resource, 'conversation', v.resource)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join message_resources m on m.tenant_id = u.tenant_id and m.id = u.id
join conversation_resources v on v.tenant_id = m.tenant_id and v.id = m.conversation_id order by u.n"""

_UPDATED: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'message.updated', m.conversation_id, jsonb_build_object('message', m.resource)
from unnest($1::uuid[], $2::uuid[]) with ordinality u(tenant_id, id, n)
join message_resources m on m.tenant_id = u.tenant_id and m.id = u.id order by u.n"""

_STATUS: Final = """insert into event_outbox (tenant_id, type, conversation_id, payload)
select u.tenant_id, 'message.status', m.conversation_id, jsonb_build_object('message', jsonb_build_object(
    'id', m.id, 'conversation_id', m.conversation_id, 'wamid', m.resource -> 'wamid',
    'status', m.resource -> 'status', 'timestamps', m.resource -> 'timestamps', 'error', m.resource -> 'error',
    'version', m.resource -> 'version'))
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
            m.tenant_id, m.kept, m.removed, _dump([[str(a), str(b)] for a, b in m.conversations])
        ) for m in merged), strict=True))
    if saved:
        await connection.execute(_SAVED, *zip(*(
            (person.tenant_id, person.contact_id, _dump(changed)) for person, changed in saved), strict=True))


async def tell_opened(connection: Connection, conversations: Refs) -> None:
    await _tell(connection, _OPENED, conversations)


async def tell_received(connection: Connection, messages: Sequence[Incoming]) -> None:
    await _tell(connection, _RECEIVED, [(m.account.tenant_id, m.id) for m in messages])


async def tell_updated(connection: Connection, messages: Sequence[Incoming]) -> None:
    await _tell(connection, _UPDATED, [(m.account.tenant_id, m.id) for m in messages])


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
