"""What the audit log has, read plainly."""

from typing import Any
from uuid import UUID

from core.audit import INSTALLATION
from core.db.pool import Database


async def acts(db: Database, chain: UUID = INSTALLATION) -> list[tuple[str, str]]:
    """(action, kind of actor) of each entry of a chain, in order."""
    rows = await db.system.fetch("select action, actor_kind from audit_log where chain = $1 order by n", chain)
    return [(row["action"], row["actor_kind"]) for row in rows]


async def everything_said(db: Database) -> str:
    """All that the log holds, to look for what should not be in it."""
    rows: Any = await db.system.fetch("select a::text as entry from audit_log a")
    return "\n".join(row["entry"] for row in rows)
