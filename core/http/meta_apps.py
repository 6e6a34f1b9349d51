"""Meta apps, whose secrets sign the webhooks of numbers."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from core.auth.access import Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Line, RequestModel, Text, example
from core.messaging.numbers import meta_apps
from core.messaging.numbers.meta_apps import AppChange, NewApp

_MANAGE = Permitted("accounts.manage")
Secret = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=8, max_length=512, pattern=r"^[!-~]+$")]
"""Tokens and secrets as they are copied: printable, without spaces."""
MetaId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,32}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class NewMetaApp(RequestModel):
    """`slug` names its webhook address; one is made when it is left out, and so is the verify token. `shared` makes it
    the installation's (platform.manage)."""

    model_config = example(name="Atlas", meta_app_id="670843887433847", app_secret="0f3c9a7be41d4c22")  # noqa: S106 - an example

    name: Line
    app_secret: Secret = Field(repr=False)
    slug: Slug | None = None
    meta_app_id: MetaId | None = None
    verify_token: Secret | None = Field(default=None, repr=False)
    shared: bool = False


class MetaAppChange(RequestModel):
    """While Meta changes the app's secret, add the new one, then drop the old by its place (the oldest is 0)."""

    model_config = example(add_secret="7d1be2c0914f4a66")  # noqa: S106 - an example

    name: Line | None = None
    meta_app_id: MetaId | None = None
    add_secret: Secret | None = Field(default=None, repr=False)
    drop_secret: int | None = Field(default=None, ge=0, le=meta_apps.MOST_SECRETS)
    verify_token: Secret | None = Field(default=None, repr=False)


class MetaAppResource(Resource):
    """`secrets` is how many there are; `webhook_url` is what to enter at Meta. A shared app belongs to the
    installation."""

    id: UUID
    slug: str = Field(examples=["atlas-1f2c11aa"])
    name: str = Field(examples=["Atlas"])
    meta_app_id: str | None = Field(examples=["670843887433847"])
    secrets: int = Field(examples=[1])
    webhook_url: str = Field(examples=["https://inbox.example.org/webhooks/whatsapp/atlas-1f2c11aa"])
    shared: bool


class NewMetaAppResource(MetaAppResource):
    """`verify_token` when we made it: it is not shown again."""

    verify_token: str | None = Field(default=None, examples=["jR0cX4ZCpsBAKZCw"])


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/meta-apps", _MANAGE, "List Meta apps", responses={200: Listing[MetaAppResource]},
               tags=["Numbers"])  # fmt: skip
    async def list_meta_apps() -> dict[str, Any]:
        """The organisation's own, and those that the installation shares. Secrets are never shown."""
        return {"items": await meta_apps.list_apps(services().numbers, caller().tenant_id), "next": None}

    @api.route("GET", "/meta-apps/<uuid:app_id>", _MANAGE, "One Meta app", responses={200: MetaAppResource},
               tags=["Numbers"])  # fmt: skip
    async def get_meta_app(app_id: UUID) -> dict[str, Any]:
        return await meta_apps.get_app(services().numbers, caller().tenant_id, app_id)

    @api.route("POST", "/meta-apps", _MANAGE, "Add a Meta app", body=NewMetaApp,
               responses={201: NewMetaAppResource}, tags=["Numbers"], problems=[409])  # fmt: skip
    async def post_meta_app(body: NewMetaApp) -> tuple[dict[str, Any], int]:
        """Its secret signs what arrives at its webhook address."""
        if body.shared:
            caller().require("platform.manage")
        new = NewApp(body.app_secret, body.name, body.meta_app_id, body.slug, body.verify_token, body.shared)
        return await meta_apps.create_app(services().numbers, caller().tenant_id, new), 201

    @api.route("PATCH", "/meta-apps/<uuid:app_id>", _MANAGE, "Change a Meta app", body=MetaAppChange,
               responses={200: MetaAppResource}, tags=["Numbers"])  # fmt: skip
    async def patch_meta_app(app_id: UUID, body: MetaAppChange) -> dict[str, Any]:
        """Receivers know a changed secret or verify token within a few seconds."""
        change = AppChange(body.name, body.meta_app_id, body.add_secret, body.drop_secret, body.verify_token)
        return await meta_apps.change_app(services().numbers, caller().tenant_id, app_id, change, operator=_operator())

    @api.route("DELETE", "/meta-apps/<uuid:app_id>", _MANAGE, "Remove a Meta app", responses={204: None},
               tags=["Numbers"], problems=[409])  # fmt: skip
    async def delete_meta_app(app_id: UUID) -> None:
        """Not while numbers use it."""
        await meta_apps.delete_app(services().numbers, caller().tenant_id, app_id, operator=_operator())


def _operator() -> bool:
    return caller().may("platform.manage")
