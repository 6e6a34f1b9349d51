"""The caller's organisation: what it says of itself."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from core.auth.access import SIGNED_IN, Permitted
from core.db.scope import require_tenant
from core.errors import Invalid
from core.http.myself import myself
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import Locale, PersonName, RequestModel, Text, TimeZone, example
from core.tenancy.business_hours import WrongHours, checked
from core.tenancy.closing import close_tenant
from core.tenancy.settings import tenant_resource, update_tenant

_MANAGE = Permitted("settings.manage")
_HOURS = {"monday": [["09:00", "12:30"], ["14:00", "18:30"]], "saturday": [["10:00", "13:00"]]}
Hue = Annotated[int, Field(ge=0, le=360, strict=True)]


class TenantFields(RequestModel):
    """What is given changes. `hue` colours the screens, in degrees. `business_hours` are intervals by day in the
    organisation's time zone, in order and without overlap, the last one until 24:00 at most; a day that is not named is
    off, and null means always open."""

    model_config = example(name="Atlas Store", timezone="Africa/Casablanca", business_hours=_HOURS)

    name: PersonName | None = None
    locale: Locale | None = None
    timezone: TimeZone | None = None
    hue: Hue | None = None
    business_hours: dict[str, list[list[str]]] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Raises Invalid, with the place of what is wrong."""
        fields = self.model_dump(exclude_unset=True)
        if empty := [name for name, value in fields.items() if value is None and name != "business_hours"]:
            raise Invalid(f"Give a {empty[0]}, or leave it out.", errors=[{"loc": [empty[0]], "msg": "is needed"}])
        if "business_hours" in fields:
            fields["business_hours"] = _hours(fields["business_hours"])
        return fields


def _hours(given: Any) -> Any:
    try:
        return checked(given)
    except WrongHours as wrong:
        where = ["business_hours", *wrong.where]
        raise Invalid(f"{'.'.join(str(part) for part in where)}: {wrong}.",
                      errors=[{"loc": where, "msg": str(wrong)}]) from None  # fmt: skip


class TenantDeletion(RequestModel):
    """`slug` is the organisation's, typed to be sure; `password` the caller's own."""

    model_config = example(slug="atlas", password="…")  # noqa: S106 - an example

    slug: Text = Field(max_length=63)
    password: str = Field(min_length=1, max_length=1024, repr=False)


class Closing(Resource):
    status: Literal["closing"]


class TenantSettings(Resource):
    id: str
    slug: str
    name: str
    locale: Literal["ar", "fr", "en"]
    timezone: str = Field(examples=["Africa/Casablanca"])
    hue: int
    business_hours: dict[str, list[list[str]]] | None = Field(examples=[_HOURS])
    status: Literal["active", "suspended", "closing"]
    version: int
    created_at: datetime


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/tenant", SIGNED_IN, "The organisation", responses={200: TenantSettings}, tags=["tenant"])
    async def get_tenant() -> dict[str, Any]:
        """The caller's own."""
        async with services().db.tenant() as connection:
            return await tenant_resource(connection)

    @api.route("PATCH", "/tenant", _MANAGE, "Change the organisation", body=TenantFields,
               responses={200: TenantSettings}, tags=["tenant"])  # fmt: skip
    async def patch_tenant(body: TenantFields) -> dict[str, Any]:
        """Open screens hear of it as `tenant.updated`."""
        return await update_tenant(services().db, body.given)

    @api.route("DELETE", "/tenant", Permitted("tenant.delete", person=True), "Delete the organisation",
               body=TenantDeletion, responses={202: Closing}, limit="password", idempotent=False, tags=["tenant"],
               problems=(409,))  # fmt: skip
    async def delete_tenant(body: TenantDeletion) -> tuple[dict[str, Any], int]:
        """For good: everybody is logged out, nothing is sent any more, and everything is erased, secrets first. 409
        `/problems/export-first` unless an export of the last 24 hours is ready: fetch it before."""
        async with services().db.tenant() as connection:
            slug = (await tenant_resource(connection))["slug"]
        if body.slug != slug:
            raise Invalid("The slug is another one: type the organisation's own.",
                          errors=[{"loc": ["slug"], "msg": "is not this organisation's"}])  # fmt: skip
        await services().ways.login.confirm(myself(), body.password)
        await close_tenant(services().db, require_tenant())
        await services().tenants_changed()
        return {"status": "closing"}, 202
