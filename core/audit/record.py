"""One entry, in the transaction of the deed it tells of: both are there or neither."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from core.audit.actor import current_actor
from core.db.pool import Connection
from core.db.scope import require_tenant

INSTALLATION: Final = UUID(int=0)
"""The chain of what belongs to no tenant: tenants made and erased, master keys rotated."""

Changes = Mapping[str, Any]
"""`{field: [before, after]}`. Of a customer's personal fields the name alone, as `[null, null]`: the log outlives the
person's erasure. Never a secret."""

_APPEND = "select audit_append($1, $2, $3, $4::text::inet, $5, $6, $7, $8, $9::text::jsonb)"


async def record(
    connection: Connection, action: str, subject_kind: str, subject_id: object = None, changes: Changes | None = None
) -> None:
    """Append to the chain of the tenant in scope. `action` is noun.verb: `member.invited`, `contact.updated`.

    Call it last in the transaction: the chain is locked until the commit.
    """
    await record_for(connection, require_tenant(), action, subject_kind, subject_id, changes)


async def record_for(
    connection: Connection, chain: UUID, action: str, subject_kind: str, subject_id: object = None,
    changes: Changes | None = None,
) -> None:  # fmt: skip
    """As `record`, for a chain named here: a tenant's, by the system role, or INSTALLATION."""
    actor = current_actor()
    await connection.execute(
        _APPEND, chain, actor.kind, actor.id, actor.ip, actor.request_id, action, subject_kind,
        None if subject_id is None else str(subject_id), json.dumps(dict(changes or {}), default=str),
    )  # fmt: skip
