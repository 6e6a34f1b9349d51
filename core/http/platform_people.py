"""The operator's console: everybody who has an account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from core.errors import Conflict
from core.http.myself import caller
from core.http.operation import Api
from core.http.platform import OPERATE, Query
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Paging, RequestModel, example
from core.platform import people


class PeopleQuery(Paging):
    """`q` is part of the name or of the address."""

    q: Query | None = None


class PersonChange(RequestModel):
    """What is given changes."""

    model_config = example(disabled=True)

    disabled: bool | None = None
    platform_admin: bool | None = None


class PlatformMembership(Resource):
    id: UUID
    slug: str
    name: str
    role: str


class PlatformPerson(Resource):
    id: UUID
    name: str = Field(examples=["Salma Idrissi"])
    email: str = Field(examples=["salma@dune.ma"])
    platform_admin: bool
    disabled: bool
    second_factor: bool
    tenants: list[PlatformMembership]
    created_at: datetime
    last_seen_at: datetime | None
    version: int


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/platform/people", OPERATE, "List people", query=PeopleQuery,
               responses={200: Listing[PlatformPerson]}, tags=["platform"])  # fmt: skip
    async def list_platform_people(query: PeopleQuery) -> dict[str, Any]:
        """By address, of every organisation."""
        found = await people.list_people(services().db, q=query.q, limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("PATCH", "/platform/people/<uuid:user_id>", OPERATE, "Disable a person, or let them run all this",
               body=PersonChange, responses={200: PlatformPerson}, tags=["platform"], problems=(409,))  # fmt: skip
    async def patch_platform_person(user_id: UUID, body: PersonChange) -> dict[str, Any]:
        """Whoever is disabled is logged out everywhere at once and cannot log in. Somebody always stays who runs the
        installation."""
        if user_id == caller().user_id and body.disabled:
            raise Conflict("That is you: ask another platform admin.")
        return await people.change_person(services().db, user_id, people.Change(body.disabled, body.platform_admin))
