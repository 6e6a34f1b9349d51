"""Logging in and out, and who one is."""

from typing import Any, Self

from pydantic import Field, model_validator
from quart_auth import QuartAuth

from core import audit
from core.auth.access import PUBLIC, SIGNED_IN
from core.auth.second_factor import Answer
from core.auth.sessions import revoke_session
from core.errors import Invalid
from core.http import identity
from core.http.caller import caller_ip
from core.http.entry import enter
from core.http.myself import caller
from core.http.operation import Api
from core.http.passkeys import Credential, PasskeyOptions
from core.http.resources import Bootstrap, LoggedIn, Me
from core.http.services import services
from core.http.text import RequestModel, Text, example


class Credentials(RequestModel):
    """`tenant` is a slug, for people who belong to several."""

    model_config = example(email="amine@atlas.ma", password="soixante palmiers")  # noqa: S106 - an example

    email: Text = Field(min_length=3, max_length=320)
    password: str = Field(min_length=1, max_length=1024, repr=False)
    tenant: Text | None = None


class SecondFactorAnswer(RequestModel):
    """`challenge` is the problem's, and one of: `code` of the app, a `recovery_code`, or `passkey`, the `toJSON()` of
    what `navigator.credentials.get()` gave for the problem's `passkey_options`."""

    model_config = example(challenge="…", code="123456")

    challenge: Text = Field(max_length=200)
    code: str | None = Field(default=None, max_length=20, repr=False)
    recovery_code: str | None = Field(default=None, max_length=40, repr=False)
    passkey: Credential | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(given is not None for given in (self.code, self.recovery_code, self.passkey)) != 1:
            raise ValueError("give one of code, recovery_code and passkey")
        return self


class PasskeyLogin(RequestModel):
    """`credential`: what `navigator.credentials.get()` gave, by its `toJSON()`. `tenant` is a slug."""

    model_config = example(challenge="…", credential={"id": "…", "type": "public-key"})

    challenge: Text = Field(max_length=200)
    credential: Credential = Field(repr=False)
    tenant: Text | None = None


class Nothing(RequestModel):
    """An empty object."""

    model_config = example()


def register(api: Api, cookie: QuartAuth) -> None:
    """Add the routes. `cookie` carries the session's token."""
    _proving(api)
    _by_passkey(api)
    _leaving(api, cookie)
    _knowing_oneself(api)


def _proving(api: Api) -> None:
    @api.route("POST", "/session", PUBLIC, "Log in", body=Credentials, responses={200: LoggedIn}, limit="login")
    async def log_in(body: Credentials) -> dict[str, Any]:
        """Sets the session cookie. The answer is the same for an unknown address and a wrong password.

        Whoever has a second factor gets the 401 `/problems/second-factor` with a `challenge`, the `methods` that answer
        it at POST /session/second-factor, and with a passkey among them `passkey_options` for the browser.
        """
        proven = await services().ways.login.log_in(body.email, body.password, ip=caller_ip(), tenant_slug=body.tenant)
        return await enter(proven.user_id, proven.tenant_id, by="password", password_hash=proven.password_hash)

    @api.route("POST", "/session/second-factor", PUBLIC, "Prove the second factor", body=SecondFactorAnswer,
               responses={200: LoggedIn}, limit="factor")  # fmt: skip
    async def prove_second_factor(body: SecondFactorAnswer) -> dict[str, Any]:
        """Sets the session cookie. A wrong answer is a 401 `/problems/second-factor` again, with `tries_left` of five;
        after those, and after five minutes, a 401 of another type: begin again at POST /session. 429 when too many
        codes were tried on this person."""
        answer = Answer(body.code, body.recovery_code, body.passkey)
        proven = await services().ways.second_factor.answer(body.challenge, answer)
        return await enter(proven.user_id, proven.tenant_id, by="second_factor", password_hash=proven.password_hash)


def _by_passkey(api: Api) -> None:
    @api.route("POST", "/session/passkey-options", PUBLIC, "Ask for a passkey", body=Nothing,
               responses={200: PasskeyOptions})  # fmt: skip
    async def passkey_request_options(body: Nothing) -> dict[str, Any]:
        """`options` are for `PublicKeyCredential.parseRequestOptionsFromJSON` and `navigator.credentials.get()`."""
        return await services().ways.own_passkeys.request_options()

    @api.route("POST", "/session/passkey", PUBLIC, "Log in with a passkey", body=PasskeyLogin,
               responses={200: LoggedIn}, limit="factor")  # fmt: skip
    async def log_in_with_passkey(body: PasskeyLogin) -> dict[str, Any]:
        """Sets the session cookie. The device has checked who holds it, so this is both factors in one. A challenge
        takes one answer: after a 401 ask for options again."""
        proven = await services().ways.own_passkeys.log_in(body.challenge, body.credential, body.tenant)
        return await enter(proven.user_id, proven.tenant_id, by="passkey")


def _leaving(api: Api, cookie: QuartAuth) -> None:
    @api.route("DELETE", "/session", SIGNED_IN, "Log out", responses={204: None}, idempotent=False,
               problems=(422,))  # fmt: skip
    async def log_out() -> None:
        """Ends the session on the server: copies of the cookie are worth nothing afterwards."""
        principal = caller()
        if principal.auth != "session":
            raise Invalid("There is no session: revoke the API key, or end the token by DELETE /tokens.")
        async with services().db.system_transaction() as connection:
            await revoke_session(connection, principal.credential_id)
            await audit.record_for(connection, principal.tenant_id, "session.closed", "member", principal.user_id)
        cookie.logout_user()


def _knowing_oneself(api: Api) -> None:
    @api.route("GET", "/me", SIGNED_IN, "Who am I", responses={200: Me})
    async def me() -> dict[str, Any]:
        """The caller, their tenant and what they may do."""
        return await identity.me(services(), caller())

    @api.route("GET", "/bootstrap", SIGNED_IN, "Everything a screen starts with", responses={200: Bootstrap})
    async def bootstrap() -> dict[str, Any]:
        """The caller, accounts, members, plugins' screens, and the cursor from which to open the WebSocket."""
        return await identity.bootstrap(services(), caller(), services().wish())
