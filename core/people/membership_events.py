"""Screens learn of members by events, as of everything else."""

from uuid import UUID

from core.db.pool import Connection
from core.events import outbox


async def tell_saved(connection: Connection, tenant_id: UUID, user_id: UUID, name: str, role: str) -> None:
    """Somebody is a member, or is called otherwise. After the change that it tells of."""
    member = {"id": str(user_id), "name": name, "role": role}
    await outbox.append(connection, tenant_id, "member.saved", {"member": member})


async def tell_removed(connection: Connection, tenant_id: UUID, user_id: UUID) -> None:
    """Somebody is no member any more."""
    await outbox.append(connection, tenant_id, "member.removed", {"id": str(user_id)})
