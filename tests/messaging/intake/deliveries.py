"""Webhook deliveries as Meta sends them, put into the journal as the receiver would."""

import json
import time
from typing import Any
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.db.wake import Wake
from core.events.log import Event, read
from core.events.sequencer import Sequencer
from core.messaging.intake import Intake
from tests.seed import SeededTenant

Json = dict[str, Any]
NOW = int(time.time())


def text(wamid: str, phone: str | None = "212611111111", body: str = "hello", *, at: int | str = NOW,
         bsuid: str | None = None, name: str = "Amina", **more: Any) -> Json:
    """One text message and its contact, as the `value` of a change holds them."""
    message: Json = {"id": wamid, "timestamp": str(at), "type": "text", "text": {"body": body}, **more}
    contact: Json = {"profile": {"name": name}}
    if phone:
        message["from"] = contact["wa_id"] = phone
    if bsuid:
        message["from_user_id"] = contact["user_id"] = bsuid
    return {"messages": [message], "contacts": [contact]}


def status(wamid: str, status: str, at: int = NOW, **more: Any) -> Json:
    return {"statuses": [{"id": wamid, "status": status, "timestamp": str(at), "recipient_id": "212611111111", **more}]}


FAILED: Json = {"errors": [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours"}}]}


def delivery(tenant: SeededTenant, *values: Json, field: str = "messages", phone_number_id: str | None = None) -> bytes:
    metadata = {"display_phone_number": "212520000000", "phone_number_id": phone_number_id or tenant.phone_number_id}
    changes = [{"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **v}} for v in values]
    entry = [{"id": tenant.waba_id, "changes": changes}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


async def journal(db: Database, tenant: SeededTenant, *bodies: bytes) -> list[int]:
    """Their ids."""
    ids = []
    for body in bodies:
        ids.append(await db.system.fetchval(
            """with written as (insert into journal (app_slug, headers, body) values ($1, '{}', $2) returning id)
            insert into journal_pending (id) select id from written returning id""", tenant.app_slug, body))
    return ids


async def apply(db: Database, tenant: SeededTenant, *bodies: bytes) -> None:
    """Journal them and run intake until nothing waits."""
    await journal(db, tenant, *bodies)
    await drain(db)


async def drain(db: Database) -> None:
    intake = Intake(db, Wake(db.url))
    try:
        await intake.drain()
    finally:
        await intake.close()


async def numbered(db: Database, tenant: SeededTenant) -> list[Event]:
    """Every event of the tenant, after the sequencer has been by."""
    sequencer = Sequencer(db, Wake(db.url))
    try:
        await sequencer.drain()
    finally:
        await sequencer.close()
    async with db.system.acquire() as connection:
        return await read(connection, tenant.id, 0, 10_000)


async def types(db: Database, tenant: SeededTenant) -> list[str]:
    return [event.type for event in await numbered(db, tenant)]


async def sent_message(connection: Connection, tenant: SeededTenant, conversation_id: UUID,
                       contact_id: UUID | None, wamid: str | None, status: str = "accepted", rank: int = 0) -> UUID:
    """A message of ours, as the gate and the lane leave it."""
    found: UUID = await connection.fetchval(
        """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction,
            type, body, author_kind, status, status_rank, at, in_group)
        values ($1, $2, $3, $4::uuid, $5, $6, 'outbound', 'text', 'answer', 'agent', $7, $8, now(), $4::uuid is null)
        returning id""",
        tenant.id, conversation_id, tenant.account_id, contact_id, tenant.phone_number_id, wamid, status, rank)
    return found


async def count(db: Database, table: str) -> int:
    found: int = await db.system.fetchval(f"select count(*) from {table}")
    return found


async def row(db: Database, query: str, *args: object) -> asyncpg.Record:
    """The one row that the query finds."""
    found = await db.system.fetchrow(query, *args)
    assert found is not None, query
    return found
