"""Settings of a tenant's plugins, as forms for whoever manages its settings."""

from typing import Any, Literal

from pydantic import Field

from core.auth.access import Permitted
from core.http.language import reading_language
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import RequestModel, example

_MANAGE = Permitted("settings.manage")
_TAGS = ("Plugins",)


class FormField(Resource):
    """`source` says who set the value: "file" (config.yaml; not to be changed here), "here", or nobody. A secret's
    value is never told, only whether it is `set`. Of `kind` "file" are values that no form can hold."""

    name: str = Field(examples=["shop_url"])
    kind: Literal["text", "lines", "secret", "integer", "number", "boolean", "choice", "list", "date", "file"]
    label: str = Field(examples=["Address of the shop"])
    hint: str
    required: bool
    options: list[Any]
    minimum: float | None
    maximum: float | None
    source: Literal["file", "here", "default"]
    value: Any = Field(examples=["https://shop.atlas.ma/orders"])
    default: Any
    set: bool


class PluginForm(Resource):
    """`why_off`: the plugin waits for a value that it cannot do without. `test`: its route /commands/<test> tries."""

    plugin: str = Field(examples=["acme_orders"])
    title: str = Field(examples=["Orders"])
    test: str | None
    why_off: str | None
    fields: list[FormField]


class PluginForms(Resource):
    items: list[PluginForm]


class Changes(RequestModel):
    """Only what changes; null goes back to the default, and forgets a secret."""

    model_config = example(values={"shop_url": "https://shop.atlas.ma/orders", "keep_days": 90})

    values: dict[str, Any] = Field(max_length=200)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/plugin-settings", _MANAGE, "Settings of the plugins", responses={200: PluginForms},
               tags=_TAGS)  # fmt: skip
    async def list_plugin_settings() -> dict[str, Any]:
        """Of those that the organisation has; one that is off has no form, and keeps its values."""
        found = services()
        return {"items": await found.preferences.all(found.db, caller().tenant_id, await reading_language())}

    @api.route("PATCH", "/plugin-settings/<plugin>", _MANAGE, "Change a plugin's settings", body=Changes,
               responses={200: PluginForm}, tags=_TAGS, problems=(404, 422))  # fmt: skip
    async def change_plugin_settings(plugin: str, body: Changes) -> dict[str, Any]:
        """Every process works with the new values within five seconds."""
        found, tenant_id = services(), caller().tenant_id
        await found.preferences.save(found.db, tenant_id, plugin, body.values)
        await found.tenants_changed()
        return await found.preferences.one(found.db, tenant_id, plugin, await reading_language())

