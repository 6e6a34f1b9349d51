"""One's own passkeys. Their JSON is what browsers make and take: `PublicKeyCredential.parse…FromJSON()`, `toJSON()`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from core.auth.access import PERSONAL
from core.http.myself import caller, myself
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import Line, PasswordAgain, RequestModel, Text, example

Credential = dict[str, Any]


class PasskeyResource(Resource):
    """`backed_up`: it lives on in the account of a phone or a password manager when this device is lost."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    backed_up: bool


class PasskeyOptions(Resource):
    """`options` go to the browser; `challenge` comes back with its answer, within five minutes."""

    challenge: str
    options: dict[str, Any]


class NewPasskey(RequestModel):
    """`credential`: what `navigator.credentials.create()` gave, by its `toJSON()`."""

    model_config = example(challenge="…", name="Salma's phone", credential={"id": "…", "type": "public-key"})

    challenge: Text = Field(max_length=200)
    name: Line
    credential: Credential = Field(repr=False)


class PasskeyName(RequestModel):
    model_config = example(name="The office laptop")

    name: Line


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("POST", "/me/passkeys/options", PERSONAL, "Ask for a new passkey", body=PasswordAgain,
               responses={200: PasskeyOptions}, limit="password", idempotent=False)  # fmt: skip
    async def passkey_creation_options(body: PasswordAgain) -> dict[str, Any]:
        """`options` are for `PublicKeyCredential.parseCreationOptionsFromJSON` and `navigator.credentials.create()`."""
        await services().ways.login.confirm(myself(), body.password)
        return await services().ways.own_passkeys.creation_options(myself())

    @api.route("POST", "/me/passkeys", PERSONAL, "Add a passkey", body=NewPasskey, responses={201: PasskeyResource},
               limit="factor")  # fmt: skip
    async def add_passkey(body: NewPasskey) -> tuple[dict[str, Any], int]:
        """422 when the challenge is over: ask for options again. 409 when the passkey is registered already."""
        made = await services().ways.own_passkeys.add(caller(), myself(), body.challenge, body.name, body.credential)
        return made, 201

    @api.route("PATCH", "/me/passkeys/<uuid:passkey_id>", PERSONAL, "Name a passkey", body=PasskeyName,
               responses={200: PasskeyResource})  # fmt: skip
    async def rename_passkey(passkey_id: UUID, body: PasskeyName) -> dict[str, Any]:
        """The name is for telling devices apart."""
        return await services().ways.own_passkeys.rename(caller(), myself(), passkey_id, body.name)

    @api.route("DELETE", "/me/passkeys/<uuid:passkey_id>", PERSONAL, "Remove a passkey", responses={204: None})
    async def remove_passkey(passkey_id: UUID) -> None:
        """It opens nothing from now on."""
        await services().ways.own_passkeys.remove(caller(), myself(), passkey_id)
