"""What the kernel's harness promises to plugins' tests. It is found by name: the SDK imports no kernel."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import Distribution
from typing import Any, Protocol
from uuid import UUID

from comptoir_sdk.channels import Channel
from comptoir_sdk.commands import Command
from comptoir_sdk.jobs import Job
from comptoir_sdk.plugin import Plugin
from comptoir_sdk.routes import Route
from comptoir_sdk.ui import Element


class Answer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def json(self) -> Any: ...


class Listener(Protocol):
    async def next(self, seconds: float = ...) -> Any:
        """What the plugin told the channel. Raises TimeoutError when nothing is said in time."""


class Agent(Protocol):
    """A member of one tenant with one role, logged in: cookie and CSRF token, as the screens have them."""

    @property
    def user_id(self) -> UUID: ...

    async def get(self, path: str, *, locale: str | None = None) -> Answer: ...
    async def post(self, path: str, *, json: Any = None, form: Mapping[str, str] | None = None) -> Answer: ...
    async def put(self, path: str, *, json: Any = None) -> Answer: ...
    async def patch(self, path: str, *, json: Any = None) -> Answer: ...
    async def delete(self, path: str) -> Answer: ...
    async def ask(self, method: str, path: str, *, json: Any = None, form: Mapping[str, str] | None = None,
                  content: bytes | None = None, locale: str | None = None) -> Answer: ...

    def listen(self, topic: str) -> AbstractAsyncContextManager[Listener]:
        """`async with agent.listen("acme_pins.changes") as heard`. LookupError when the topic is not for this agent."""

    async def page(self, path: str = ..., **options: Any) -> Any:
        """A Playwright page in a real Chromium, logged in and gone to `path`; `options` as of a browser context.

        What it logs as an error or a warning fails the test at its end.
        """


class Shop(Protocol):
    """A tenant with one connected number."""

    @property
    def tenant_id(self) -> UUID: ...

    @property
    def slug(self) -> str: ...

    async def switch(self, plugins: Mapping[str, Mapping[str, Any]]) -> None:
        """From now on the tenant has these plugins, with these settings. LookupError for one that stays off."""

    async def receives(self, text: str = ..., *, sender: str, name: str = ...,
                       message: Mapping[str, Any] | None = None, call: Mapping[str, Any] | None = None) -> str:
        """A customer writes: Meta's payload, signed, through the real webhook; its wamid. Seen after `drain`.

        `message` is Meta's message object without id, sender and time, for other types than text. `call` is what Meta
        tells of a call, in their place; with the `id` of one that was told before, more of it.
        """

    async def agent(self, role: str = ..., *, permissions: Sequence[str] | None = None) -> Agent:
        """owner, admin, supervisor, agent or viewer; or a role of the tenant's own, with these permissions."""

    async def rows(self, model: str) -> Sequence[Any]:
        """All rows of this tenant, as in `rows("acme_pins.Pin")`."""

    async def runs(self, job: str, **args: Any) -> None:
        """The job now, as in `runs("acme_pins.prune")`, whatever its cron says; and what follows from it."""

    async def command(self, command: str, **arguments: Any) -> Any:
        """What `comptoir <plugin> <name>` answers, as in `command("acme_pins.prune", days=30)`. LookupError for one
        that the plugin does not register, or that is off here."""

    async def failures(self, plugin: str) -> Sequence[str]:
        """What went wrong in it, with tracebacks: it raised, was late, left tasks running, or took too much memory."""

    async def personal_data(self, contact_id: UUID | str) -> Mapping[str, Any]:
        """What each plugin would put into an export of this person."""

    async def erase_personal_data(self, contact_id: UUID | str) -> Mapping[str, int]:
        """Erase what plugins keep on this person; the number of rows of each."""


class Call(Protocol):
    """One request that reached the Graph API."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def json(self) -> Any: ...


class Graph(Protocol):
    """Meta, played by the sandbox: it takes what is sent, and tells the statuses."""

    @property
    def calls(self) -> Sequence[Call]: ...

    @property
    def sent(self) -> Sequence[Mapping[str, Any]]:
        """The messages, as they were posted."""

    def fail(self, error: int | str, times: int = ...) -> None:
        """The next calls fail: with a code of Meta's, as in `fail(131026)`, or a fault of the sandbox by its name."""


class Asked(Protocol):
    """One request that a plugin made by `ctx.http`."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def json(self) -> Any: ...
    @property
    def content(self) -> bytes | None: ...


class Web(Protocol):
    """The internet, as far as `ctx.http` sees it: what no test speaks for is not reached."""

    @property
    def asked(self) -> Sequence[Asked]: ...

    def answers(self, url: str, json: Any = ..., *, status: int = ..., content: bytes | None = ...) -> None:
        """What this address answers from now on."""


class Incident(Protocol):
    """Something that the guard noted of a plugin."""

    @property
    def kind(self) -> str:
        """raised, late, blocked, leaked, memory, load, migration or browser."""

    @property
    def call(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def place(self) -> str:
        """file:line, where it is known."""


class Examined(Protocol):
    """An installed plugin, as the conformance checks look at it."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def plugin(self) -> Plugin: ...
    @property
    def routes(self) -> Sequence[Route]: ...
    @property
    def panels(self) -> Sequence[Element]: ...
    @property
    def jobs(self) -> Sequence[Job]: ...
    @property
    def channels(self) -> Sequence[Channel]: ...
    @property
    def commands(self) -> Sequence[Command]: ...
    @property
    def tables(self) -> Sequence[str]: ...
    @property
    def distribution(self) -> Distribution | None: ...
    def settings(self, values: dict[str, Any]) -> Any: ...
    async def complaints(self) -> Sequence[str]: ...
    async def missing_migration(self) -> str: ...
    async def incidents(self) -> Sequence[Incident]: ...
    def lint(self) -> Sequence[str]: ...
    async def fill(self, tenant_id: UUID, nouns: dict[str, UUID]) -> Mapping[str, Any]: ...
    async def count(self, tenant_id: UUID, table: str) -> int: ...


class Kernel(Protocol):
    """A running kernel on a database of the test's own."""

    @property
    def broadcasts(self) -> Sequence[tuple[UUID, str, Mapping[str, Any]]]:
        """What plugins told their channels: tenant, topic, data."""

    @property
    def graph(self) -> Graph: ...

    @property
    def web(self) -> Web: ...

    @property
    def stranger(self) -> Agent:
        """Somebody who has not logged in."""

    async def tenant(self, slug: str = ..., *, plugins: Mapping[str, Mapping[str, Any]]) -> Shop: ...

    async def drain(self) -> None:
        """Apply what was received, wake whose snooze is over, number the events, tell the observers, run the jobs, send
        the messages, hear of their statuses; until nothing is left."""

    def examine(self, plugin: str) -> Examined:
        """Raises LookupError for a plugin that is not installed."""


class Cluster(Protocol):
    """A PostgreSQL for the whole session."""

    def kernel(self, plugins: Sequence[str]) -> AbstractAsyncContextManager[Kernel]: ...
