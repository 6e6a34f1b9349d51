"""What roles there are, and what they can hold."""

from typing import Annotated, Any, Literal

from pydantic import Field

from core.auth.access import SIGNED_IN, Permitted
from core.http.language import reading_language
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Line, RequestModel, Text, example
from core.people.roles import Change
from core.people.wordings import kernel_permissions, role_name

_MANAGE = Permitted("roles.manage")
Sees = Literal["all", "team", "own"]
Permission = Annotated[Text, Field(max_length=100)]
Key = Annotated[Text, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]


class PermissionResource(Resource):
    """`label` and `group` in the caller's language. `plugin` is null for the kernel's own."""

    key: str
    label: str
    plugin: str | None
    group: str


class RoleResource(Resource):
    """`name` of a built-in role is in the caller's language. `sees`: all conversations, those of the member's teams
    and their own, or their own alone. `members` counts those who have it."""

    key: str
    name: str
    builtin: bool
    permissions: list[str]
    sees: Sees
    members: int
    version: int


class NewRole(RequestModel):
    """`key` is made of the name where it is not given."""

    model_config = example(name="Night shift", permissions=["conversations.read", "messages.send"], sees="team")

    name: Line
    key: Key | None = None
    permissions: list[Permission] = Field(max_length=500)
    sees: Sees = "all"


class RoleChange(RequestModel):
    """What is given changes. Of a built-in role only `sees`, and not of owners and admins."""

    model_config = example(sees="own")

    name: Line | None = None
    permissions: list[Permission] | None = Field(default=None, max_length=500)
    sees: Sees | None = None


def register(api: Api) -> None:
    """Add the routes."""
    _register_reading(api)

    @api.route("POST", "/roles", _MANAGE, "Make a role", body=NewRole, responses={201: RoleResource})
    async def create_role(body: NewRole) -> tuple[dict[str, Any], int]:
        """Nobody gives more than they hold (403). 409: the name or the key is taken."""
        made = await services().people.roles.create(
            caller(), body.name, frozenset(body.permissions), body.sees, key=body.key, offered=_offered(),
        )  # fmt: skip
        return await _named(made), 201

    @api.route("PATCH", "/roles/<key>", _MANAGE, "Change a role", body=RoleChange, responses={200: RoleResource})
    async def update_role(key: str, body: RoleChange) -> dict[str, Any]:
        """In force at once, for open sockets within seconds. Nobody gives or takes more than they hold (403)."""
        permissions = None if body.permissions is None else frozenset(body.permissions)
        change = Change(body.name, permissions, body.sees)
        return await _named(await services().people.roles.change(caller(), key, change, offered=_offered()))

    @api.route("DELETE", "/roles/<key>", _MANAGE, "Delete a role", responses={204: None})
    async def delete_role(key: str) -> None:
        """409 `/problems/role-in-use`, with counts, while members, keys or invitations have it."""
        await services().people.roles.delete(caller(), key)


def _register_reading(api: Api) -> None:
    @api.route("GET", "/permissions", SIGNED_IN, "What roles can hold", responses={200: Listing[PermissionResource]})
    async def list_permissions() -> dict[str, Any]:
        """The kernel's, then those of the plugins that the organisation has."""
        locale = await reading_language()
        plugins = services().plugin_permissions(caller().tenant_id, locale)
        return {"items": [*kernel_permissions(locale), *plugins], "next": None}

    @api.route("GET", "/roles", SIGNED_IN, "List roles", responses={200: Listing[RoleResource]})
    async def list_roles() -> dict[str, Any]:
        """All of them: the built-in ones, then the organisation's own by name."""
        found = await services().people.roles.all(caller().tenant_id)
        locale = await reading_language()
        return {"items": [_in(locale, role) for role in found], "next": None}

    @api.route("GET", "/roles/<key>", SIGNED_IN, "One role", responses={200: RoleResource})
    async def get_role(key: str) -> dict[str, Any]:
        return await _named(await services().people.roles.get(caller().tenant_id, key))


def _offered() -> frozenset[str]:
    return frozenset(one["key"] for one in services().plugin_permissions(caller().tenant_id, "en"))


async def _named(role: dict[str, Any]) -> dict[str, Any]:
    return _in(await reading_language(), role)


def _in(locale: str, role: dict[str, Any]) -> dict[str, Any]:
    return {**role, "name": role_name(role["key"], role["name"], locale)}
