"""The first page of all, and making a tenant of one's own."""

from typing import Any, Literal

from pydantic import Field

from core.auth.access import PUBLIC
from core.auth.password_rules import check_password
from core.http.entry import enter
from core.http.limits import count_email
from core.http.operation import Api
from core.http.resources import LoggedIn, Resource
from core.http.services import services
from core.http.text import Email, Locale, Password, PersonName, RequestModel, Slug, TimeZone, example
from core.people.registration import Newcomer


class Welcome(Resource):
    """`new`: there is no organisation yet, besides a demo. `registration`: who may make one. `code_needed`: the first
    person needs the code that `comptoir setup-code` prints. `simulated`: simulated phones can be had."""

    new: bool
    registration: Literal["open", "closed", "first"]
    code_needed: bool
    simulated: bool
    demo: bool


class NewTenant(RequestModel):
    """`slug` is its short name in addresses and on the command line; made of the name when left out."""

    name: PersonName
    slug: Slug | None = None
    locale: Locale = "fr"
    timezone: TimeZone = "Africa/Casablanca"


class NewRegistration(RequestModel):
    model_config = example(name="Amine Alaoui", email="amine@atlas.ma", tenant={"name": "Atlas Store"},
                           password="soixante palmiers")  # fmt: skip  # noqa: S106 - an example

    name: PersonName
    email: Email
    password: Password
    tenant: NewTenant
    setup_code: str | None = Field(default=None, max_length=64, repr=False)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/welcome", PUBLIC, "What this installation waits for", responses={200: Welcome})
    async def welcome() -> dict[str, Any]:
        """Which page a stranger should see first."""
        registration = services().people.registration
        state = await registration.state()
        return {
            "new": state.new, "registration": registration.kind(state),
            "code_needed": state.new and registration.policy.code is not None,
            "simulated": registration.policy.simulated, "demo": state.demo,
        }  # fmt: skip

    @api.route("POST", "/registrations", PUBLIC, "Make an organisation", body=NewRegistration,
               responses={201: LoggedIn}, limit="registration", problems=(403, 409))  # fmt: skip
    async def register_tenant(body: NewRegistration) -> tuple[dict[str, Any], int]:
        """Makes the organisation, with its first owner, and logs them in. The first person of an installation also
        runs it. 403: closed, or a wrong setup code. 409: the address has an account, or the slug is taken."""
        await count_email("registration", body.email)
        check_password(body.password, email=body.email)
        user_id, tenant_id = await services().people.registration.register(_newcomer(body))
        await services().tenants_changed()
        return await enter(user_id, tenant_id, by="registration"), 201


def _newcomer(body: NewRegistration) -> Newcomer:
    wanted = body.tenant
    return Newcomer(body.name, body.email, body.password, wanted.name, wanted.slug, wanted.locale, wanted.timezone,
                    body.setup_code)  # fmt: skip
