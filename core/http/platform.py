"""The operator's console: every organisation of the installation."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from core.auth.access import Permitted
from core.db.scope import tenant_scope
from core.errors import Conflict, Invalid
from core.http.exports import ExportResource
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.tenant import TenantFields
from core.http.text import Email, Locale, Paging, PersonName, RequestModel, Slug, Text, TimeZone, example
from core.platform import tenants
from core.tenancy.closing import close_tenant
from core.tenancy.exports import request_export
from core.tenancy.settings import update_tenant
from core.tenancy.status import set_status

OPERATE = Permitted("platform.manage")
Reason = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Query = Annotated[Text, StringConstraints(max_length=200)]


class TenantsQuery(Paging):
    """`q` is part of the name or of the slug."""

    q: Query | None = None
    status: Literal["active", "suspended", "closing"] | None = None


class NewPlatformTenant(RequestModel):
    """The owner is invited by mail. `slug` is made of the name when left out."""

    model_config = example(name="Dune Travel", owner_email="salma@dune.ma", locale="fr")

    name: PersonName
    owner_email: Email
    slug: Slug | None = None
    locale: Locale = "fr"
    timezone: TimeZone = "Africa/Casablanca"


class StatusChange(RequestModel):
    """`reason` is for the operator's own memory."""

    model_config = example(status="suspended", reason="Unpaid since March")

    status: Literal["active", "suspended"]
    reason: Reason | None = None


class PlatformDeletion(RequestModel):
    """`slug`, typed to be sure. `without_export`: although nobody has exported its data."""

    model_config = example(slug="dune-travel")

    slug: Text = Field(max_length=63)
    without_export: bool = False


class PlatformTenant(Resource):
    """`storage_bytes` counts attachments."""

    id: UUID
    slug: str = Field(examples=["dune-travel"])
    name: str = Field(examples=["Dune Travel"])
    status: Literal["active", "suspended", "closing"]
    suspended_reason: str | None
    demo: bool
    locale: str
    timezone: str
    hue: int
    version: int
    members: int
    accounts: int
    messages_30d: int
    storage_bytes: int
    created_at: datetime
    last_message_at: datetime | None


def register(api: Api) -> None:
    """Add the routes."""
    _seeing(api)
    _making(api)
    _suspending(api)
    _leaving(api)


def _seeing(api: Api) -> None:
    @api.route("GET", "/platform/tenants", OPERATE, "List organisations", query=TenantsQuery,
               responses={200: Listing[PlatformTenant]}, tags=["platform"])  # fmt: skip
    async def list_platform_tenants(query: TenantsQuery) -> dict[str, Any]:
        """By name, with what each one uses."""
        found = await tenants.list_tenants(services().db, q=query.q, status=query.status, limit=query.limit,
                                           cursor=query.cursor)  # fmt: skip
        return found.as_json()

    @api.route("GET", "/platform/tenants/<uuid:tenant_id>", OPERATE, "An organisation",
               responses={200: PlatformTenant}, tags=["platform"])  # fmt: skip
    async def get_platform_tenant(tenant_id: UUID) -> dict[str, Any]:
        """With what it uses."""
        return await tenants.get_tenant(services().db, tenant_id)


def _making(api: Api) -> None:
    @api.route("POST", "/platform/tenants", OPERATE, "Make an organisation", body=NewPlatformTenant,
               responses={201: PlatformTenant}, limit="invite", tags=["platform"], problems=(409,))  # fmt: skip
    async def create_platform_tenant(body: NewPlatformTenant) -> tuple[dict[str, Any], int]:
        """And invite its owner, by a link that is good once and for 24 hours."""
        new = tenants.NewTenant(body.name, body.owner_email, body.slug, body.locale, body.timezone)
        own = services()
        made = await tenants.create_tenant(own.db, own.vault, own.people.invitations, new, inviter=caller().name,
                                           changed=own.tenants_changed)  # fmt: skip
        return made, 201

    @api.route("PATCH", "/platform/tenants/<uuid:tenant_id>", OPERATE, "Change an organisation", body=TenantFields,
               responses={200: PlatformTenant}, tags=["platform"])  # fmt: skip
    async def patch_platform_tenant(tenant_id: UUID, body: TenantFields) -> dict[str, Any]:
        """As its own administrators may; its own log tells who did."""
        await tenants.get_tenant(services().db, tenant_id)
        with tenant_scope(tenant_id):
            await update_tenant(services().db, body.given)
        return await tenants.get_tenant(services().db, tenant_id)


def _suspending(api: Api) -> None:
    @api.route("PUT", "/platform/tenants/<uuid:tenant_id>/status", OPERATE, "Suspend or resume an organisation",
               body=StatusChange, responses={200: PlatformTenant}, tags=["platform"], problems=(409,))  # fmt: skip
    async def put_platform_tenant_status(tenant_id: UUID, body: StatusChange) -> dict[str, Any]:
        """Suspended: everybody is logged out, its API keys get the 403 `/problems/suspended`, nothing is sent; what
        customers write goes on being stored."""
        if tenant_id == caller().tenant_id and body.status == "suspended":
            raise Conflict("You are in this organisation now: go to another one first, or you lock yourself out.")
        await set_status(services().db, tenant_id, body.status, body.reason)
        await services().tenants_changed()
        return await tenants.get_tenant(services().db, tenant_id)


def _leaving(api: Api) -> None:
    @api.route("DELETE", "/platform/tenants/<uuid:tenant_id>", OPERATE, "Delete an organisation",
               body=PlatformDeletion, responses={202: PlatformTenant}, idempotent=False, tags=["platform"],
               problems=(409,))  # fmt: skip
    async def delete_platform_tenant(tenant_id: UUID, body: PlatformDeletion) -> tuple[dict[str, Any], int]:
        """For good. 409 `/problems/export-first` unless an export of the last 24 hours is ready, or
        `without_export`."""
        found = await tenants.get_tenant(services().db, tenant_id)
        if body.slug != found["slug"]:
            raise Invalid("The slug is another one: type this organisation's.",
                          errors=[{"loc": ["slug"], "msg": "is not this organisation's"}])  # fmt: skip
        if tenant_id == caller().tenant_id:
            raise Conflict("You are in this organisation now: go to another one first.")
        await close_tenant(services().db, tenant_id, without_export=body.without_export)
        await services().tenants_changed()
        return await tenants.get_tenant(services().db, tenant_id), 202

    @api.route("POST", "/platform/tenants/<uuid:tenant_id>/exports", OPERATE, "Export an organisation",
               responses={202: ExportResource}, limit="export", tags=["platform"])  # fmt: skip
    async def create_platform_export(tenant_id: UUID) -> tuple[dict[str, Any], int]:
        """For its own administrators to fetch, or for the operator by `comptoir tenant export`."""
        await tenants.get_tenant(services().db, tenant_id)
        with tenant_scope(tenant_id):
            return await request_export(services().db, None), 202
