"""What may have arrived at Meta within any one second: never more than it allows, however late a message arrives.

Turns space messages out, but a stall on the way (ours, the network's, Meta's) lets them arrive in a bunch. So each
message counts from the moment of its turn until one second after it has surely arrived: after Meta's answer to it,
less the time that the quickest answer of the last minutes took, which every message needs and which moves all alike.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

SECOND: Final = 1.0
UNANSWERED_SECONDS: Final = 15.0
"""How long a message counts of which nobody tells that it was answered: its worker is gone."""
_MEMORY_SECONDS: Final = 60.0


class Quickest:
    """The shortest time that Meta took to answer, of this minute and the last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._since = clock, clock()
        self._now, self._before = float("inf"), float("inf")

    def hear(self, seconds: float) -> None:
        """A message was answered after so long."""
        now = self._clock()
        if now - self._since >= _MEMORY_SECONDS:
            self._before, self._now, self._since = self._now, float("inf"), now
        self._now = min(self._now, seconds)

    @property
    def seconds(self) -> float:
        """0 while none is known."""
        shortest = min(self._now, self._before)
        return 0.0 if shortest == float("inf") else shortest


@dataclass(slots=True)
class Window:
    """Of one number, by ticket: `open` until when those count that are not answered, `done` until when the others."""

    open: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)

    def has_room(self, at: float, now: float, most: int) -> bool:
        """Whether one more may leave at that moment, which is now or soon."""
        self.open = {ticket: until for ticket, until in self.open.items() if until > now}
        self.done = {ticket: until for ticket, until in self.done.items() if until > now}
        return len(self.open) + sum(until > at for until in self.done.values()) < most

    def enter(self, ticket: str, at: float) -> None:
        self.open[ticket] = at + UNANSWERED_SECONDS

    def leave(self, ticket: str, until: float | None) -> None:
        """Answered: it counts until then. None: it has never left."""
        if self.open.pop(ticket, None) is not None and until is not None:
            self.done[ticket] = until
