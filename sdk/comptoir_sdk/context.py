"""What a plugin may touch: everything here is already bound to one tenant, and checks that ids belong to it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from logging import Logger
from typing import Any, Literal, Protocol
from uuid import UUID

from comptoir_sdk.business_hours import BusinessHours
from comptoir_sdk.offers import Answers
from comptoir_sdk.outgoing import Outgoing
from comptoir_sdk.values import Attachment, Contact, Conversation, Member, Message, Page, Tenant


class Database(Protocol):
    """The plugin's own tables go through its models; this adds the transaction."""

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """Model operations and `ctx.jobs.enqueue` inside commit or roll back together. Call nothing external inside."""


class Contacts(Protocol):
    async def get(self, contact_id: UUID) -> Contact:
        """Raises NotFound for an unknown id and for another tenant's alike."""

    async def list(self, *, q: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Contact]:
        """By name, at most 100 at a time. `q` is the beginning of a name or, when it is all digits, of a phone number.

        Raises Invalid for a limit out of 1 to 100 and for a cursor that is not of this list.
        """


class Conversations(Protocol):
    async def get(self, conversation_id: UUID) -> Conversation:
        """Raises NotFound for an unknown id and for another tenant's alike."""

    async def list(self, *, contact_id: UUID | None = None, status: Literal["open", "snoozed", "closed"] | None = None,
                   assignee_id: UUID | None = None, q: str | None = None, limit: int = 50,
                   cursor: str | None = None) -> Page[Conversation]:
        """The newest activity first, at most 100 at a time; each None lets everything through. `q` is the beginning of
        a contact's name or phone, or of a group's subject.

        Raises Invalid for a limit out of 1 to 100 and for a cursor that is not of this list.
        """

    async def tag(self, conversation_id: UUID, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Conversation:
        """Put tags on it and take tags off, by their names; the others stay. Raises NotFound, and Invalid for a name to
        add that is no tag of the tenant's."""

    async def set_priority(self, conversation_id: UUID,
                           priority: Literal["none", "low", "normal", "high", "urgent"]) -> Conversation:
        """Raises NotFound."""

    async def assign(self, conversation_id: UUID, member_id: UUID | None, *, only_if_unassigned: bool = False,
                     instead_of: UUID | None = None, reason: str | None = None) -> Conversation | None:
        """Give the conversation to a member, or to nobody, in the caller's transaction; as it is then. With
        `only_if_unassigned` None, and nothing is done, when somebody has it or it is not open any more; so with
        `instead_of`, when that member has it no more. `reason` is kept in the audit log: never a customer's words.

        Raises NotFound, Invalid for somebody who is no member.
        """

    async def set_team(self, conversation_id: UUID, team_id: UUID | None) -> Conversation:
        """Move the conversation to a team, or to none, in the caller's transaction.

        Raises NotFound, Invalid for a team there is not.
        """

    async def move(self, conversation: Conversation, team_id: UUID | None) -> Conversation | None:
        """As `set_team`, for one that was looked at before: None, and nothing is done, when its assignee, its team or
        its status is another by now."""

    async def set_status(self, conversation_id: UUID, status: Literal["open", "snoozed", "closed"], *,
                         until: datetime | None = None) -> Conversation:
        """Open, snooze or close, in the caller's transaction. What is snoozed opens again at `until`, and in any case
        when the customer writes.

        Raises NotFound, Invalid for a moment that has passed.
        """

    async def count_open(self, member_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """How many open conversations each of these members has, in the caller's transaction."""

    async def resources(self, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        """Those of them that there are for the caller, as the API shows them; the others are left out."""


class Moments(Protocol):
    """What is true for seconds: who looks, who types. Shared by all processes, gone by itself, lost without harm.

    Best effort: without its store nothing is kept, and nothing is found.
    """

    async def put(self, room: str, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """In `room`, under `key`, for so long. Raises Invalid for more than 300 s or 1 KiB."""

    async def remove(self, room: str, key: str) -> None:
        """Now. Nothing happens when there is none."""

    async def all(self, room: str) -> Mapping[str, Mapping[str, Any]]:
        """Everything in `room` whose time is not over, by key."""


class Members(Protocol):
    """Those who work here. In a route too, all of them: colleagues know of one another."""

    async def list(self) -> tuple[Member, ...]:
        """By name."""

    async def get(self, member_id: UUID) -> Member:
        """Raises NotFound for somebody who is no member (any more)."""

    async def seen_since(self, moment: datetime) -> frozenset[UUID]:
        """The ids of those who were at a screen or a program of theirs since then, also where the caller may not know
        when."""

    async def seeing(self, conversation_id: UUID) -> frozenset[UUID]:
        """The ids of those who see this conversation now. Raises NotFound."""


class Messages(Protocol):
    async def get(self, message_id: UUID) -> Message:
        """Raises NotFound for an unknown id and for another tenant's alike."""

    async def list(self, conversation_id: UUID, *, limit: int = 50, cursor: str | None = None) -> Page[Message]:
        """A conversation's, the newest first, at most 100 at a time.

        Raises NotFound for an unknown conversation, Invalid for a limit out of 1 to 100 or a cursor not of this list.
        """

    async def search(self, q: str, *, conversation_id: UUID | None = None, limit: int = 50,
                     cursor: str | None = None) -> Page[Message]:
        """Messages that say all the words of `q`, the newest first, in any spelling. A page may be short and still have
        a `next`: the search had taken long enough.

        Raises Invalid for fewer than two letters, a limit out of 1 to 100, and a cursor that is not of this list.
        """

    async def send(self, conversation_id: UUID, message: str | Outgoing, *, id: UUID | None = None) -> Message:
        """Queue a text, or a message of any other type, through the send gate, as an automation. The same `id` sends
        once.

        Raises Invalid with the gate's reason: a limit of WhatsApp's, window closed, refused by a filter; NotFound for
        a conversation, a quoted message or a reaction's target that is not there.
        """


class Attachments(Protocol):
    """Files that somebody uploaded to send (`POST /attachments`)."""

    async def get(self, attachment_id: UUID) -> Attachment:
        """Raises NotFound for an unknown id, for another tenant's and for what the caller does not see alike; Invalid
        when its bytes are gone."""

    async def hold(self, attachment_id: UUID, *, shared: bool = False) -> Attachment:
        """Keep it: what is uploaded and not sent within a month is forgotten otherwise. `shared`: every member may send
        it, not only who uploaded it. In the caller's transaction; raises as `get`."""

    async def release(self, attachment_id: UUID) -> None:
        """Hold it no longer. In the caller's transaction. Nothing happens when it was not held."""

    async def held(self) -> frozenset[UUID]:
        """The ids of all that this plugin holds."""

    async def discard(self, attachment_id: UUID) -> None:
        """Hold it no longer and forget it, unless it was sent, or another plugin holds it; its bytes go with the next
        sweep. In the caller's transaction. Nothing happens when there is none."""


class Storage(Protocol):
    """Objects of this plugin and tenant; keys are relative."""

    async def put(self, key: str, data: bytes, *, content_type: str = "application/octet-stream") -> None:
        """Keep these bytes, whole or not at all. Raises Invalid for a key that climbs out of the plugin's own."""

    async def get(self, key: str) -> bytes:
        """Raises NotFound."""

    async def delete(self, key: str) -> None:
        """Nothing happens when there is none."""

    def keys(self, folder: str) -> AsyncIterator[str]:
        """Every key below `folder/`."""


class Jobs(Protocol):
    async def enqueue(self, name: str, *, key: str | None = None, run_at: datetime | None = None,
                      delay: timedelta | None = None, **args: Any) -> UUID:
        """A row in the caller's transaction. `key` names the work: while one waits, a second is the same one, at the
        earlier of both times. It runs at once, or at `run_at`, or after `delay`.

        Raises LookupError for a job that the plugin does not register.
        """


class Push(Protocol):
    """A word to a browser of which no page is open (Web Push), sealed so that it alone can read it."""

    async def public_key(self) -> str:
        """The installation's, as browsers want it for `pushManager.subscribe`."""

    async def send(self, subscription: Mapping[str, Any], message: Mapping[str, Any], *, seconds: int = 86_400,
                   topic: str | None = None) -> bool:
        """To a `PushSubscription`, as its toJSON() tells it. False: it is no more, forget it. It is kept for `seconds`;
        a later one of the same `topic` (32 letters of base64url) takes the place of one not delivered yet.

        Raises Invalid for what is no subscription, for what the service does not take (400, 401, 403) and for a message
        above 3993 bytes, Unavailable for a push service that cannot be reached or is in trouble: let it fail the job.
        """


class Secrets(Protocol):
    """What a plugin may not keep in clear: a token, a password. Of this plugin and tenant, sealed with its own key.

    A backup holds them sealed, exports leave them out, and they outlive a rotation of the master key.
    """

    async def get(self, name: str) -> str | None:
        """None when there is none."""

    async def set(self, name: str, value: str) -> None:
        """In the caller's transaction. Raises Invalid for a name that is no lower-case word, for no value, and for one
        above 16 KiB."""

    async def delete(self, name: str) -> None:
        """In the caller's transaction. Nothing happens when there is none."""


class Audit(Protocol):
    async def record(self, action: str, subject_kind: str, subject_id: object = None,
                     changes: Mapping[str, Any] | None = None) -> None:
        """An entry in the tenant's audit log, in the caller's transaction; it is kept for ever and cannot be changed.

        `action` is a verb of this plugin, as in `pin_added`; the log shows `<plugin>.pin_added`. `changes` is
        {field: [before, after]}; of a customer's personal fields give the names alone ([None, None]), never a secret.
        Raises Invalid for an action that is no lower-case word.
        """


class Response(Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    def json(self) -> Any: ...


class Http(Protocol):
    """The one door out: time limits, size caps, no private addresses, no redirect to another host."""

    async def request(self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
                      json: Any = None, content: bytes | None = None, timeout: float = 10) -> Response: ...


class Caller(Protocol):
    """Who is asking, in a route."""

    @property
    def user_id(self) -> UUID | None: ...
    @property
    def name(self) -> str: ...
    @property
    def permissions(self) -> frozenset[str]: ...


class Context(Protocol):
    """Handed to every hook, view and job."""

    @property
    def tenant_id(self) -> UUID: ...

    @property
    def tenant(self) -> Tenant:
        """Its name, language and time zone, as they were a second ago."""

    @property
    def plugin(self) -> str:
        """The plugin's own name."""

    @property
    def settings(self) -> Any:
        """An instance of the plugin's `Settings`, for this tenant."""

    @property
    def event_id(self) -> int | None:
        """In an observer: the same whenever the same event comes again."""

    @property
    def caller(self) -> Caller | None:
        """In a route: the agent or API key; None in observers and jobs."""

    @property
    def locale(self) -> str:
        """In a route, the language of whoever asks; in jobs and observers, the tenant's."""

    @property
    def db(self) -> Database: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def members(self) -> Members: ...
    @property
    def moments(self) -> Moments: ...
    @property
    def business_hours(self) -> BusinessHours:
        """When the tenant is at work, in its time zone."""

    @property
    def attachments(self) -> Attachments: ...
    @property
    def storage(self) -> Storage: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def http(self) -> Http: ...
    @property
    def push(self) -> Push: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def log(self) -> Logger: ...

    @property
    def _(self) -> Callable[[str], str]:
        """Translate now, into `ctx.locale`."""

    def translator(self, locale: str) -> Callable[[str], str]:
        """As `ctx._`, into another language: for somebody who is told without asking."""

    async def broadcast(self, topic: str, data: Mapping[str, Any], *, member: UUID | None = None) -> None:
        """Tell the agents who listen to one of this plugin's channels; with `member` that member's screens alone, and
        nobody else's. Best effort: screens refetch on reconnect.

        Raises LookupError for a channel that the plugin does not register.
        """

    async def ask(self, hook: str, /, **values: Any) -> Answers:
        """Call a hook that this plugin offers (`register_hookspecs`) in every plugin of the tenant that implements it.

        Raises LookupError for a hook that the plugin does not offer; Unavailable where its policy is "fail" and one of
        them did not answer.
        """

    async def render(self, template: str, /, **values: Any) -> Any:
        """One of the plugin's Jinja templates, as the answer of a view; escaping is on and stays on."""

    def now(self) -> datetime:
        """In UTC."""

    def days_ago(self, days: float) -> datetime:
        """In UTC."""

    def ago(self, delta: timedelta) -> datetime:
        """In UTC."""
