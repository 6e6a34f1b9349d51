"""Tags: what there are, and who says so."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from core.auth.access import Permitted
from core.http.operation import Api
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import PersonName, RequestModel, example
from core.messaging import tags
from core.messaging.tags import Colour, TagChange

_READ, _MANAGE = Permitted("conversations.read"), Permitted("tags.manage")


class TagResource(Resource):
    """`colour` is a token of the screens' palette."""

    id: UUID
    name: str = Field(examples=["VIP"])
    colour: Colour
    created_at: datetime
    updated_at: datetime
    version: int


class NewTag(RequestModel):
    model_config = example(name="VIP", colour="violet")

    name: PersonName
    colour: Colour = "grey"


class ChangedTag(RequestModel):
    """What is named changes."""

    model_config = example(name="Very important", colour="red")

    name: PersonName | None = None
    colour: Colour | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.name is None and self.colour is None:
            raise ValueError("name what is to change: name or colour")
        return self


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/tags", _READ, "List tags", responses={200: Listing[TagResource]})
    async def list_tags() -> dict[str, Any]:
        """All of them, by name."""
        return {"items": await tags.list_tags(services().db), "next": None}

    @api.route("POST", "/tags", _MANAGE, "Make a tag", body=NewTag, responses={201: TagResource})
    async def create_tag(body: NewTag) -> tuple[dict[str, Any], int]:
        """409: there is a tag of this name."""
        return await tags.create_tag(services().db, body.name, body.colour), 201

    @api.route("GET", "/tags/<uuid:tag_id>", _READ, "One tag", responses={200: TagResource})
    async def get_tag(tag_id: UUID) -> dict[str, Any]:
        return await tags.get_tag(services().db, tag_id)

    @api.route("PATCH", "/tags/<uuid:tag_id>", _MANAGE, "Change a tag", body=ChangedTag, responses={200: TagResource})
    async def update_tag(tag_id: UUID, body: ChangedTag) -> dict[str, Any]:
        """Wherever it is put, it is called so at once. 409: there is a tag of this name."""
        return await tags.change_tag(services().db, tag_id, TagChange(body.name, body.colour))

    @api.route("DELETE", "/tags/<uuid:tag_id>", _MANAGE, "Delete a tag", responses={204: None})
    async def delete_tag(tag_id: UUID) -> None:
        """It is seen nowhere any more, and taken off its conversations behind that."""
        await tags.delete_tag(services().db, tag_id)
