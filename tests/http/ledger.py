"""A small ledger to read: one contact with a conversation and messages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from core.db.pool import Database
from tests.seed import SeededTenant


@dataclass(frozen=True)
class Thread:
    contact_id: UUID
    conversation_id: UUID
    message_ids: list[UUID]
    attachment_id: UUID
    account_id: UUID


async def new_contact(db: Database, tenant: SeededTenant, name: str, phone: str) -> UUID:
    contact_id: UUID = await db.system.fetchval(
        "insert into contacts (tenant_id, name, phone) values ($1, $2, $3) returning id", tenant.id, name, phone
    )
    await db.system.execute(
        "insert into contact_identities (tenant_id, kind, value, contact_id) values ($1, 'phone', $2, $3)",
        tenant.id, phone, contact_id,
    )  # fmt: skip
    return contact_id


async def new_thread(
    db: Database, tenant: SeededTenant, *, name: str = "Salma", phone: str = "212661000001", count: int = 3,
    age: timedelta = timedelta(minutes=5),
) -> Thread:  # fmt: skip
    """Inbound messages one second apart, the newest `age` old, unread; the first has a stored image."""
    contact_id = await new_contact(db, tenant, name, phone)
    newest = datetime.now(UTC) - age
    conversation_id: UUID = await db.system.fetchval(
        "insert into conversations (tenant_id, account_id, contact_id, last_message_at, last_inbound_at, "
        "last_inbound_wamid, unread_count) values ($1, $2, $3, $4, $4, 'wamid.last', $5) returning id",
        tenant.id, tenant.account_id, contact_id, newest, count,
    )  # fmt: skip
    ids = [await new_message(db, tenant, conversation_id, contact_id, newest - timedelta(seconds=count - 1 - number))
           for number in range(count)]  # fmt: skip
    await db.system.execute(
        "update conversations set last_message_id = $3 where tenant_id = $1 and id = $2",
        tenant.id, conversation_id, ids[-1],
    )  # fmt: skip
    attachment_id = await new_attachment(db, tenant, ids[0])
    return Thread(contact_id, conversation_id, ids, attachment_id, tenant.account_id)


async def new_message(
    db: Database, tenant: SeededTenant, conversation_id: UUID, contact_id: UUID, at: datetime, *,
    direction: str = "inbound", status: str = "received", rank: int = 0, author: str = "customer", type: str = "image",
) -> UUID:  # fmt: skip
    message_id: UUID = await db.system.fetchval(
        "insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, "
        "type, body, author_kind, status, status_rank, at) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, 'Salam', $9, $10, $11, $12) returning id",
        tenant.id, conversation_id, tenant.account_id, contact_id, tenant.phone_number_id, f"wamid.{uuid4().hex}",
        direction, type, author, status, rank, at,
    )  # fmt: skip
    return message_id


async def new_attachment(
    db: Database, tenant: SeededTenant, message_id: UUID, *, state: str = "stored", mime_type: str = "image/jpeg"
) -> UUID:
    attachment_id: UUID = await db.system.fetchval(
        "insert into attachments (tenant_id, message_id, kind, mime_type, filename, state, storage_key) "
        "values ($1, $2, 'image', $3, 'Été \"1\".jpg', $4, 'key-1') returning id",
        tenant.id, message_id, mime_type, state,
    )  # fmt: skip
    return attachment_id
