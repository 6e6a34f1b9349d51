"""What a tenant says of itself: name, language, time zone, business hours, hue."""

from collections.abc import Mapping
from typing import Any, Final

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.events import outbox

FIELDS: Final = ("name", "locale", "timezone", "hue", "business_hours")
RESOURCE: Final = """jsonb_build_object(
    'id', t.id, 'slug', t.slug, 'name', t.name, 'locale', t.locale, 'timezone', t.timezone, 'hue', t.hue,
    'business_hours', t.business_hours, 'status', t.status, 'version', t.version, 'created_at', t.created_at)"""
_READ: Final = f"select {RESOURCE} as resource from tenants t"  # noqa: S608 - a constant
_LOCK: Final = "select name, locale, timezone, hue, business_hours from tenants for update"
_WRITE: Final = f"""
update tenants t set name = $1, locale = $2, timezone = $3, hue = $4, business_hours = $5, updated_at = now(),
    version = version + 1
returning {RESOURCE} as resource
"""  # noqa: S608 - a constant


async def tenant_resource(connection: Connection) -> dict[str, Any]:
    """The tenant in scope."""
    resource: dict[str, Any] = await connection.fetchval(_READ)
    return resource


async def update_tenant(db: Database, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change some of FIELDS of the tenant in scope, each checked before; the new resource."""
    async with db.tenant_transaction() as connection:
        before = dict(await connection.fetchrow(_LOCK))
        changed = {name: [before[name], value] for name, value in fields.items() if value != before[name]}
        if not changed:
            return await tenant_resource(connection)
        after = {**before, **fields}
        resource: dict[str, Any] = await connection.fetchval(_WRITE, *(after[name] for name in FIELDS))
        await outbox.append(connection, require_tenant(), "tenant.updated", {"tenant": resource})
        await audit.record(connection, "tenant.updated", "tenant", require_tenant(), changed)
    return resource
