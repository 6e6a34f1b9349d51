"""The caller's own name, language, preferences and password, and the organisations they may go to."""

from dataclasses import replace
from typing import Any

from pydantic import Field

from core.auth.access import PERSONAL
from core.errors import Invalid, NotFound
from core.http import identity
from core.http.entry import carry, enter
from core.http.myself import caller, myself
from core.http.operation import Api
from core.http.resources import LoggedIn, Me, Resource
from core.http.services import services
from core.http.text import Locale, Password, PersonName, RequestModel, Text, example
from core.people.preferences import Density, Digits, Sending, Theme


class OwnPreferences(RequestModel):
    """What is given changes. `digits`: `latn` 0123, `arab` ٠١٢٣, in Arabic. `keys`: shortcuts of a single key.
    `sending`: what sends a message that is written; Ctrl+Enter does in any case."""

    model_config = example(density="compact", theme="dark")

    density: Density = "comfortable"
    theme: Theme = "auto"
    digits: Digits = "latn"
    keys: bool = True
    sending: Sending = "enter"


class OwnFields(RequestModel):
    """What is given changes. `locale` null: the organisation's language."""

    model_config = example(name="Amine A.", locale="ar", preferences={"density": "compact"})

    name: PersonName | None = None
    locale: Locale | None = None
    preferences: OwnPreferences = Field(default_factory=OwnPreferences)


class PasswordChange(RequestModel):
    model_config = example(current="trois dattes mûres", password="soixante palmiers")  # noqa: S106 - an example

    current: str = Field(min_length=1, max_length=1024, repr=False)
    password: Password


class TenantChoice(RequestModel):
    """A slug."""

    model_config = example(tenant="atlas")

    tenant: Text = Field(max_length=63)


class OwnTenant(Resource):
    id: str
    slug: str
    name: str
    role: str
    current: bool


class OwnTenants(Resource):
    items: list[OwnTenant]


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("PATCH", "/me", PERSONAL, "Change one's own name, language or preferences",
               body=OwnFields, responses={200: Me})  # fmt: skip
    async def update_me(body: OwnFields) -> dict[str, Any]:
        """Colleagues see the new name. Preferences hold on every device, and in each organisation of the person."""
        given = body.model_dump(exclude_unset=True)
        if "name" in given and given["name"] is None:
            raise Invalid("Give a name.", errors=[{"loc": ["name"], "msg": "is needed"}])
        await services().people.own_account.change(caller(), myself(), given)
        return await identity.me(services(), replace(caller(), name=given.get("name", caller().name)))

    @api.route("PUT", "/me/password", PERSONAL, "Change one's own password", body=PasswordChange,
               responses={204: None}, limit="password", idempotent=False, problems=(409,))  # fmt: skip
    async def put_password(body: PasswordChange) -> None:
        """Ends every other session and all programs' tokens of the person. The caller's session goes on under a new
        cookie; its CSRF token stays."""
        token = await services().people.own_account.change_password(caller(), myself(), body.current, body.password)
        carry(token)

    @api.route("GET", "/me/tenants", PERSONAL, "One's own organisations", responses={200: OwnTenants})
    async def list_own_tenants() -> dict[str, Any]:
        """Where the person may go by PUT /session/tenant."""
        return {"items": await services().people.own_account.tenants(caller(), myself())}

    @api.route("PUT", "/session/tenant", PERSONAL, "Go to another organisation", body=TenantChoice,
               responses={200: LoggedIn}, idempotent=False, problems=(404,))  # fmt: skip
    async def put_session_tenant(body: TenantChoice) -> dict[str, Any]:
        """A new session, in that organisation; the present one ends."""
        if caller().auth != "session":
            raise Invalid("Only a browser's session can go elsewhere: ask for tokens of the other organisation.")
        tenant_id = await services().people.own_account.tenant_called(myself(), body.tenant)
        if tenant_id is None:
            raise NotFound("There is no such organisation of yours.")
        return await enter(myself(), tenant_id, by="tenant")
