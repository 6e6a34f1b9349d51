"""For programs that act as a person: short access tokens, and refresh tokens that replace one another."""

from dataclasses import replace
from typing import Any, Literal

from pydantic import Field
from quart import request

from core import audit
from core.audit import acting, current_actor
from core.auth import token_families
from core.auth.access import PERSONAL, PUBLIC
from core.auth.access_tokens import SECONDS
from core.auth.token_families import Grant, open_family, revoke_family
from core.auth.users import still_opens
from core.errors import Invalid, Unauthenticated
from core.http.caller import caller_ip
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import RequestModel, Text, example


class TokenRequest(RequestModel):
    """`code`: the authenticator app's, or a recovery code, of whoever has a second factor. `tenant` is a slug."""

    model_config = example(email="amine@atlas.ma", password="soixante palmiers", code="123456")  # noqa: S106 - an example

    email: Text = Field(min_length=3, max_length=320)
    password: str = Field(min_length=1, max_length=1024, repr=False)
    tenant: Text | None = None
    code: str | None = Field(default=None, min_length=6, max_length=40, repr=False)


class Refresh(RequestModel):
    model_config = example(refresh_token="wrt_…")  # noqa: S106 - an example

    refresh_token: Text = Field(max_length=200, repr=False)


class Tokens(Resource):
    """Send `access_token` as `Authorization: Bearer …`; it is a JWT, and what is in it is ours to change. Seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("POST", "/tokens", PUBLIC, "Log a program in", body=TokenRequest, responses={200: Tokens},
               limit="login")  # fmt: skip
    async def create_tokens(body: TokenRequest) -> dict[str, Any]:
        """Starts a family of tokens, which is listed among the person's sessions. 401 `/problems/second-factor` when a
        `code` is needed."""
        proven = await services().ways.login.log_in(body.email, body.password, ip=caller_ip(), tenant_slug=body.tenant)
        both = await services().ways.second_factor.prove_at_once(proven, body.code)
        async with services().db.system_transaction() as connection:
            if not await still_opens(connection, proven.user_id, proven.password_hash, alone=not both):
                raise Unauthenticated("The way in has just been changed: log in again.")
            grant = await open_family(connection, proven.user_id, proven.tenant_id,
                                      user_agent=request.headers.get("User-Agent"), ip=caller_ip())  # fmt: skip
            with acting(replace(current_actor(), kind="member", id=str(proven.user_id))):
                await audit.record_for(connection, proven.tenant_id, "token_family.opened", "member", proven.user_id)
        return await _told(grant)

    @api.route("POST", "/tokens/refreshes", PUBLIC, "Refresh a program's tokens", body=Refresh,
               responses={200: Tokens}, limit="token")  # fmt: skip
    async def refresh_tokens(body: Refresh) -> dict[str, Any]:
        """A refresh token is good once, and the answer brings the next. One that comes a second time, be it at the
        same moment, was copied, or the client does not wait for its answers: the whole family ends (401)."""
        return await _told(await token_families.rotate(services().db, body.refresh_token))

    @api.route("DELETE", "/tokens", PERSONAL, "Log a program out", responses={204: None}, idempotent=False)
    async def delete_tokens() -> None:
        """Ends the family of the access token that asks: its refresh token is worth nothing either."""
        principal = caller()
        if principal.auth != "token":
            raise Invalid("Ask with the access token whose family is to end; a browser logs out by DELETE /session.")
        async with services().db.system_transaction() as connection:
            await revoke_family(connection, principal.credential_id, "logout")
            await audit.record_for(connection, principal.tenant_id, "token_family.revoked", "member",
                                   principal.user_id, {"because": [None, "logout"]})  # fmt: skip


async def _told(grant: Grant) -> dict[str, Any]:
    return {
        "access_token": await services().ways.access_tokens.issue(grant), "token_type": "Bearer", "expires_in": SECONDS,
        "refresh_token": grant.refresh_token, "refresh_expires_in": grant.refresh_seconds,
    }  # fmt: skip
