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
_ENOUGH: Final = 100
"""How many answers show how quick Meta can be."""
_UNEVEN: Final = 0.005
"""The way there of one message and the way back of another may together be a little quicker than any was."""


class Quickest:
    """The shortest time that Meta took to answer one number, of this minute and the last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._since, self._heard = clock, clock(), 0
        self._now, self._before = float("inf"), float("inf")

    def hear(self, seconds: float) -> None:
        """A message was answered after so long."""
        self._turn_over()
        self._heard += 1
        self._now = min(self._now, seconds)

    @property
    def seconds(self) -> float:
        """0 while too few are known: the first answers are slow ones, for they open connections."""
        known = self._heard >= _ENOUGH or self._before != float("inf")
        return max(min(self._now, self._before) - _UNEVEN, 0.0) if known else 0.0

    def _turn_over(self) -> None:
        now = self._clock()
        if now - self._since >= _MEMORY_SECONDS:
            recent = self._heard >= _ENOUGH and now - self._since < 2 * _MEMORY_SECONDS
            self._before = self._now if recent else float("inf")
            self._now, self._heard, self._since = float("inf"), 0, now


@dataclass(slots=True)
class Window:
    """Of one number, by ticket: `open` until when those count that are not answered, `done` until when the others."""

    open: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)

    def counts(self, now: float) -> bool:
        """Whether anything still does."""
        self.open = {ticket: until for ticket, until in self.open.items() if until > now}
        self.done = {ticket: until for ticket, until in self.done.items() if until > now}
        return bool(self.open or self.done)

    def has_room(self, at: float, now: float, most: int) -> bool:
        """Whether one more may leave at that moment, which is now or soon."""
        self.counts(now)
        return len(self.open) + sum(until > at for until in self.done.values()) < most

    def enter(self, ticket: str, at: float) -> None:
        self.open[ticket] = at + UNANSWERED_SECONDS

    def leave(self, ticket: str, until: float | None) -> None:
        """Answered: it counts until then. None: it has never left."""
        if self.open.pop(ticket, None) is not None and until is not None:
            self.done[ticket] = until
