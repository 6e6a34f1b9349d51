"""What the tests judge by: every send taken, every webhook emitted and what the other side said."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Send:
    """A message the business got accepted. `answer` is what its caller was told, which may be a lie (a fault)."""

    wamid: str
    at: float
    phone: str
    type: str
    content: str
    callback_data: str | None
    answer: str


@dataclass(slots=True)
class Attempt:
    """One POST of a webhook: the HTTP status, or the name of what went wrong instead."""

    at: float
    milliseconds: float
    status: int | None
    error: str | None
    copy: bool = False


@dataclass(slots=True)
class Emission:
    """One webhook body and its deliveries. `kinds` and `wamids` go together, one per update in it."""

    id: int
    at: float
    kinds: list[str]
    wamids: list[str]
    attempts: list[Attempt] = field(default_factory=list)
    outcome: str = "pending"


class Ledger:
    """Counts from outside, so that "sent twice" and "lost" need no trust in the program under test."""

    def __init__(self, started_at: float) -> None:
        self.started_at = started_at
        self.sends: list[Send] = []
        self.emissions: list[Emission] = []
        self.refused: Counter[str] = Counter()
        self._next = 1

    def emission(self, at: float, kinds: list[str], wamids: list[str]) -> Emission:
        """Open the record of a webhook about to be posted."""
        record = Emission(self._next, at, kinds, wamids)
        self._next += 1
        self.emissions.append(record)
        return record

    def clear(self, now: float) -> None:
        """Begin a new count; webhooks still pending stay in it."""
        self.started_at = now
        self.sends.clear()
        self.refused.clear()
        self.emissions = [record for record in self.emissions if record.outcome == "pending"]

    def shown(self, *, items: bool = True) -> dict[str, Any]:
        """Everything as JSON; without `items` only the counts."""
        by_id = Counter(send.callback_data for send in self.sends if send.callback_data is not None)
        by_content = Counter(f"{send.phone} {send.type} {send.content}" for send in self.sends)
        outcomes = Counter(record.outcome for record in self.emissions)
        attempts = sum(len(record.attempts) for record in self.emissions)
        shown: dict[str, Any] = {
            "started_at": self.started_at,
            "sends": {
                "accepted": len(self.sends),
                "twice": {key: count for key, count in by_id.items() if count > 1},
                "refused": dict(self.refused),
            },
            "webhooks": {"emitted": len(self.emissions), "attempts": attempts} | dict(outcomes),
        }
        if items:
            shown["sends"] |= {
                "by_callback_data": dict(by_id),
                "by_content": dict(by_content),
                "items": [asdict(send) for send in self.sends],
            }
            shown["webhooks"]["items"] = [asdict(record) for record in self.emissions]
        return shown
