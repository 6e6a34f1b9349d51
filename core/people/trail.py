"""What a person does with their own account concerns every tenant that lets them in."""

from uuid import UUID

from core import audit
from core.db.pool import Connection


async def record_for_person(
    connection: Connection, user_id: UUID, action: str, changes: audit.Changes | None = None
) -> None:
    """An entry in the chain of each of their tenants, or of the installation for somebody who has none.

    In the order of ids: two that lock several chains never wait for each other.
    """
    rows = await connection.fetch("select tenant_id from memberships where user_id = $1 order by tenant_id", user_id)
    for chain in [row["tenant_id"] for row in rows] or [audit.INSTALLATION]:
        await audit.record_for(connection, chain, action, "member", user_id, changes)
