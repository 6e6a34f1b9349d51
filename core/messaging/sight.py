"""What belongs to limited sight besides the wall, which is the database's (policy `visibility` in 11_walls.sql)."""

from uuid import UUID

from core.db.pool import Connection
from core.db.scope import current_viewer


def is_limited() -> bool:
    """Whether the viewer in scope sees less than all of the tenant's conversations."""
    viewer = current_viewer()
    return viewer is not None and viewer.sees != "all"


async def lift(connection: Connection) -> None:
    """See all of the tenant until `restore` or the end of the transaction: to finish, and tell of, what began in sight.

    Giving a conversation away is work; PostgreSQL refuses an update whose result its writer could not read.
    """
    await connection.execute("select set_config('app.sees', 'all', true)")


async def restore(connection: Connection) -> None:
    """See again what the viewer in scope sees, in a transaction that goes on."""
    viewer = current_viewer()
    await connection.execute("select set_config('app.sees', $1, true)", viewer.sees if viewer else "")


async def seen_among(connection: Connection, conversation_ids: list[UUID]) -> set[UUID]:
    """Those that the viewer in scope sees."""
    rows = await connection.fetch("select id from conversations where id = any($1)", conversation_ids)
    return {row["id"] for row in rows}
