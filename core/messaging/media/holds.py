"""Files that a plugin keeps to be sent again and again: the sweep leaves them alone."""

import json
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.errors import Conflict, NotFound

# Text, for a plugin's connection comes from Tortoise's pool, which knows no JSON codec.
_FIND: Final = """
select state, message_id, attachment_resource(a)::text as resource from attachments a where a.id = $1
"""
_HOLD: Final = """
insert into attachment_holds as h (tenant_id, attachment_id, plugin, shared) values ($1, $2, $3, $4)
on conflict (tenant_id, attachment_id, plugin) do update set shared = excluded.shared
"""
_RELEASE: Final = "delete from attachment_holds where tenant_id = $1 and attachment_id = $2 and plugin = $3"

_HELD: Final = "select attachment_id from attachment_holds where tenant_id = $1 and plugin = $2"
_DISCARD: Final = """
delete from attachments a where a.tenant_id = $1 and a.id = $2 and a.message_id is null
    and not exists (select from attachments s where s.tenant_id = a.tenant_id and s.source_id = a.id)
    and not exists (select from attachment_holds h where h.tenant_id = a.tenant_id and h.attachment_id = a.id)
"""


async def uploaded(connection: Connection, attachment_id: UUID) -> dict[str, Any]:
    """What somebody uploaded, as the API shows it. Raises NotFound, also for what the caller does not see."""
    row = await connection.fetchrow(_FIND, attachment_id)
    if row is None or row["message_id"] is not None:
        raise NotFound("There is no such file: upload it first.", attachment_id=str(attachment_id))
    if row["state"] != "stored":
        raise Conflict("The file is not here any more: upload it again.", state=row["state"])
    resource: dict[str, Any] = json.loads(row["resource"])
    return resource


async def hold(connection: Connection, tenant_id: UUID, attachment_id: UUID, plugin: str, *, shared: bool) -> None:
    """Held once by each plugin, however often it says so."""
    await connection.execute(_HOLD, tenant_id, attachment_id, plugin, shared)


async def release(connection: Connection, tenant_id: UUID, attachment_id: UUID, plugin: str) -> None:
    """From here on the file is one that somebody uploaded."""
    await connection.execute(_RELEASE, tenant_id, attachment_id, plugin)


async def held(connection: Connection, tenant_id: UUID, plugin: str) -> frozenset[UUID]:
    return frozenset(row["attachment_id"] for row in await connection.fetch(_HELD, tenant_id, plugin))


async def discard(connection: Connection, tenant_id: UUID, attachment_id: UUID) -> None:
    """Forgotten before its month is over; the sweep finds its bytes without a row."""
    await connection.execute(_DISCARD, tenant_id, attachment_id)
