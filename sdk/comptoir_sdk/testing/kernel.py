"""What the kernel's harness promises to plugins' tests. It is found by name: the SDK imports no kernel."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from importlib import import_module
from typing import Any, Protocol
from uuid import UUID

VARIABLE, DEFAULT = "COMPTOIR_KERNEL", "core.harness:cluster"


class Answer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def text(self) -> str: ...
    def json(self) -> Any: ...


class Agent(Protocol):
    """A caller of one tenant with one role."""

    async def get(self, path: str) -> Answer: ...
    async def post(self, path: str, *, json: Any = None, form: Mapping[str, str] | None = None) -> Answer: ...
    async def put(self, path: str, *, json: Any = None) -> Answer: ...
    async def delete(self, path: str) -> Answer: ...


class Shop(Protocol):
    """A tenant with one connected number."""

    @property
    def tenant_id(self) -> UUID: ...

    async def receives(self, text: str, *, sender: str, name: str = ...) -> None:
        """A customer writes: Meta's payload, signed, through the real webhook. Seen after `drain`."""

    async def agent(self, role: str = ...) -> Agent: ...

    async def rows(self, model: str) -> Sequence[Any]:
        """All rows of this tenant, as in `rows("acme_pins.Pin")`."""


class Kernel(Protocol):
    """A running kernel on a database of the test's own."""

    @property
    def broadcasts(self) -> Sequence[tuple[UUID, str, Mapping[str, Any]]]:
        """What plugins told their channels: tenant, topic, data."""

    async def tenant(self, slug: str = ..., *, plugins: Mapping[str, Mapping[str, Any]]) -> Shop: ...

    async def drain(self) -> None:
        """Apply what was received, number the events, tell the observers, run the jobs; until nothing is left."""


class Cluster(Protocol):
    """A PostgreSQL for the whole session."""

    def kernel(self, plugins: Sequence[str]) -> AbstractAsyncContextManager[Kernel]: ...


def find_kernel() -> AbstractContextManager[Cluster]:
    """The harness of the installed application. Raises LookupError, saying how to name it, when there is none."""
    name = os.environ.get(VARIABLE, DEFAULT)
    module, _, function = name.partition(":")
    try:
        cluster: AbstractContextManager[Cluster] = getattr(import_module(module), function)()
    except ImportError as error:
        raise LookupError(f"no kernel at {name}: install the application beside comptoir-sdk, or set {VARIABLE} to "
                          "module:function of its harness") from error
    return cluster
