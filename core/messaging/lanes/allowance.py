"""How fast a number may send, and one customer be written to, by Meta's rules; and how near we go.

Source: Meta, "Cloud API: throughput" (80 messages a second, 1,000 after the automatic upgrade, 20 for a number that is
also in the WhatsApp Business app; what customers write counts too) and "Pair rate limits" (one each 6 s, of which 45
may be borrowed from the future).
"""

from dataclasses import dataclass
from typing import Final

_PER_SECOND: Final = {"HIGH": 1000, "COEXISTENCE": 20}
_STANDARD: Final = 80
_USED: Final = 0.95
_AT_ONCE: Final = 0.025
_NO_WINDOW: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """One token each `interval` seconds; `burst` of them may be taken at once, `in_a_second` arrive in any second."""

    interval: float
    burst: int
    in_a_second: int = _NO_WINDOW

    @property
    def tolerance(self) -> float:
        return self.interval * (self.burst - 1)

    def share(self, part: float) -> "Bucket":
        """Of several workers, without a burst."""
        return Bucket(self.interval / part, 1, max(int(self.in_a_second * part), 1))

    def full_in(self, ages: tuple[float, ...]) -> float:
        """Seconds until it is full again, when a token was taken each so many seconds ago."""
        full = 0.0
        for count, age in enumerate(sorted(ages), 1):
            full = max(full, count * self.interval - age)
        return full


PAIR: Final = Bucket(6.0, 44)
"""One below Meta's 45: what leaves 6 s apart may arrive a little less so."""


def per_second(level: str | None) -> int:
    """Messages a second that Meta allows a number of this throughput level, in and out together."""
    return _PER_SECOND.get(level or "", _STANDARD)


def of_number(level: str | None) -> Bucket:
    """What we allow it. Rate and burst stay below Meta's figure: what leaves evenly arrives a little less so."""
    allowed = per_second(level)
    return Bucket(1 / (allowed * _USED), max(int(allowed * _AT_ONCE), 1), allowed)
