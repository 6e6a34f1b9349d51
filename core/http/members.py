"""The people who work here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from core.auth.access import SIGNED_IN, Permitted
from core.http.language import reading_language
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Person, Resource
from core.http.services import services
from core.http.text import Line, Locale, Paging, PersonName, RequestModel, example
from core.people.members import Change, unique
from core.people.wordings import role_name

_MANAGE = Permitted("members.manage")


class MemberResource(Resource):
    """`email`, `second_factor` and `last_seen_at` are shown to those who manage members, and null to others."""

    id: UUID
    name: str
    email: str | None
    role: str
    role_name: str
    teams: list[Person]
    second_factor: bool | None
    last_seen_at: datetime | None
    created_at: datetime
    version: int


class Members(Resource):
    items: list[MemberResource]


class MemberQuery(Paging):
    """`lang`: of `role_name`, instead of the caller's language."""

    lang: Locale | None = None


class MemberChange(RequestModel):
    """`name` is what colleagues here see."""

    model_config = example(role="supervisor")

    role: Line | None = None
    name: PersonName | None = None


class NewRoleOfMember(RequestModel):
    id: UUID
    role: Line


class MembersChange(RequestModel):
    model_config = example(members=[{"id": "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11", "role": "supervisor"}])

    members: list[NewRoleOfMember] = Field(min_length=1, max_length=200)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/members", SIGNED_IN, "List members", query=MemberQuery,
               responses={200: Listing[MemberResource]})  # fmt: skip
    async def list_members(query: MemberQuery) -> dict[str, Any]:
        """By name."""
        found = await services().people.members.page(caller(), limit=query.limit, cursor=query.cursor)
        return {"items": await _named(found.items), "next": found.next}

    @api.route("PUT", "/members", _MANAGE, "Change the roles of several members", body=MembersChange,
               responses={200: Members})  # fmt: skip
    async def put_members(body: MembersChange) -> dict[str, Any]:
        """All of them or, when one may not be changed, none. The refusals of PATCH."""
        changes = unique([(one.id, Change(role=one.role)) for one in body.members])
        return {"items": await _named(await services().people.members.change(caller(), changes))}

    @api.route("GET", "/members/<uuid:member_id>", SIGNED_IN, "One member", responses={200: MemberResource})
    async def get_member(member_id: UUID) -> dict[str, Any]:
        return (await _named([await services().people.members.get(caller(), member_id)]))[0]

    @api.route("PATCH", "/members/<uuid:member_id>", _MANAGE, "Change a member", body=MemberChange,
               responses={200: MemberResource})  # fmt: skip
    async def update_member(member_id: UUID, body: MemberChange) -> dict[str, Any]:
        """Nobody gives or takes a role beyond their own (403); owners are made and unmade by owners. 409
        `/problems/last-owner`."""
        changes = {member_id: Change(body.role, body.name)}
        return (await _named(await services().people.members.change(caller(), changes)))[0]

    @api.route("DELETE", "/members/<uuid:member_id>", _MANAGE, "Remove a member", responses={204: None})
    async def delete_member(member_id: UUID) -> None:
        """Their sessions here end and their conversations are nobody's. 409 `/problems/last-owner`."""
        await services().people.members.remove(caller(), member_id)


async def _named(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    locale = await reading_language()
    return [{**one, "role_name": role_name(one["role"], one["role_name"], locale)} for one in members]
