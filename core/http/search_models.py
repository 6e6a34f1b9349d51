"""What a search answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from core.http.resources import Author, ContactResource, ConversationResource, Person, Resource


class Marked(Resource):
    """A text, and where it says what was asked: `[from, to)`, in characters (Unicode code points)."""

    text: str = Field(examples=["Votre colis part demain."])
    ranges: list[list[int]] = Field(examples=[[[6, 11]]])


class MarkedField(Marked):
    """`field` is the member of the contact, or of the group, that says it."""

    field: Literal["name", "phone", "username", "given_name", "profile_name", "subject"]


class ConversationHit(Resource):
    """`found` is null when no one field says all of it."""

    conversation: ConversationResource
    found: MarkedField | None


class ContactHit(Resource):
    """Somebody with whom the caller sees no conversation."""

    contact: ContactResource
    found: MarkedField | None


class MessageBrief(Resource):
    id: UUID
    conversation_id: UUID
    direction: Literal["inbound", "outbound"]
    type: str
    status: str
    at: datetime
    author: Author | None
    participant: Person | None


class ConversationBrief(Resource):
    """`name` is the contact's, or the group's subject; a group has no `contact_id`."""

    id: UUID
    kind: Literal["person", "group"]
    status: Literal["open", "snoozed", "closed"]
    name: str = Field(examples=["Salma Idrissi"])
    contact_id: UUID | None
    account_id: UUID


class MessageHit(Resource):
    """`snippet` is of the message, its caption, or the name of its file."""

    message: MessageBrief
    conversation: ConversationBrief
    snippet: Marked


class MessageHits(Resource):
    """`next` is the cursor of older hits, null when there are none."""

    items: list[MessageHit]
    next: str | None


class PluginHit(Resource):
    """Something a plugin keeps. It leads to a conversation, a contact, or a page of ours."""

    plugin: str = Field(examples=["inbox"])
    title: str = Field(examples=["Note by Amine"])
    icon: str = Field(examples=["sticky-note"])
    snippet: Marked
    at: datetime | None
    conversation: ConversationBrief | None
    contact_id: UUID | None
    url: str | None = Field(examples=["/contacts"])


class PluginHits(Resource):
    """`missing`: plugins that failed or were late."""

    items: list[PluginHit]
    missing: list[str] = Field(examples=[["acme_crm"]])


class SearchResults(Resource):
    """Conversations by whom they are with, contacts without one, messages, and what plugins keep."""

    conversations: list[ConversationHit]
    contacts: list[ContactHit]
    messages: MessageHits
    plugins: PluginHits
