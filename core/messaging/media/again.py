"""A file that was given up, asked of Meta once more by a person."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.errors import Conflict, NotFound
from core.events import outbox

_FIND: Final = """
select state, media_id, failure, message_id, created_at < now() - $2::interval as over from attachments
where id = $1 for update
"""
_AGAIN: Final = """
update attachments set state = 'pending', due_at = now(), attempts = 0, error = null, failure = null, settled_at = null
where id = $1
"""
_BUMP: Final = """
update messages m set version = version + 1 from attachments a
where a.id = $1 and m.tenant_id = a.tenant_id and m.id = a.message_id returning m.tenant_id, m.id, m.conversation_id
"""
_MESSAGE: Final = "select resource from message_resources where id = $1"
_SHOWN: Final = "select attachment_resource(a) from attachments a where a.id = $1"
_KEPT_BY_META: Final = timedelta(days=7)


async def fetch_again(db: Database, attachment_id: UUID) -> dict[str, Any]:
    """The attachment in the tenant and viewer in scope, pending and due at once. Raises NotFound, or Conflict for one
    that did not fail or that Meta has forgotten."""
    async with db.tenant_transaction() as connection:
        row = await connection.fetchrow(_FIND, attachment_id, _KEPT_BY_META)
        if row is None:
            raise NotFound("There is no such attachment.")
        _check(row)
        await connection.execute(_AGAIN, attachment_id)
        message = await connection.fetchrow(_BUMP, attachment_id)
        resource = await connection.fetchval(_MESSAGE, message["id"])
        await outbox.append(
            connection, message["tenant_id"], "message.updated", {"message": resource}, message["conversation_id"])
        await connection.execute("select pg_notify('media', '')")
        shown: dict[str, Any] = await connection.fetchval(_SHOWN, attachment_id)
    return shown


def _check(row: Any) -> None:
    if row["state"] != "failed":
        raise Conflict("This file is here, or on its way: there is nothing to try again.", state=row["state"])
    if row["media_id"] is None or row["message_id"] is None:
        raise Conflict("WhatsApp has no copy of this file: ask the customer to send it again.", state="failed")
    if row["over"]:
        raise Conflict("WhatsApp keeps a customer's file for 7 days, and they are over: ask the customer to send it "
                       "again.", state="failed", failure="expired")  # fmt: skip
