"""What can be run: handlers by (plugin, name), and one run of a job."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db.pool import Connection

CORE = "core"


@dataclass(frozen=True)
class Run:
    """One attempt at a job. `connection` is the transaction of an atomic handler, else None."""

    id: UUID
    tenant_id: UUID | None
    plugin: str
    name: str
    args: Mapping[str, Any]
    attempt: int
    max_attempts: int
    worker: str
    connection: Connection | None = None
    request_id: str | None = None


class NotNow(Exception):
    """Raised by a handler that is not to be blamed: the job waits `seconds` more, and the attempt does not count."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not now: wait {seconds} s")
        self.seconds = seconds


class Hopeless(Exception):
    """Raised by a handler when no further attempt can help: the job is set aside at once."""


Transaction = Callable[[Run], AbstractAsyncContextManager[Connection]]


@dataclass(frozen=True)
class Handler:
    """Runs with its tenant in scope, `timeout` in seconds. It may run again after a crash: see `atomic`.

    `atomic`: its database work, done on `run.connection`, and the job's completion are one transaction.
    `transaction` opens that transaction where the kernel's own would not do (a plugin's models).
    """

    plugin: str
    name: str
    run: Callable[[Run], Awaitable[None]]
    timeout: float = 60
    atomic: bool = False
    transaction: Transaction | None = None


class Handlers:
    """Every handler of this process. The same in all of them: rows travel between processes."""

    def __init__(self, *handlers: Handler) -> None:
        self._by_name: dict[tuple[str, str], Handler] = {}
        for handler in handlers:
            self.add(handler)

    def add(self, handler: Handler) -> None:
        """Raises ValueError when the name is taken."""
        name = (handler.plugin, handler.name)
        if name in self._by_name:
            raise ValueError(f"two jobs are called {handler.plugin}.{handler.name}")
        self._by_name[name] = handler

    def find(self, plugin: str, name: str) -> Handler | None:
        return self._by_name.get((plugin, name))

    def plugins(self) -> list[str]:
        """Who has jobs; the kernel first. Each has a queue of its own, so that one cannot fill another's."""
        named = {plugin for plugin, _ in self._by_name}
        return sorted(named, key=lambda plugin: (plugin != CORE, plugin))

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._by_name.values())
