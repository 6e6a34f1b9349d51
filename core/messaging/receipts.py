"""Read receipts: the customer's ticks turn blue after an agent has read. A durable job, for Meta may be away."""

from uuid import UUID

from core.db.pool import Connection
from core.jobs.queue import enqueue

JOB = "send_read_receipt"


async def request(connection: Connection, tenant_id: UUID, conversation_id: UUID) -> None:
    """Ask, in the caller's transaction, that Meta be told. One waiting job for each conversation."""
    args = {"conversation_id": str(conversation_id)}
    await enqueue(connection, tenant_id, "core", JOB, args, key=str(conversation_id))
