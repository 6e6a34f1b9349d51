"""Who acts: set once per request, job or command, read by every entry of the audit log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Kind = Literal["member", "api_key", "plugin", "operator", "system", "stranger"]


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a user's or an API key's id, or a plugin's name; never a person's name, for the log outlives them."""

    kind: Kind
    id: str | None = None
    ip: str | None = None
    request_id: str | None = None


_SYSTEM = Actor("system")
_actor: ContextVar[Actor | None] = ContextVar("comptoir_actor", default=None)


def current_actor() -> Actor:
    """Whoever acts now; the system itself when nobody said."""
    return _actor.get() or _SYSTEM


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything inside is done by this actor."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)
