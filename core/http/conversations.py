"""Conversations: lists, and what agents do with one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, Json
from quart import Response, g

from core.auth.access import Permitted
from core.auth.principal import Principal
from core.db.scope import require_tenant
from core.errors import Forbidden, Invalid
from core.http.language import reading_language
from core.http.operation import Api, written
from core.http.provided import Suggestions
from core.http.resources import ConversationResource, Listing, Resource
from core.http.services import services
from core.http.text import Moment, Paging, RequestModel, Text, example
from core.messaging import acts, conversations
from core.messaging.conversation_counts import MOST, count_conversations
from core.messaging.conversation_filter import Timed
from core.messaging.conversation_list import Filter, Sort
from core.messaging.conversation_list import list_conversations as list_conversations_of
from core.messaging.labels import MOST_TAGS, Labels, Priority

MOST_FILTERS = 50
_READ, _WRITE = Permitted("conversations.read"), Permitted("conversations.write")


_Item = TypeVar("_Item")
Several = Annotated[
    tuple[_Item, ...], BeforeValidator(lambda given: given.split(",") if isinstance(given, str) else given),
    Field(max_length=50),
]  # fmt: skip
"""With commas between them, or as a list."""


def _key_and_value(text: str) -> str:
    key, _, value = text.partition("=")
    if not key.strip() or not value.strip():
        raise ValueError("name the field and its value, with = between them, as in city=Essaouira")
    return text


KeptField = Annotated[Text, Field(max_length=2100, examples=["city=Essaouira"]), AfterValidator(_key_and_value)]
"""A field of the contact, up to the first =, and its value."""


RunningTimer = Annotated[Text, Field(max_length=60, pattern=r"^([a-z][a-z0-9_]*:)?(running|overdue|within:[0-9]{1,5})$",
                                    examples=["overdue", "first_response:within:30"])]  # fmt: skip
"""The kind of a timer, if not any, and when it is due: `running` whenever, `overdue`, or within so many minutes."""


class ConversationFilter(RequestModel):
    """What is left out lets everything through. Of several assignees, tags or priorities one is enough. `field` is an
    attribute of the contact and its value, in any case of letters; it needs `contacts.read`. `timer`: one runs and is
    not paused, of any kind or of that named before it (`first_response`, `resolution`): `running`, `overdue`, or
    `within:30`, due in the next thirty minutes."""

    model_config = example(status="open", assignee=["me", "none"], priority=["high", "urgent"])

    status: Literal["open", "snoozed", "closed", "all"] = "all"
    assignee: Several[Literal["me", "none"] | UUID] = ()
    team: Literal["none"] | UUID | None = None
    tag: Several[UUID] = ()
    account: UUID | None = None
    kind: Literal["person", "group"] | None = None
    priority: Several[Priority] = ()
    unread: bool = False
    window_hours: int | None = Field(
        default=None, ge=1, le=24, description="Free text may be sent now, and no longer in so many hours.")
    waiting_minutes: int | None = Field(
        default=None, ge=0, le=527_040, description="The customer has waited for an answer for longer than that.")
    field: KeptField | None = None
    timer: RunningTimer | None = None

    def wanted(self, contact: UUID | None = None, q: str | None = None) -> Filter:
        """The same, for whoever asks. Raises Invalid where an API key asks for `me`, Forbidden for whoever may not know
        contacts."""
        principal: Principal = g.principal
        if self.field and "contacts.read" not in principal.permissions:
            raise Forbidden("To filter by a field of contacts needs the permission contacts.read.")
        return Filter(
            status=None if self.status == "all" else self.status,
            assignees=[meant for one in self.assignee if (meant := member_meant(one)) is not None],
            team=self.team, tags=self.tag, account=self.account, contact=contact, kind=self.kind,
            priorities=self.priority, unread=self.unread,
            window_within=None if self.window_hours is None else timedelta(hours=self.window_hours),
            waiting_longer=None if self.waiting_minutes is None else timedelta(minutes=self.waiting_minutes), q=q,
            field=_parted(self.field) if self.field else None, timer=_timed(self.timer) if self.timer else None,
        )  # fmt: skip


class ConversationQuery(ConversationFilter, Paging):
    """`q` is the beginning of a contact's name or phone, or of a group's subject. `sort`: the newest activity first, or
    those alone whose customer waits for an answer, the longest first."""

    contact: UUID | None = None
    q: Text | None = Field(default=None, max_length=100)
    sort: Sort = "latest"


def _timed(timer: str) -> Timed:
    *parts, last = timer.split(":")
    if last.isdecimal():
        return Timed("within", int(last), parts[0] if len(parts) > 1 else None)
    return Timed("overdue" if last == "overdue" else "running", kind=parts[0] if parts else None)


def _parted(field: str) -> tuple[str, str]:
    key, _, value = field.partition("=")
    return key.strip(), value.strip()


class CountQuery(RequestModel):
    """`of`: a JSON list of filters, with the names of the list's own."""

    of: Annotated[Json[list[ConversationFilter]], Field(max_length=20_000)] = Field(default_factory=list)


class Count(Resource):
    """`more`: there are at least so many. `count` is null where counting takes too long: show nothing."""

    count: int | None
    more: bool


class Counts(Resource):
    """In the order of the request."""

    items: list[Count]


class NewTags(RequestModel):
    """Ids of tags: these and no others."""

    model_config = example(tags=["0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c55"])

    tags: list[UUID] = Field(max_length=MOST_TAGS)


class NewPriority(RequestModel):
    model_config = example(priority="high")

    priority: Priority


class Actor(Resource):
    """`name` is null for the system and the customer, and for who is no member any more; a plugin's is its identifier.
    `id` is a member's, else null."""

    kind: Literal["member", "api_key", "plugin", "operator", "system", "stranger", "customer"]
    id: UUID | None
    name: str | None = Field(examples=["Amine Kadiri"])


class ActResource(Resource):
    """`changes`: each field that changed, as it was and as it is. Members and teams have an id and a name, null once
    they are gone; tags are names. `reason`: a plugin's own words for what it did."""

    id: str = Field(examples=["1042"])
    at: datetime
    action: Literal["assigned", "moved", "reopened", "snoozed", "closed", "tagged", "prioritised"]
    actor: Actor
    changes: dict[str, list[Any]] = Field(examples=[{"priority": ["none", "high"]}])
    reason: str | None


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
    _register_reading(api)
    _register_changing(api)


def _register_reading(api: Api) -> None:
    @api.route("GET", "/conversations", _READ, "List conversations", query=ConversationQuery,
               responses={200: Listing[ConversationResource]})  # fmt: skip
    async def list_conversations(query: ConversationQuery) -> Response:
        """Newest activity first, or the longest waiting."""
        wanted = query.wanted(query.contact, query.q)
        found = await list_conversations_of(services().db, wanted, limit=query.limit, cursor=query.cursor,
                                            sort=query.sort, fields=_fields(), timers=_timers())  # fmt: skip
        return written(found.body)

    @api.route("GET", "/conversations/counts", _READ, "Count conversations", query=CountQuery,
               responses={200: Counts})  # fmt: skip
    async def count_conversations_of(query: CountQuery) -> dict[str, Any]:
        """Of up to 50 filters at once; beyond 999 nothing is counted."""
        if len(query.of) > MOST_FILTERS:
            raise Invalid(f"At most {MOST_FILTERS} filters are counted at once.",
                          errors=[{"loc": ["of"], "msg": f"more than {MOST_FILTERS}"}])  # fmt: skip
        counts = await count_conversations(services().db, [one.wanted() for one in query.of], _fields(), _timers())
        return {"items": [_told(count) for count in counts]}

    @api.route("GET", "/conversations/<uuid:conversation_id>", _READ, "One conversation",
               responses={200: ConversationResource})  # fmt: skip
    async def get_conversation(conversation_id: UUID) -> dict[str, Any]:
        return await conversations.get_conversation(services().db, conversation_id)

    @api.route("GET", "/conversations/<uuid:conversation_id>/acts", _READ, "What was done with a conversation",
               query=Paging, responses={200: Listing[ActResource]})  # fmt: skip
    async def list_acts(conversation_id: UUID, query: Paging) -> dict[str, Any]:
        """Assigned, moved, opened, snoozed, closed, tagged, prioritised: by whom and when, the newest first. What a
        customer's word or the end of a snooze opened comes with the act that it ended, beyond the limit, and with
        `-end` in its id."""
        return (await acts.list_acts(services().db, conversation_id, limit=query.limit, cursor=query.cursor)).as_json()

    @api.route("GET", "/conversations/<uuid:conversation_id>/suggestions", Permitted("messages.send"),
               "Suggested answers", responses={200: Suggestions})  # fmt: skip
    async def get_suggestions(conversation_id: UUID) -> dict[str, Any]:
        """Answers that plugins suggest, after 3 s at most; nothing is sent. `missing` names the plugins that did not
        answer in time."""
        conversation = await conversations.get_conversation(services().db, conversation_id)
        return await services().suggestions(require_tenant(), conversation, await reading_language())


def _register_changing(api: Api) -> None:
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

    @api.route("PUT", "/conversations/<uuid:conversation_id>/tags", _WRITE, "Tag a conversation", body=NewTags,
               responses={200: ConversationResource})  # fmt: skip
    async def put_tags(conversation_id: UUID, body: NewTags) -> dict[str, Any]:
        """These and no others, 20 at most."""
        return await conversations.set_labels(services().db, conversation_id, Labels(tags=body.tags))

    @api.route("PUT", "/conversations/<uuid:conversation_id>/priority", _WRITE, "Give a conversation a priority",
               body=NewPriority, responses={200: ConversationResource})  # fmt: skip
    async def put_priority(conversation_id: UUID, body: NewPriority) -> dict[str, Any]:
        return await conversations.set_labels(services().db, conversation_id, Labels(priority=body.priority))

    @api.route("PUT", "/conversations/<uuid:conversation_id>/read", _WRITE, "Mark a conversation read",
               responses={200: ConversationResource})  # fmt: skip
    async def put_read(conversation_id: UUID) -> dict[str, Any]:
        """Nothing unread any more; the customer's ticks turn blue."""
        return await conversations.mark_read(services().db, conversation_id, services().read_receipts)


def _fields() -> Sequence[str]:
    return services().contact_fields(require_tenant())


def _timers() -> Sequence[str]:
    return services().conversation_timers(require_tenant())


def _told(count: int | None) -> dict[str, Any]:
    return {"count": None if count is None else min(count, MOST - 1), "more": count is not None and count >= MOST}


def member_meant(assignee: UUID | Literal["me", "none"] | None) -> UUID | Literal["none"] | None:
    """The caller's own id instead of `me`. Raises Invalid for an API key, which is nobody."""
    if assignee != "me":
        return assignee
    principal: Principal = g.principal
    if principal.user_id is None:
        raise Invalid("An API key is nobody's me: name a member's id.",
                      errors=[{"loc": ["assignee"], "msg": "not a member"}])  # fmt: skip
    return principal.user_id
