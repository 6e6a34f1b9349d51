"""Ways to misbehave, switched on by name, each with a probability and, when wanted, a number of times."""

import random
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

PLACES = {
    "send": "POST /{phone}/messages, before the message is taken",
    "accepted": "POST /{phone}/messages, after the message is taken: the customer gets it",
    "status": "the message is taken, then fails by webhook",
    "media_upload": "POST /{phone}/media",
    "media_url": "GET /{media}",
    "media_download": "GET of a media link",
    "templates": "GET /{waba}/message_templates",
}
NAMES: dict[str, str] = {
    "error_500": "send",
    "bad_gateway": "send",
    "hang": "send",
    "reset": "send",
    "rate_limit_429": "send",
    "throughput_130429": "send",
    "pair_rate_131056": "send",
    "waba_rate_80007": "send",
    "token_expired_190": "send",
    "maintenance_131057": "send",
    "unknown_131000": "send",
    "error_500_accepted": "accepted",
    "bad_gateway_accepted": "accepted",
    "hang_accepted": "accepted",
    "reset_accepted": "accepted",
    "reset_body": "accepted",
    "truncated_json": "accepted",
    "slow_body": "accepted",
    "undeliverable_131026": "status",
    "healthy_ecosystem_131049": "status",
    "media_131053": "status",
    "window_closed_131047": "status",
    "media_upload_500": "media_upload",
    "media_upload_131053": "media_upload",
    "media_upload_hang": "media_upload",
    "media_url_500": "media_url",
    "media_url_190": "media_url",
    "media_expired": "media_download",
    "media_500": "media_download",
    "media_hang": "media_download",
    "media_reset": "media_download",
    "media_slow": "media_download",
    "media_oversize": "media_download",
    "media_corrupt": "media_download",
    "templates_500": "templates",
}


class Switch(BaseModel):
    """How often a fault strikes. `count` strikes at most so many times; `seconds` is how long hang and slow last."""

    model_config = ConfigDict(extra="forbid")
    probability: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=60.0, ge=0, le=3600)


@dataclass(slots=True)
class Fault:
    """A switched-on fault and how often it has struck."""

    name: str
    switch: Switch
    struck: int = 0

    @property
    def exhausted(self) -> bool:
        return self.switch.count is not None and self.struck >= self.switch.count


class Faults:
    """The switched-on faults."""

    def __init__(self) -> None:
        self._on: dict[str, Fault] = {}

    def switch_on(self, name: str, switch: Switch) -> None:
        """Switch a fault on, or change it; raises KeyError with the known names on an unknown one."""
        if name not in NAMES:
            raise KeyError(f"no fault {name!r}; known: {', '.join(sorted(NAMES))}")
        self._on[name] = Fault(name, switch)

    def switch_off(self, name: str | None = None) -> None:
        """Switch one off, or all of them."""
        if name is None:
            self._on.clear()
        else:
            self._on.pop(name, None)

    def draw(self, place: str) -> Fault | None:
        """The fault that strikes here and now, if any; counts it."""
        for fault in self._on.values():
            if NAMES[fault.name] != place or fault.exhausted:
                continue
            if random.random() < fault.switch.probability:  # noqa: S311  chance, not a secret
                fault.struck += 1
                return fault
        return None

    def shown(self) -> dict[str, Any]:
        """What is on, with the strikes so far."""
        return {name: fault.switch.model_dump() | {"struck": fault.struck} for name, fault in self._on.items()}
