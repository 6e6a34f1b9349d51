"""Which conversations a list is about, and what is added to the statement that finds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from core.messaging.labels import Priority

Status = Literal["open", "snoozed", "closed"]
Nobody = Literal["none"]
Kind = Literal["person", "group"]
Sort = Literal["latest", "waiting"]


@dataclass(frozen=True, slots=True)
class Timed:
    """A timer of this kind, or any, runs and is not paused: whenever it is due, due by now, or not yet but within so
    many minutes."""

    due: Literal["running", "overdue", "within"]
    minutes: int = 0
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations: what is empty lets everything through. Of several assignees, tags or priorities one is
    enough. `window_within`: free text may be sent now, and no longer in so much time. `waiting_longer`: the customer
    has waited for more than that. `field`: what the tenant keeps of the contact, a key and its value. `timer`: one that
    runs in it. `q` is the beginning of a contact's name or phone, or of a group's subject."""

    status: Status | None = None
    assignees: Sequence[UUID | Nobody] = ()
    team: UUID | Nobody | None = None
    tags: Sequence[UUID] = ()
    account: UUID | None = None
    contact: UUID | None = None
    kind: Kind | None = None
    priorities: Sequence[Priority] = ()
    unread: bool = False
    window_within: timedelta | None = None
    waiting_longer: timedelta | None = None
    q: str | None = None
    field: tuple[str, str] | None = None
    timer: Timed | None = None


@dataclass(slots=True)
class Values:
    """The parameters of a statement."""

    given: list[Any] = field(default_factory=list)

    def place(self, value: Any) -> str:
        self.given.append(value)
        return f"${len(self.given)}"

    def into(self, text: str, *values: Any) -> str:
        """`text` with a parameter for each {}."""
        return text.format(*(self.place(value) for value in values))


Condition = Callable[[Values], list[str]]
"""Conditions on `conversations v` that somebody adds, with parameters of their own."""


def nothing_more(_: Values) -> list[str]:
    """No condition besides the filter's."""
    return []
