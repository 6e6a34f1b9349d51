"""Many at once, where a client would loop. The answer tells of each; what cannot be done holds up nothing else."""

from dataclasses import replace
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from core.auth.access import Permitted
from core.errors import Problem
from core.http.contacts import ContactFields
from core.http.conversations import member_meant
from core.http.operation import Api
from core.http.resources import ContactResource, ConversationResource, ProblemDocument, Resource
from core.http.services import services
from core.http.text import Line, Moment, RequestModel, example
from core.messaging import conversations
from core.messaging.contact_batches import Upserted, delete_contacts, upsert_contacts
from core.messaging.conversations import Change, ReadReceipt
from core.messaging.labels import MOST_TAGS, Labels, Priority

MOST_CONVERSATIONS, MOST_CONTACTS = 200, 500
_ID = "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"


class Conversational(RequestModel):
    """What can be said of one conversation, or of many alike."""

    status: Literal["open", "snoozed", "closed"] | None = None
    until: Moment | None = None
    team: UUID | None = None
    assignee: Literal["me"] | UUID | None = None
    priority: Priority | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set - {"id", "ids", "until", "version"}:
            raise ValueError("name what is to change, such as status, team or assignee")
        if "status" in self.model_fields_set and self.status is None:
            raise ValueError("a status is open, snoozed or closed")
        return self


class ConversationChanges(Conversational):
    """What is named changes, in all of them: null takes the assignee or the team away. `read` marks them read."""

    model_config = example(ids=[_ID], status="closed", assignee="me")

    ids: list[UUID] = Field(min_length=1, max_length=MOST_CONVERSATIONS)
    add_tags: list[UUID] = Field(default_factory=list, max_length=MOST_TAGS)
    remove_tags: list[UUID] = Field(default_factory=list, max_length=MOST_TAGS)
    read: Literal[True] | None = None


class ConversationState(Conversational):
    """What is named changes, in this one; `tags` are then these and no others. With `version` only while it is still
    that one: what others did since stays."""

    id: UUID
    version: int | None = Field(default=None, ge=0)
    tags: list[UUID] | None = Field(default=None, max_length=MOST_TAGS)


class ConversationStates(RequestModel):
    model_config = example(conversations=[{"id": _ID, "version": 7, "status": "open", "assignee": None, "tags": []}])

    conversations: list[ConversationState] = Field(min_length=1, max_length=MOST_CONVERSATIONS)


class ChangedConversation(Resource):
    """The conversation as it was left, or why it was not changed."""

    id: UUID
    conversation: ConversationResource | None
    problem: ProblemDocument | None


class ChangedConversations(Resource):
    items: list[ChangedConversation]


class KnownContact(ContactFields):
    """The phone says whose the rest is."""

    model_config = example(phone="+212 661 000000", name="Salma Idrissi", locale="fr")

    phone: Line


class ContactBatch(RequestModel):
    model_config = example(contacts=[{"phone": "+212 661 000000", "name": "Salma Idrissi", "locale": "fr"}])

    contacts: list[KnownContact] = Field(min_length=1, max_length=MOST_CONTACTS)


class TakenContact(Resource):
    """The contact, new or known before; or why it was not taken."""

    contact: ContactResource | None
    created: bool
    problem: ProblemDocument | None


class TakenContacts(Resource):
    """In the order of the request."""

    items: list[TakenContact]


class ContactIds(RequestModel):
    model_config = example(ids=[_ID])

    ids: list[UUID] = Field(min_length=1, max_length=MOST_CONTACTS)


class GoneContact(Resource):
    """`problem` says why it is still there."""

    id: UUID
    problem: ProblemDocument | None


class GoneContacts(Resource):
    items: list[GoneContact]


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("PUT", "/conversations", Permitted("conversations.write"), "Change many conversations",
               body=ConversationChanges, responses={200: ChangedConversations}, limit="bulk")  # fmt: skip
    async def put_conversations(body: ConversationChanges) -> dict[str, Any]:
        """At most 200, each whole or not at all."""
        labels = Labels(body.priority, add=body.add_tags, remove=body.remove_tags)
        wanted = _wanted(body, labels, services().read_receipts if body.read else None)
        return {"items": [await _changed(conversation_id, wanted) for conversation_id in dict.fromkeys(body.ids)]}

    @api.route("POST", "/conversations/bulk", Permitted("conversations.write"), "Change many, each its way",
               body=ConversationStates, responses={200: ChangedConversations}, limit="bulk")  # fmt: skip
    async def change_conversations(body: ConversationStates) -> dict[str, Any]:
        """At most 200, each whole or not at all: to put them back as they were, for one. Sent again, it changes nothing
        more."""
        return {"items": [await _put(one) for one in body.conversations]}

    @api.route("POST", "/contacts/batches", Permitted("contacts.write"), "Take over many contacts", body=ContactBatch,
               responses={200: TakenContacts}, limit="bulk")  # fmt: skip
    async def take_contacts(body: ContactBatch) -> dict[str, Any]:
        """At most 500, known by their phones: who has the phone already is changed by what else is given, others are
        made. Sent again, it changes nothing more."""
        taken = await upsert_contacts(services().db, [contact.given for contact in body.contacts])
        return {"items": [_taken(one) for one in taken]}

    @api.route("DELETE", "/contacts", Permitted("contacts.delete"), "Delete many contacts", body=ContactIds,
               responses={200: GoneContacts}, limit="bulk")  # fmt: skip
    async def delete_many_contacts(body: ContactIds) -> dict[str, Any]:
        """At most 500, with their conversations and messages, for good."""
        gone = delete_contacts(services().db, list(dict.fromkeys(body.ids)))
        return {"items": [{"id": str(one), "problem": _told(problem)} async for one, problem in gone]}


async def _put(one: ConversationState) -> dict[str, Any]:
    try:
        wanted = replace(_wanted(one, Labels(one.priority, one.tags)), version=one.version)
    except Problem as problem:  # its moment has passed
        return {"id": str(one.id), "conversation": None, "problem": _told(problem)}
    return await _changed(one.id, wanted)


def _wanted(body: Conversational, labels: Labels, read: ReadReceipt | None = None) -> Change:
    receivers: dict[conversations.Receiver, UUID | None] = {}
    if "team" in body.model_fields_set:
        receivers["team"] = body.team
    if "assignee" in body.model_fields_set:
        meant = member_meant(body.assignee)
        assert meant != "none"  # noqa: S101 - the model has no such value
        receivers["assignee"] = meant
    return Change(body.status, body.until, receivers, labels=labels, read=read)


async def _changed(conversation_id: UUID, wanted: Change) -> dict[str, Any]:
    try:
        changed = await conversations.change(services().db, conversation_id, wanted)
    except Problem as problem:
        return {"id": str(conversation_id), "conversation": None, "problem": _told(problem)}
    return {"id": str(conversation_id), "conversation": changed, "problem": None}


def _taken(one: Upserted) -> dict[str, Any]:
    return {"contact": one.contact, "created": one.created, "problem": _told(one.problem)}


def _told(problem: Problem | None) -> dict[str, Any] | None:
    return problem.as_json() if problem else None
