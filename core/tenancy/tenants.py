"""Tenants: the organisations of an installation."""

from dataclasses import dataclass
from uuid import UUID

from core.db.pool import Connection, Database
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
    return await insert_tenant(db.system, slug, name, locale=locale, timezone=timezone, hue=hue)


async def insert_tenant(
    connection: Connection, slug: str, name: str, *, locale: str = "fr", timezone: str = "Africa/Casablanca",
    hue: int = 163,
) -> Tenant:  # fmt: skip
    """As `create_tenant`, in a transaction of the system role, which stays usable after the Conflict."""
    row = await connection.fetchrow(
        "insert into tenants (slug, name, locale, timezone, hue) values ($1, $2, $3, $4, $5) "
        "on conflict (slug) do nothing returning id, slug, name, locale, timezone, hue, status",
        slug, name, locale, timezone, hue,
    )  # fmt: skip
    if row is None:
        raise Conflict(f"A tenant called {slug!r} exists already: choose another slug.",
                       errors=[{"loc": ["tenant", "slug"], "msg": "is taken: choose another"}])  # fmt: skip
    return Tenant(**row)


async def slug_is_free(connection: Connection, slug: str) -> bool:
    """Whether no tenant has it."""
    return not await connection.fetchval("select exists (select from tenants where slug = $1)", slug)


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


async def is_new(db: Database) -> bool:
    """Whether nobody has made an organisation here yet: the demo does not count."""
    return bool(await db.system.fetchval("select not exists (select from tenants where not demo)"))
