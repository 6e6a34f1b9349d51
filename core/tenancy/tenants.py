"""Tenants: the organisations of an installation."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from core.db.pool import Database
from core.errors import Conflict, NotFound

_BY_SLUG = "select id, slug, name, locale, timezone, hue, status from tenants where slug = $1"
_BY_ID = "select id, slug, name, locale, timezone, hue, status from tenants where id = $1"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation. `hue` (0–360) colours its screens; `locale` is ar, fr or en."""

    id: UUID
    slug: str
    name: str
    locale: str
    timezone: str
    hue: int
    status: str


async def create_tenant(
    db: Database, slug: str, name: str, *, locale: str = "fr", timezone: str = "Africa/Casablanca", hue: int = 163
) -> Tenant:
    """Make a tenant. Raises Conflict when the slug is taken."""
    try:
        row = await db.system.fetchrow(
            "insert into tenants (slug, name, locale, timezone, hue) values ($1, $2, $3, $4, $5) "
            "returning id, slug, name, locale, timezone, hue, status",
            slug, name, locale, timezone, hue,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict(f"A tenant called {slug!r} exists already: choose another slug.") from None
    assert row is not None  # noqa: S101 - an insert without a conflict clause returns its row
    return Tenant(**row)


async def tenant_by_slug(db: Database, slug: str) -> Tenant:
    """The tenant of this slug. Raises NotFound."""
    row = await db.system.fetchrow(_BY_SLUG, slug)
    if row is None:
        raise NotFound(f"There is no tenant {slug!r}.")
    return Tenant(**row)


async def tenant_by_id(db: Database, tenant_id: UUID) -> Tenant:
    """The tenant of this id. Raises NotFound."""
    row = await db.system.fetchrow(_BY_ID, tenant_id)
    if row is None:
        raise NotFound("There is no such tenant.")
    return Tenant(**row)
