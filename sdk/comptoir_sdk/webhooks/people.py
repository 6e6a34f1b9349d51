"""What Meta tells of a customer, beside messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from comptoir_sdk.webhooks.told import Json, Told, moment_at, text_at


@dataclass(frozen=True)
class Preference(Told):
    """`user_preferences`: what the customer wants to get. `value` is stop, resume or signup."""

    category: str | None = text_at("category")
    value: str | None = text_at("value")
    detail: str | None = text_at("detail")
    at: datetime | None = moment_at("timestamp")

    @property
    def refuses(self) -> bool:
        return self.value == "stop"


@dataclass(frozen=True)
class IdentityChange:
    """A customer is reached by other names now: a new number, a new user id, or both. Same contact, same thread."""

    at: datetime
    previous_phone: str | None = None
    phone: str | None = None
    previous_bsuid: str | None = None
    bsuid: str | None = None

    @classmethod
    def of(cls, told: Json) -> Self:
        """From the data of a `contact.identity_changed` event."""
        before: dict[str, Any] = told["previous"]
        now: dict[str, Any] = told["current"]
        return cls(datetime.fromisoformat(told["at"]), before.get("phone"), now.get("phone"), before.get("bsuid"),
                   now.get("bsuid"))


@dataclass(frozen=True)
class LinkClick(Told):
    """A customer followed a link of a marketing message."""

    action: str | None = text_at("action_type")
    component: str | None = text_at("marketing_messages_link_click_data.click_component")
    click_id: str | None = text_at("marketing_messages_link_click_data.click_id")
    tracking_token: str | None = text_at("marketing_messages_link_click_data.tracking_token")
    product_id: str | None = text_at("marketing_messages_link_click_data.product_id")
    at: datetime | None = moment_at("timestamp")


@dataclass(frozen=True)
class AutomaticEvent(Told):
    """`automatic_events`: Meta recognised a lead or a purchase in a thread that an advertisement began."""

    wamid: str | None = text_at("id")
    name: str | None = text_at("event_name")
    click_id: str | None = text_at("ctwa_clid")
    currency: str | None = text_at("custom_data.currency")
    value: str | None = text_at("custom_data.value")
    at: datetime | None = moment_at("timestamp")
