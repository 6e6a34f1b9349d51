"""What the API answers, for the OpenAPI document. The database views make the JSON; a test compares the two."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.messaging.labels import Priority
from core.messaging.tags import Colour

Item = TypeVar("Item")


class Resource(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Listing(Resource, Generic[Item]):
    """`next` is the cursor of the following page, null at the end."""

    items: list[Item]
    next: str | None


class Fault(Resource):
    """Where in the request, and what. `limit` is the number that was passed, WhatsApp's own where it has one."""

    loc: list[str | int]
    pointer: str | None = Field(default=None, examples=["#/interactive/action/buttons/0/reply/title"])
    msg: str
    limit: float | None = None


class ProblemDocument(BaseModel):
    """RFC 9457. `detail` says what to do; further members depend on `type`."""

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such conversation."])
    errors: list[Fault] | None = None


class TenantResource(Resource):
    id: UUID
    slug: str
    name: str
    locale: str
    timezone: str
    hue: int


class Preferences(Resource):
    """How a person likes their screens."""

    density: Literal["comfortable", "compact"]
    theme: Literal["auto", "light", "dark"]
    digits: Literal["latn", "arab"]
    keys: bool
    sending: Literal["enter", "ctrl_enter"]


class Me(Resource):
    """The caller. `id` and `email` are null for an API key. `sees`: all conversations, those of their teams and their
    own, or their own alone. `chose_locale`: the language is their own choice, not the organisation's."""

    id: UUID | None
    name: str
    email: str | None
    role: str
    sees: Literal["all", "team", "own"]
    locale: str
    permissions: list[str]
    tenant: TenantResource
    auth: Literal["session", "token", "api_key"]
    preferences: Preferences
    chose_locale: bool


class LoggedIn(Resource):
    """`csrf` goes into the X-CSRF-Token header of every POST, PUT, PATCH and DELETE."""

    csrf: str
    me: Me


class Team(Resource):
    id: UUID
    name: str = Field(examples=["Casablanca"])


class AccountBrief(Resource):
    """A WhatsApp number as every member sees it. A `token_dead` one still receives, and sends nothing."""

    id: UUID
    phone_number_id: str = Field(examples=["106540352242922"])
    waba_id: str = Field(examples=["102290129340398"])
    display_phone_number: str = Field(examples=["212520000600"])
    verified_name: str = Field(examples=["Atlas Store"])
    status: Literal["connected", "token_dead", "disabled"]
    simulated: bool
    team: Team | None
    version: int = Field(examples=[3])


class Member(Resource):
    id: UUID
    name: str
    role: str


class Person(Resource):
    id: UUID
    name: str | None


class Tag(Resource):
    """`colour` is a token of the screens' palette."""

    id: UUID
    name: str = Field(examples=["VIP"])
    colour: Colour


class Bootstrap(Resource):
    """Everything a screen needs before its first list. `cursor` is where to open the WebSocket `ws`."""

    me: Me
    csrf: str | None
    cursor: str
    accounts: list[AccountBrief]
    members: list[Member]
    teams: list[Person]
    tags: list[Tag]
    ui: dict[str, Any]
    ws: str
    locale: str
    dir: Literal["ltr", "rtl"]


class ContactResource(Resource):
    """`name` is what to show; `given_name` is the agents' own, `profile_name` the customer's."""

    id: UUID
    name: str
    given_name: str | None
    profile_name: str | None
    phone: str | None
    bsuid: str | None
    username: str | None
    locale: str | None
    preferences: dict[str, Any] = Field(
        description="What the customer told WhatsApp, by category.",
        examples=[{"marketing_messages": {"value": "stop", "at": 1767513600}}])
    created_at: datetime
    updated_at: datetime
    version: int


class ConversationAccount(Resource):
    id: UUID
    phone_number_id: str
    display_phone_number: str
    verified_name: str


class ConversationContact(Resource):
    id: UUID
    name: str
    phone: str | None
    bsuid: str | None
    username: str | None
    version: int


class GroupPerson(Resource):
    id: UUID
    name: str
    phone: str | None
    bsuid: str | None
    username: str | None


class Group(Resource):
    """`id` is Meta's. Nothing can be sent to a group that is `suspended` (by WhatsApp) or `deleted`."""

    id: str = Field(examples=["Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"])
    subject: str | None = Field(examples=["Voyage à Fès"])
    description: str | None
    invite_link: str | None = Field(examples=["https://chat.whatsapp.com/LinkId"])
    join_approval_mode: str | None = Field(examples=["auto_approve"])
    state: Literal["active", "suspended", "deleted"]
    participants: list[GroupPerson]


class LastMessage(Resource):
    id: UUID
    direction: Literal["inbound", "outbound"]
    type: str
    preview: str
    status: str
    at: datetime
    revoked_at: datetime | None


class ConversationResource(Resource):
    """With a person, who is `contact`, or with several, who are `group`: the other of the two is null.

    `window_expires_at`: free text may be sent until then, 24 h after the last message of the customer, or of anybody in
    the group. `blocked_at`: since when this number has blocked the contact, and neither hears nor reaches them.
    `waiting_since`: the first message of the customer that nobody has answered yet; null once somebody did, or closed
    it. Neither automatic answers nor reactions end it."""

    id: UUID
    kind: Literal["person", "group"]
    status: Literal["open", "snoozed", "closed"]
    snoozed_until: datetime | None
    assignee: Person | None
    team: Person | None
    account: ConversationAccount
    contact: ConversationContact | None
    group: Group | None
    blocked_at: datetime | None
    tags: list[Tag]
    priority: Priority
    waiting_since: datetime | None
    unread: int
    last_message_at: datetime
    last_inbound_at: datetime | None
    window_expires_at: datetime | None
    last_message: LastMessage | None
    created_at: datetime
    updated_at: datetime
    version: int


class Author(Resource):
    kind: Literal["agent", "api", "automation", "phone"]
    id: UUID | None
    name: str | None


class Attachment(Resource):
    """Its bytes are at /api/v1/attachments/<id> once `state` is stored, a small picture at …/thumbnail when `thumbnail`
    says so. `failure`: why there is none. `duration` in seconds; `waveform`: 64 figures from 0 to 100."""

    id: UUID
    kind: str
    mime_type: str | None
    filename: str | None
    size: int | None
    voice: bool
    state: Literal["pending", "stored", "failed"]
    failure: Literal["expired", "gone", "no_id", "too_large", "unreachable", "lost"] | None
    thumbnail: bool
    width: int | None
    height: int | None
    duration: float | None
    waveform: list[int] | None


class Timestamps(Resource):
    """One for each status reached."""

    created: datetime
    queued: datetime | None = None
    accepted: datetime | None = None
    sent: datetime | None = None
    delivered: datetime | None = None
    read: datetime | None = None
    played: datetime | None = None
    failed: datetime | None = None


class MessageContext(Resource):
    """Where a customer's message came from, as WhatsApp tells it: `product` is {catalog_id, product_retailer_id},
    `referral` the advertisement or post that was tapped. Of a template that was sent from here: its words then, with
    what was filled in, as {header, body, footer, buttons}."""

    forwarded: bool | None = None
    often_forwarded: bool | None = None
    product: dict[str, Any] | None = None
    referral: dict[str, Any] | None = None
    template: dict[str, Any] | None = None


class MessageResource(Resource):
    """`type` and `content` are Meta's. `status` of an outbound one: queued, sending, accepted, sent, delivered, read,
    played, failed, or uncertain while Meta has not said whether it took it. A call has the type `call`, as `wamid` its
    id, as `body` how long they spoke (3:12), and the status begun, completed, missed, declined or unanswered.

    Once its author took it back (`revoked_at`), body, content and attachments are empty; `original` is what was written
    before the first edit. `receipts`: of a message to a group, how many of its people it has reached; whom,
    says /messages/<id>/receipts. `participant`: who of a group wrote it."""

    id: UUID
    conversation_id: UUID
    wamid: str | None
    direction: Literal["inbound", "outbound"]
    type: str
    body: str
    content: dict[str, Any]
    status: str
    error: dict[str, Any] | None
    at: datetime
    context_wamid: str | None
    context: MessageContext | None
    author: Author | None
    participant: Person | None
    timestamps: Timestamps
    edited_at: datetime | None
    revoked_at: datetime | None
    original: dict[str, Any] | None
    receipts: dict[str, int] | None
    attachments: list[Attachment]
    version: int


class Stretch(Listing[MessageResource]):
    """Messages that follow each other. `next` leads to older ones, `previous` to newer ones (as `after`): null where
    the page begins with the newest."""

    previous: str | None


class Receipt(Resource):
    """How far a message has come with one of the group. `contact` is null when WhatsApp's name for them (a phone or a
    user id) is not known here."""

    participant: str = Field(examples=["212661000000"])
    contact: Person | None
    sent: datetime | None = None
    delivered: datetime | None = None
    read: datetime | None = None
    played: datetime | None = None
    failed: datetime | None = None


class Receipts(Resource):
    items: list[Receipt]
