"""One's own second factor: the authenticator app and the recovery codes."""

from datetime import datetime
from typing import Any

from pydantic import Field

from core.auth.access import PERSONAL
from core.http.entry import carry
from core.http.myself import caller, myself
from core.http.operation import Api
from core.http.passkeys import PasskeyResource
from core.http.resources import Resource
from core.http.services import services
from core.http.text import PasswordAgain, RequestModel, example


class Code(RequestModel):
    """Six digits, as the app shows them."""

    model_config = example(code="123456")

    code: str = Field(min_length=6, max_length=20, repr=False)


class TotpState(Resource):
    enabled: bool
    since: datetime | None


class Factors(Resource):
    """How the caller can prove who they are. `recovery_codes_left`, of ten."""

    totp: TotpState
    recovery_codes_left: int
    passkeys: list[PasskeyResource]


class TotpSetup(Resource):
    """`qr_svg` shows `uri`; `secret` is for typing. Nothing is in force before PUT /me/totp."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodes(Resource):
    """Each is good once. They are shown now and never again."""

    recovery_codes: list[str]


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/me/factors", PERSONAL, "My ways in", responses={200: Factors})
    async def get_factors() -> dict[str, Any]:
        """The authenticator app, how many recovery codes are left, and the passkeys."""
        return await services().ways.own_factors.state(myself())

    @api.route("POST", "/me/totp", PERSONAL, "Begin to set up an authenticator app", body=PasswordAgain,
               responses={200: TotpSetup}, limit="password", idempotent=False)  # fmt: skip
    async def begin_totp(body: PasswordAgain) -> dict[str, Any]:
        """Scan `qr_svg`, then send the app's first code to PUT /me/totp. 409 while an app is in use."""
        await services().ways.login.confirm(myself(), body.password)
        return await services().ways.own_factors.begin(myself())

    @api.route("PUT", "/me/totp", PERSONAL, "Turn the second factor on", body=Code, responses={200: RecoveryCodes},
               limit="factor", idempotent=False, problems=(409,))  # fmt: skip
    async def enable_totp(body: Code) -> dict[str, Any]:
        """With the app's first code. From now on a password alone opens nothing: every other session and token of
        yours ends. Keep the recovery codes where the phone is not."""
        changed = await services().ways.own_factors.enable(caller(), myself(), body.code)
        carry(changed.session_token)
        return {"recovery_codes": changed.codes}

    @api.route("DELETE", "/me/totp", PERSONAL, "Turn the second factor off", body=PasswordAgain, responses={204: None},
               limit="password", idempotent=False, problems=(409,))  # fmt: skip
    async def disable_totp(body: PasswordAgain) -> None:
        """The recovery codes go with it. 409 when it is off."""
        await services().ways.login.confirm(myself(), body.password)
        carry((await services().ways.own_factors.disable(caller(), myself())).session_token)

    @api.route("POST", "/me/recovery-codes", PERSONAL, "New recovery codes", body=PasswordAgain,
               responses={200: RecoveryCodes}, limit="password", idempotent=False)  # fmt: skip
    async def replace_recovery_codes(body: PasswordAgain) -> dict[str, Any]:
        """Ten new ones; the old ones are worth nothing. 409 while the second factor is off."""
        await services().ways.login.confirm(myself(), body.password)
        return {"recovery_codes": await services().ways.own_factors.replace_codes(caller(), myself())}
