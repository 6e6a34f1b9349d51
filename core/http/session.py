"""Logging in and out, and who one is."""

from typing import Any

from pydantic import Field
from quart import g, request
from quart_auth import Action, AuthUser, QuartAuth

from core.auth.access import PUBLIC, SIGNED_IN
from core.auth.csrf import csrf_token
from core.auth.principal import Principal
from core.auth.sessions import find_session, revoke_session
from core.db.scope import tenant_scope
from core.errors import Invalid
from core.http import identity
from core.http.caller import caller_ip
from core.http.operation import Api
from core.http.resources import Bootstrap, LoggedIn, Me
from core.http.services import services
from core.http.text import RequestModel, Text, example


class Credentials(RequestModel):
    """`tenant` is a slug, for people who belong to several."""

    model_config = example(email="amine@atlas.ma", password="…")  # noqa: S106 - an example

    email: Text = Field(min_length=3, max_length=320)
    password: str = Field(min_length=1, max_length=1024, repr=False)
    tenant: Text | None = None


def register(api: Api, cookie: QuartAuth) -> None:
    """Add the routes. `cookie` carries the session's token."""

    @api.route("POST", "/session", PUBLIC, "Log in", body=Credentials, responses={200: LoggedIn})
    async def log_in(body: Credentials) -> dict[str, Any]:
        """Sets the session cookie. The answer is the same for an unknown address and a wrong password."""
        token = await services().login.log_in(
            body.email, body.password, ip=caller_ip(), tenant_slug=body.tenant,
            user_agent=request.headers.get("User-Agent"),
        )  # fmt: skip
        user = AuthUser(token)
        user.action = Action.WRITE_PERMANENT
        cookie.login_user(user)
        principal = await _principal(token)
        with tenant_scope(principal.tenant_id):
            return {"csrf": csrf_token(principal.csrf_secret), "me": await identity.me(services(), principal)}

    @api.route("DELETE", "/session", SIGNED_IN, "Log out", responses={204: None})
    async def log_out() -> None:
        """Ends the session on the server: copies of the cookie are worth nothing afterwards."""
        principal: Principal = g.principal
        if principal.auth != "session":
            raise Invalid("An API key has no session: revoke the key instead.")
        await revoke_session(services().db.system, principal.credential_id)
        cookie.logout_user()

    @api.route("GET", "/me", SIGNED_IN, "Who am I", responses={200: Me})
    async def me() -> dict[str, Any]:
        """The caller, their tenant and what they may do."""
        return await identity.me(services(), g.principal)

    @api.route("GET", "/bootstrap", SIGNED_IN, "Everything a screen starts with", responses={200: Bootstrap})
    async def bootstrap() -> dict[str, Any]:
        """The caller, accounts, members, plugins' screens, and the cursor from which to open the WebSocket."""
        return await identity.bootstrap(services(), g.principal, services().wish())


async def _principal(token: str) -> Principal:
    principal = await find_session(services().db, services().permissions, token)
    assert principal is not None  # noqa: S101 - it was opened a moment ago
    return principal
