"""Numbers in full, for whoever manages them; never their tokens."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from core.db.pool import Database
from core.errors import NotFound
from core.messaging.doctor.door import Door
from core.messaging.doctor.words import examination_told
from core.whatsapp.errors import explain

_FULL: Final = """
select r.resource, a.graph_url, a.graph_version, p.id as app_id, p.slug, a.name_status, a.quality_rating,
    a.messaging_limit, a.throughput_level, a.meta_status, a.profile, a.looked_at, a.token_died_at, a.token_error,
    a.examination, a.created_at, a.history
from account_resources r join accounts a on a.tenant_id = r.tenant_id and a.id = r.id
left join meta_apps p on p.id = a.meta_app_id
where a.tenant_id = $1 and ($2::uuid is null or a.id = $2) order by a.created_at, a.id
"""
_AS_THEY_ARE: Final = ("graph_url", "graph_version", "name_status", "quality_rating", "messaging_limit",
                       "throughput_level", "meta_status", "profile", "history")  # fmt: skip
_MOMENTS: Final = ("looked_at", "token_died_at", "created_at")


async def full_resources(db: Database, door: Door, tenant_id: UUID, locale: str) -> list[dict[str, Any]]:
    """Every number of the tenant, its findings in the reader's language."""
    return list(_told(await db.system.fetch(_FULL, tenant_id, None), door, locale))


async def full_resource(db: Database, door: Door, tenant_id: UUID, account_id: UUID, locale: str) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    found = list(_told(await db.system.fetch(_FULL, tenant_id, account_id), door, locale))
    if not found:
        raise NotFound("There is no such number.")
    return found[0]


def _told(rows: Iterable[Any], door: Door, locale: str) -> Iterable[dict[str, Any]]:
    for row in rows:
        yield {
            **row["resource"],
            **{name: row[name] for name in _AS_THEY_ARE},
            **{name: row[name] and row[name].isoformat() for name in _MOMENTS},
            "meta_app": {"id": str(row["app_id"]), "slug": row["slug"]} if row["app_id"] else None,
            "token_error": _error(row["token_error"], locale),
            "examination": examination_told(row["examination"], locale),
            "webhook_url": door.url(row["slug"]) if row["slug"] else None,
        }  # fmt: skip


def _error(kept: dict[str, Any] | None, locale: str) -> dict[str, Any] | None:
    if kept is None:
        return None
    error = explain(kept.get("code"), locale=locale)
    return {"code": kept.get("code"), "title": error.title, "cause": error.cause, "cure": error.cure,
            "details": kept.get("details", "")}  # fmt: skip
