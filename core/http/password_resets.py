"""A forgotten password."""

from typing import Any

from core.auth.access import PUBLIC
from core.http.limits import count_email
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import Email, Password, RequestModel, Token, example


class ResetRequest(RequestModel):
    model_config = example(email="amine@atlas.ma")

    email: Email


class Redemption(RequestModel):
    """`token` is what follows the # in the link."""

    model_config = example(token="…", password="soixante palmiers")  # noqa: S106 - an example

    token: Token
    password: Password


class Asked(Resource):
    """Nothing: the answer tells nothing about the address."""


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("POST", "/password-resets", PUBLIC, "Ask for a new password", body=ResetRequest, responses={202: Asked},
               limit="reset")  # fmt: skip
    async def request_password_reset(body: ResetRequest) -> tuple[dict[str, Any], int]:
        """Sends a link, good once and for an hour, if the address has an account. The answer is the same if not."""
        await count_email("reset", body.email)
        await services().people.resets.request(body.email)
        return {}, 202

    @api.route("POST", "/password-resets/redemptions", PUBLIC, "Choose a new password", body=Redemption,
               responses={204: None}, limit="lookup", problems=(410,))  # fmt: skip
    async def redeem_password_reset(body: Redemption) -> None:
        """Logs the person out everywhere and ends their programs' tokens; API keys stay. 410: the link was used, has
        expired or was replaced. 422: a poor password, and the link stays good."""
        await services().people.resets.redeem(body.token, body.password)
