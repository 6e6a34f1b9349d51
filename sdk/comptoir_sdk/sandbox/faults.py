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
    "token": "every Graph call with this number's token",
    "proof": "every Graph call that carries an appsecret_proof",
    "clock": "the Date header of every answer",
    "read": "GET of token, number, WABA, subscriptions or profile: no useful answer",
    "debug_token": "GET /debug_token",
    "number": "GET /{phone}",
    "waba": "GET /{waba}",
    "subscribed_apps": "GET /{waba}/subscribed_apps",
    "subscribe": "POST /{waba}/subscribed_apps",
    "subscriptions": "GET /{app}/subscriptions",
    "profile": "GET and POST /{phone}/whatsapp_business_profile",
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
    "token_dead_190": "token",
    "proof_refused_100": "proof",
    "clock_skew": "clock",
    "read_500": "read",
    "read_hang": "read",
    "read_reset": "read",
    "bad_gateway_read": "read",
    "read_truncated": "read",
    "token_invalid": "debug_token",
    "token_expires_soon": "debug_token",
    "token_without_messaging": "debug_token",
    "token_without_management": "debug_token",
    "token_of_another_app": "debug_token",
    "number_unknown_33": "number",
    "number_disconnected": "number",
    "number_banned": "number",
    "number_quality_red": "number",
    "number_name_declined": "number",
    "number_not_verified": "number",
    "number_limit_50": "number",
    "number_blocked": "number",
    "webhook_elsewhere": "number",
    "waba_unknown_33": "waba",
    "waba_not_verified": "waba",
    "not_subscribed": "subscribed_apps",
    "another_app_subscribed": "subscribed_apps",
    "subscription_refused_200": "subscribe",
    "fields_without_messages": "subscriptions",
    "profile_500": "profile",
}


class Switch(BaseModel):
    """How often a fault strikes: `count` times at most. `seconds` is how long hang and slow last, and how wrong a
    clock is (negative: behind)."""

    model_config = ConfigDict(extra="forbid")
    probability: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=60.0, ge=-86400, le=86400)


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
        here = (fault for fault in self._on.values() if NAMES[fault.name] == place)
        return next((fault for fault in here if _strikes(fault)), None)

    def strike_all(self, place: str) -> list[Fault]:
        """Every fault that strikes here and now: an answer may be wrong in several ways at once."""
        return [fault for fault in self._on.values() if NAMES[fault.name] == place and _strikes(fault)]

    def shown(self) -> dict[str, Any]:
        """What is on, with the strikes so far."""
        return {name: fault.switch.model_dump() | {"struck": fault.struck} for name, fault in self._on.items()}


def _strikes(fault: Fault) -> bool:
    if fault.exhausted or random.random() >= fault.switch.probability:  # noqa: S311  chance, not a secret
        return False
    fault.struck += 1
    return True
