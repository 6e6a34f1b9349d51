"""What a plugin may touch: everything here is already bound to one tenant, and checks that ids belong to it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from logging import Logger
from typing import Any, Protocol
from uuid import UUID

from comptoir_sdk.outgoing import Outgoing
from comptoir_sdk.values import Contact, Conversation, Message


class Database(Protocol):
    """The plugin's own tables go through its models; this adds the transaction."""

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """Model operations and `ctx.jobs.enqueue` inside commit or roll back together. Call nothing external inside."""


class Contacts(Protocol):
    async def get(self, contact_id: UUID) -> Contact:
        """Raises NotFound for an unknown id and for another tenant's alike."""


class Conversations(Protocol):
    async def get(self, conversation_id: UUID) -> Conversation:
        """Raises NotFound for an unknown id and for another tenant's alike."""


class Messages(Protocol):
    async def get(self, message_id: UUID) -> Message:
        """Raises NotFound for an unknown id and for another tenant's alike."""

    async def send(self, conversation_id: UUID, message: str | Outgoing, *, id: UUID | None = None) -> Message:
        """Queue a text, or a message of any other type, through the send gate, as an automation. The same `id` sends
        once.

        Raises Invalid with the gate's reason: a limit of WhatsApp's, window closed, refused by a filter; NotFound for
        a conversation, a quoted message or a reaction's target that is not there.
        """


class Storage(Protocol):
    """Objects of this plugin and tenant; keys are relative."""

    async def put(self, key: str, data: bytes, *, content_type: str = "application/octet-stream") -> None: ...

    async def get(self, key: str) -> bytes:
        """Raises NotFound."""

    async def delete(self, key: str) -> None: ...


class Jobs(Protocol):
    async def enqueue(self, name: str, *, key: str | None = None, run_at: datetime | None = None, **args: Any) -> UUID:
        """A row in the caller's transaction. `key` names the work: while one waits, a second is the same one."""


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
    def plugin(self) -> str: ...

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
    def locale(self) -> str: ...
    @property
    def db(self) -> Database: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def storage(self) -> Storage: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def http(self) -> Http: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def log(self) -> Logger: ...

    @property
    def _(self) -> Callable[[str], str]:
        """Translate now, into `ctx.locale`."""

    async def broadcast(self, topic: str, data: Mapping[str, Any]) -> None:
        """Tell the agents who listen to one of this plugin's channels. Best effort: screens refetch on reconnect."""

    async def render(self, template: str, /, **values: Any) -> Any:
        """One of the plugin's Jinja templates, as the answer of a view; escaping is on and stays on."""

    def now(self) -> datetime: ...

    def days_ago(self, days: float) -> datetime: ...

    def ago(self, delta: timedelta) -> datetime: ...
