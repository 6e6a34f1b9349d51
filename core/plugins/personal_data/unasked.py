"""Plugins that are not asked about a person: off for the organisation, or given to it and not able to answer now."""

from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.plugins.guard import PluginFailed
from core.plugins.hooks import Hooks, Unasked

OFF: Final = "off"


async def unasked(db: Database, hooks: Hooks, tenant_id: UUID, hook: str) -> list[dict[str, Any]]:
    """As a request tells them. `failed` are those that must be waited for; nobody is asked in their place."""
    return [{"plugin": one.plugin, "state": "failed" if await _keeps(db, tenant_id, one) else OFF, "rows": None,
             "why": one.why} for one in hooks.unasked(tenant_id, hook)]


def missing(told: list[dict[str, Any]], hook: str) -> list[PluginFailed]:
    """Those of them that must be waited for."""
    return [PluginFailed(one["plugin"], hook, one["why"]) for one in told if one["state"] == "failed"]


async def _keeps(db: Database, tenant_id: UUID, one: Unasked) -> bool:
    """One that could not load may keep anything; one that never had its settings keeps something if it has rows."""
    if not one.given or one.tables is None:
        return one.given
    return any([await db.system.fetchval(f'select exists (select from "{table}" where tenant_id = $1)', tenant_id)  # noqa: S608 - of its models
                for table in one.tables])  # fmt: skip
