"""Every tenant of the installation, with what it uses; made with an owner who is invited."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.errors import NotFound
from core.messaging.page import Page, by_name, page
from core.people.invitations import Invitations
from core.secrets import Vault
from core.tenancy.slugs import free_slug
from core.tenancy.tenants import insert_tenant

# The page first, then what its tenants use. Messages of the last 30 days are counted from the index of each thread.
_USE: Final = """
select t.id, lower(t.name) as sort, jsonb_build_object(
    'id', t.id, 'slug', t.slug, 'name', t.name, 'status', t.status, 'suspended_reason', t.suspended_reason,
    'demo', t.demo, 'locale', t.locale, 'timezone', t.timezone, 'hue', t.hue, 'version', t.version,
    'created_at', t.created_at,
    'members', (select count(*) from memberships m where m.tenant_id = t.id),
    'accounts', (select count(*) from accounts a where a.tenant_id = t.id),
    'messages_30d', (select coalesce(sum(n.messages), 0) from conversations v cross join lateral (
        select count(*) as messages from messages m where m.tenant_id = v.tenant_id and m.conversation_id = v.id
            and m.at > now() - interval '30 days') n
        where v.tenant_id = t.id and v.last_message_at > now() - interval '30 days'),
    'storage_bytes', (select coalesce(sum(size), 0) from attachments f where f.tenant_id = t.id and f.state = 'stored'),
    'last_message_at', (select v.last_message_at from conversations v
        where v.tenant_id = t.id order by v.last_message_at desc limit 1)) as resource
from page t order by lower(t.name), t.id
"""
_PAGE: Final = f"""with page as materialized (
    select * from tenants
    where ($1::text is null or position($1 in lower(name)) > 0 or position($1 in slug) > 0)
        and ($2::text is null or status = $2)
        and ($3::text is null or (lower(name), id) > ($3, $4::uuid))
    order by lower(name), id limit $5)
{_USE}"""  # noqa: S608 - constants
_ONE: Final = f"with page as materialized (select * from tenants where id = $1) {_USE}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class NewTenant:
    """`slug` None: made of the name."""

    name: str
    owner_email: str
    slug: str | None = None
    locale: str = "fr"
    timezone: str = "Africa/Casablanca"


async def list_tenants(
    db: Database, *, q: str | None, status: str | None, limit: int, cursor: str | None
) -> Page:
    """By name."""
    name, identifier = by_name(cursor)
    wanted = (q or "").strip().lower() or None
    rows = await db.system.fetch(_PAGE, wanted, status, name, identifier, limit + 1)
    return page(rows, limit, "sort", "id")


async def get_tenant(db: Database, tenant_id: UUID) -> dict[str, Any]:
    """Raises NotFound."""
    row = await db.system.fetchrow(_ONE, tenant_id)
    if row is None:
        raise NotFound("There is no such organisation.")
    resource: dict[str, Any] = row["resource"]
    return resource


async def create_tenant(
    db: Database, vault: Vault, invitations: Invitations, new: NewTenant, *, inviter: str,
    changed: Callable[[], Awaitable[None]],
) -> dict[str, Any]:  # fmt: skip
    """Make it and invite its owner by mail, or neither. Raises Conflict when the slug is taken."""
    async with db.system_transaction() as connection:
        slug = new.slug or await free_slug(connection, new.name)
        tenant = await insert_tenant(connection, slug, new.name, locale=new.locale, timezone=new.timezone)
        await vault.wrapped_key(connection, tenant.id)
        await _tell(connection, tenant.id)
        await invitations.invite_owner(connection, tenant.id, new.owner_email, inviter=inviter)
    await changed()
    return await get_tenant(db, tenant.id)


async def _tell(connection: Connection, tenant_id: UUID) -> None:
    """By its id: the operator's log outlives the tenant, and may then not name it."""
    for chain in (audit.INSTALLATION, tenant_id):
        await audit.record_for(connection, chain, "tenant.created", "tenant", tenant_id)
