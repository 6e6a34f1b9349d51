"""Teams of members."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from core.auth.access import SIGNED_IN, Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Person, Resource
from core.http.services import services
from core.http.text import Line, RequestModel, example

_MANAGE = Permitted("teams.manage")
_SALMA = "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"


class TeamResource(Resource):
    id: UUID
    name: str
    members: list[Person]
    created_at: datetime
    version: int


class NewTeam(RequestModel):
    """`members` are ids of members."""

    model_config = example(name="Sales", members=[_SALMA])

    name: Line
    members: list[UUID] = Field(default_factory=list, max_length=500)


class TeamChange(RequestModel):
    model_config = example(name="Sales")

    name: Line


class TeamMembers(RequestModel):
    model_config = example(members=[_SALMA])

    members: list[UUID] = Field(max_length=500)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/teams", SIGNED_IN, "List teams", responses={200: Listing[TeamResource]})
    async def list_teams() -> dict[str, Any]:
        """All of them, by name."""
        return {"items": await services().people.teams.all(caller().tenant_id), "next": None}

    @api.route("POST", "/teams", _MANAGE, "Make a team", body=NewTeam, responses={201: TeamResource})
    async def create_team(body: NewTeam) -> tuple[dict[str, Any], int]:
        """409: there is a team of this name."""
        return await services().people.teams.create(caller(), body.name, body.members), 201

    @api.route("GET", "/teams/<uuid:team_id>", SIGNED_IN, "One team", responses={200: TeamResource})
    async def get_team(team_id: UUID) -> dict[str, Any]:
        return await services().people.teams.get(caller().tenant_id, team_id)

    @api.route("PATCH", "/teams/<uuid:team_id>", _MANAGE, "Rename a team", body=TeamChange,
               responses={200: TeamResource})  # fmt: skip
    async def update_team(team_id: UUID, body: TeamChange) -> dict[str, Any]:
        """409: there is a team of this name."""
        return await services().people.teams.rename(caller(), team_id, body.name)

    @api.route("PUT", "/teams/<uuid:team_id>/members", _MANAGE, "Say who is in a team", body=TeamMembers,
               responses={200: TeamResource})  # fmt: skip
    async def put_team_members(team_id: UUID, body: TeamMembers) -> dict[str, Any]:
        """These and nobody else. 403: somebody who does not see all conversations changes their own teams alone."""
        return await services().people.teams.set_members(caller(), team_id, body.members)

    @api.route("DELETE", "/teams/<uuid:team_id>", _MANAGE, "Delete a team", responses={204: None})
    async def delete_team(team_id: UUID) -> None:
        """Its conversations and numbers have no team then."""
        await services().people.teams.delete(caller(), team_id)
