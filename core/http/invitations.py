"""Inviting people, and coming when invited."""

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import Field
from quart import current_app, request

from core.auth.access import PUBLIC, Permitted
from core.auth.csrf import is_token
from core.http.application import Application
from core.http.caller import caller_ip
from core.http.entry import enter
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, LoggedIn, Person, ProblemDocument, Resource
from core.http.services import services
from core.http.text import Email, Paging, PersonName, RequestModel, Text, Token, example
from core.people.acceptance import Answer
from core.people.invitation_rows import list_invitations
from core.people.invitations import Wanted

_MANAGE = Permitted("members.manage")


class NewInvitation(RequestModel):
    """`role` is built-in or one of the organisation's own; `teams` are ids."""

    email: Email
    role: Text = Field(max_length=63)
    teams: tuple[UUID, ...] = Field(default=(), max_length=100)


class NewInvitations(RequestModel):
    model_config = example(invitations=[{"email": "salma@atlas.ma", "role": "agent"}])

    invitations: tuple[NewInvitation, ...] = Field(min_length=1, max_length=100)


class Link(RequestModel):
    """`token` is what follows the # in the link."""

    model_config = example(token="…")  # noqa: S106 - an example

    token: Token


class Acceptance(RequestModel):
    """Whoever has no account chooses `name` and `password`; whoever has one gives its password, unless they are logged
    in and send their X-CSRF-Token."""

    model_config = example(token="…", name="Salma Idrissi", password="soixante palmiers")  # noqa: S106 - an example

    token: Token
    name: PersonName | None = None
    password: str | None = Field(default=None, max_length=1024, repr=False)


class InvitationResource(Resource):
    """`invited_by` is null for one made by a program or by the operator."""

    id: UUID
    email: str
    role: str
    teams: list[UUID]
    invited_by: Person | None
    created_at: datetime
    expires_at: datetime
    state: Literal["waiting", "accepted", "expired", "revoked"]


class InvitationResult(Resource):
    """One of `invitation` and `problem`."""

    email: str
    invitation: InvitationResource | None
    problem: ProblemDocument | None


class InvitationResults(Resource):
    items: list[InvitationResult]


class InvitingTenant(Resource):
    name: str
    hue: int
    locale: str


class ShownInvitation(Resource):
    """`known`: the address has an account, whose password is asked."""

    tenant: InvitingTenant
    email: str
    role_name: str
    known: bool


def register(api: Api) -> None:
    """Add the routes."""
    _register_managing(api)

    @api.route("POST", "/invitations/lookups", PUBLIC, "Look at an invitation", body=Link,
               responses={200: ShownInvitation}, limit="lookup", problems=(410,))  # fmt: skip
    async def look_up_invitation(body: Link) -> dict[str, Any]:
        """For whoever holds its link; the role in the browser's language. 410: used, revoked, replaced, or older than
        a day."""
        return await services().people.acceptance.look(body.token, services().wish())

    @api.route("POST", "/invitations/acceptances", PUBLIC, "Accept an invitation", body=Acceptance,
               responses={200: LoggedIn}, limit="lookup", problems=(401, 409, 410))  # fmt: skip
    async def accept_invitation(body: Acceptance) -> dict[str, Any]:
        """Makes the account where there is none, makes the member, and logs them in. Whoever has a second factor is a
        member then, and gets the 401 `/problems/second-factor` of POST /session. 401: a wrong password, and the link
        stays good. 410: used, revoked, replaced, or older than a day."""
        answer = Answer(body.token, body.name, body.password, await _signed_in())
        accepted = await services().people.acceptance.accept(answer, _guess)
        by: Literal["tenant", "invitation"] = "tenant" if accepted.proven else "invitation"
        return await enter(accepted.user_id, accepted.tenant_id, by=by, password_hash=accepted.password_hash)


def _register_managing(api: Api) -> None:
    @api.route("GET", "/invitations", _MANAGE, "List invitations", query=Paging,
               responses={200: Listing[InvitationResource]})  # fmt: skip
    async def get_invitations(query: Paging) -> dict[str, Any]:
        """The newest first, those that are over included."""
        found = await list_invitations(services().db, caller().tenant_id, limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("POST", "/invitations", _MANAGE, "Invite people", body=NewInvitations,
               responses={201: InvitationResults}, limit="invite")  # fmt: skip
    async def create_invitations(body: NewInvitations) -> tuple[dict[str, Any], int]:
        """Each is invited or has its problem, by itself. Links are good once and for 24 hours; a new one for the same
        address replaces the one that waits. Nobody invites above their own permissions."""
        wanted = [Wanted(one.email, one.role, one.teams) for one in body.invitations]
        return {"items": await services().people.invitations.invite(caller(), wanted)}, 201

    @api.route("DELETE", "/invitations/<uuid:invitation_id>", _MANAGE, "Revoke an invitation", responses={204: None},
               problems=(409,))  # fmt: skip
    async def delete_invitation(invitation_id: UUID) -> None:
        """Its link is worth nothing from now on."""
        await services().people.invitations.revoke(caller(), invitation_id)

    @api.route("POST", "/invitations/<uuid:invitation_id>/renewals", _MANAGE, "Send an invitation again",
               responses={201: InvitationResource}, limit="invite", problems=(409,))  # fmt: skip
    async def renew_invitation(invitation_id: UUID) -> tuple[dict[str, Any], int]:
        """Another link, good for another 24 hours; the old one is worth nothing. 409: accepted or revoked already."""
        return await services().people.invitations.renew(caller(), invitation_id), 201


async def _guess(email: str) -> None:
    """Guesses count together with those at the login."""
    await services().attempts.begin(caller_ip(), email)


async def _signed_in() -> UUID | None:
    """Whose session this is, if their own page asks: its cookie alone could be sent by anybody's."""
    principal = await cast(Application, current_app).doorman.identify(None)
    if principal is None or not is_token(principal.csrf_secret, request.headers.get("X-CSRF-Token")):
        return None
    return principal.user_id
