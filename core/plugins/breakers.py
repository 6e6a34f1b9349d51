"""When a plugin that keeps failing is left alone, and how it comes back: after the rest one call is let through.

Each door of a plugin has a breaker of its own: one whose observers fail still checks what is sent. And each tenant has
one at it: what one tenant's people send must not take the plugin from the others.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

FAILURES: Final = 5
REST_SECONDS: Final = 60.0
LONGEST_REST: Final = 900.0

Door = Literal["commands", "filters", "jobs", "observers", "offered", "people", "providers", "routes"]
Pass = Literal["shut", "open", "probe"]
_DOORS: Final[dict[str, Door]] = {"filter": "filters", "on": "observers", "provide": "providers", "job": "jobs",
                                  "offered": "offered", "command": "commands"}
_OF_PEOPLE: Final = {"provide_personal_data", "erase_personal_data"}
"""Asked seldom, and must be: five slow facts are no reason not to erase somebody."""


def door_of(call: str) -> Door:
    """`filter_outbound`, `on_message_received`, `job prune`, `offered classify`; anything else is a route."""
    return "people" if call in _OF_PEOPLE else _DOORS.get(call.replace(" ", "_").partition("_")[0], "routes")


@dataclass
class Breaker:
    """`until` is 0 while it works. After it the breaker is half open: a probe decides."""

    failures: int = 0
    whose: set[UUID | None] = field(default_factory=set)
    """The tenants among which the failures since the last success were."""
    rests: int = 0
    until: float = 0.0
    probing: bool = False
    why: str = ""
    changed: bool = False
    """Here, and the other processes have not been told."""
    known: datetime | None = None
    """When what is shared of it changed last."""

    def ask(self, now: float) -> Pass:
        if not self.until:
            return "open"
        if now < self.until or self.probing:
            return "shut"
        self.probing = True
        return "probe"

    def succeeded(self, passed: Pass) -> None:
        if passed == "probe":
            self.close()
        elif not self.until:  # what began before a rest says nothing about it
            self._begin_anew()

    def failed(self, passed: Pass, now: float, why: str, tenant: UUID | None = None, tenants: int = 1) -> bool:
        """Whether it rests from now on: after failures in a row, and of so many tenants."""
        if passed != "probe" and self.until:
            return False
        self.failures += 1
        self.whose.add(tenant)
        if passed != "probe" and (self.failures < FAILURES or len(self.whose) < tenants):
            return False
        self.rests += 1
        self.until = now + min(REST_SECONDS * 2 ** (self.rests - 1), LONGEST_REST)
        self.probing, self.why, self.changed = False, why, True
        self._begin_anew()
        return True

    def release(self, passed: Pass) -> None:
        """The call that was let through did not come to an end that says anything."""
        self.probing = self.probing and passed != "probe"

    def close(self) -> None:
        self.changed = self.changed or bool(self.until)
        self.rests, self.until, self.probing, self.why = 0, 0.0, False, ""
        self._begin_anew()

    def adopt(self, rests: int, until: float, why: str, known: datetime) -> None:
        """What another process found."""
        self.rests, self.until, self.probing, self.why, self.known = rests, until, False, why, known
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.failures, self.whose = 0, set()
