"""Conversations: lists, and what agents do with one."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from quart import g

from core.auth.access import Permitted
from core.auth.principal import Principal
from core.db.scope import require_tenant
from core.errors import Invalid
from core.http.language import reading_language
from core.http.operation import Api
from core.http.provided import Suggestions
from core.http.resources import ConversationResource, Listing
from core.http.services import services
from core.http.text import Moment, Paging, RequestModel, Text, example
from core.messaging import conversations
from core.messaging.conversation_list import Filter
from core.messaging.conversation_list import list_conversations as list_conversations_of

_READ, _WRITE = Permitted("conversations.read"), Permitted("conversations.write")


class ConversationQuery(Paging):
    """`q` is the beginning of a contact's name or phone, or of a group's subject."""

    status: Literal["open", "snoozed", "closed", "all"] = "all"
    assignee: Literal["me", "none"] | UUID | None = None
    team: Literal["none"] | UUID | None = None
    account: UUID | None = None
    contact: UUID | None = None
    kind: Literal["person", "group"] | None = None
    q: Text | None = Field(default=None, max_length=100)


class Assignment(RequestModel):
    """A member's id, `me`, or null for nobody."""

    model_config = example(assignee="me")

    assignee: Literal["me"] | UUID | None


class Placement(RequestModel):
    """A team's id, or null for none."""

    model_config = example(team="0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c77")

    team: UUID | None


class NewStatus(RequestModel):
    """`until` (with a time zone) for a snooze that ends by itself."""

    model_config = example(status="snoozed", until="2027-01-04T08:00:00+01:00")

    status: Literal["open", "snoozed", "closed"]
    until: Moment | None = None


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/conversations", _READ, "List conversations", query=ConversationQuery,
               responses={200: Listing[ConversationResource]})  # fmt: skip
    async def list_conversations(query: ConversationQuery) -> dict[str, Any]:
        """Newest activity first."""
        wanted = Filter(
            status=None if query.status == "all" else query.status,
            assignee=member_meant(query.assignee), team=query.team, account=query.account, contact=query.contact,
            kind=query.kind, q=query.q,
        )  # fmt: skip
        found = await list_conversations_of(services().db, wanted, limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("GET", "/conversations/<uuid:conversation_id>", _READ, "One conversation",
               responses={200: ConversationResource})  # fmt: skip
    async def get_conversation(conversation_id: UUID) -> dict[str, Any]:
        return await conversations.get_conversation(services().db, conversation_id)

    @api.route("GET", "/conversations/<uuid:conversation_id>/suggestions", Permitted("messages.send"),
               "Suggested answers", responses={200: Suggestions})  # fmt: skip
    async def get_suggestions(conversation_id: UUID) -> dict[str, Any]:
        """Answers that plugins suggest, after 3 s at most; nothing is sent. `missing` names the plugins that did not
        answer in time."""
        conversation = await conversations.get_conversation(services().db, conversation_id)
        return await services().suggestions(require_tenant(), conversation, await reading_language())

    @api.route("PUT", "/conversations/<uuid:conversation_id>/assignment", _WRITE, "Assign a conversation",
               body=Assignment, responses={200: ConversationResource})  # fmt: skip
    async def put_assignment(conversation_id: UUID, body: Assignment) -> dict[str, Any]:
        """To a member, to oneself, or to nobody. The answer shows the conversation as it was left; who may see their
        own or their team's alone may not see it again."""
        assignee = member_meant(body.assignee)
        assert assignee != "none"  # noqa: S101 - the model has no such value
        return await conversations.assign(services().db, conversation_id, assignee)

    @api.route("PUT", "/conversations/<uuid:conversation_id>/team", _WRITE, "Move a conversation to a team",
               body=Placement, responses={200: ConversationResource})  # fmt: skip
    async def put_team(conversation_id: UUID, body: Placement) -> dict[str, Any]:
        """Or to none. The answer shows the conversation as it was left; who may see their own or their team's alone
        may not see it again."""
        return await conversations.set_team(services().db, conversation_id, body.team)

    @api.route("PUT", "/conversations/<uuid:conversation_id>/status", _WRITE, "Open, snooze or close a conversation",
               body=NewStatus, responses={200: ConversationResource})  # fmt: skip
    async def put_status(conversation_id: UUID, body: NewStatus) -> dict[str, Any]:
        """A closed or snoozed conversation opens again when the customer writes."""
        until: datetime | None = body.until
        return await conversations.set_status(services().db, conversation_id, body.status, until)

    @api.route("PUT", "/conversations/<uuid:conversation_id>/read", _WRITE, "Mark a conversation read",
               responses={200: ConversationResource})  # fmt: skip
    async def put_read(conversation_id: UUID) -> dict[str, Any]:
        """Nothing unread any more; the customer's ticks turn blue."""
        return await conversations.mark_read(services().db, conversation_id, services().read_receipts)


def member_meant(assignee: UUID | Literal["me", "none"] | None) -> UUID | Literal["none"] | None:
    """The caller's own id instead of `me`. Raises Invalid for an API key, which is nobody."""
    if assignee != "me":
        return assignee
    principal: Principal = g.principal
    if principal.user_id is None:
        raise Invalid("An API key is nobody's me: name a member's id.",
                      errors=[{"loc": ["assignee"], "msg": "not a member"}])  # fmt: skip
    return principal.user_id
