"""The tenant's API keys, for programs that speak for nobody in particular."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from core.auth import issued_keys
from core.auth.access import Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Person, Resource
from core.http.services import services
from core.http.text import Line, Paging, RequestModel, Text, example
from core.messaging.page import by_time, page

_MANAGE = Permitted("keys.manage")
Scope = Annotated[Text, Field(min_length=1, max_length=100)]


class ApiKey(Resource):
    """`prefix` is how the key begins, to recognise it by. `scopes` null: everything its role may do."""

    id: UUID
    name: str
    prefix: str
    role: str
    scopes: list[str] | None
    created_by: Person | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


class IssuedKey(ApiKey):
    """`key` is shown now and never again."""

    key: str


class NewKey(RequestModel):
    """`scopes` are permissions among those of the role; without them the key may do all that the role may."""

    model_config = example(name="n8n", role="agent", scopes=["conversations.read", "messages.send"],
                           expires_in_days=365)  # fmt: skip

    name: Line
    role: Line
    scopes: list[Scope] | None = Field(default=None, min_length=1, max_length=200)
    expires_in_days: int | None = Field(default=None, ge=1, le=3650)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/api-keys", _MANAGE, "List API keys", query=Paging, responses={200: Listing[ApiKey]})
    async def list_api_keys(query: Paging) -> dict[str, Any]:
        """The newest first, those that have ended included."""
        rows = await issued_keys.list_keys(services().db, caller().tenant_id, query.limit, by_time(query.cursor))
        return page(rows, query.limit, "created_at", "id").as_json()

    @api.route("POST", "/api-keys", _MANAGE, "Give out an API key", body=NewKey, responses={201: IssuedKey})
    async def create_api_key(body: NewKey) -> tuple[dict[str, Any], int]:
        """403 for a role or a scope beyond your own: nobody gives a key more than they hold. A key made by a key
        expires with it at the latest."""
        wish = issued_keys.Wish(body.name, body.role, body.scopes, body.expires_in_days)
        return await issued_keys.issue_key(services().db, services().permissions, caller(), wish), 201

    @api.route("DELETE", "/api-keys/<uuid:key_id>", _MANAGE, "Revoke an API key", responses={204: None})
    async def revoke_api_key(key_id: UUID) -> None:
        """At once: its next request is refused, and its sockets close within seconds."""
        await issued_keys.revoke_key(services().db, caller(), key_id)
