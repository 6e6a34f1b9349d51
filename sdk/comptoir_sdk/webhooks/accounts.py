"""What Meta tells of a number or its account, by field. Words such as APPROVED are Meta's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comptoir_sdk.webhooks.told import Json, Told, anything_at, each_at, moment_at, number_at, text_at


@dataclass(frozen=True)
class NumberQuality(Told):
    """`phone_number_quality_update`: quality, messaging limit or throughput of a number changed."""

    event: str | None = text_at("event")
    limit: str | None = text_at("max_daily_conversations_per_business", "current_limit")
    previous_limit: str | None = text_at("old_limit")


@dataclass(frozen=True)
class NumberName(Told):
    """`phone_number_name_update`: the name that customers see was judged."""

    decision: str | None = text_at("decision")
    name: str | None = text_at("requested_verified_name")
    reason: str | None = text_at("rejection_reason")


@dataclass(frozen=True)
class Restriction(Told):
    """What an account may not do, until when."""

    kind: str | None = text_at("restriction_type")
    until: datetime | None = moment_at("expiration")


@dataclass(frozen=True)
class AccountUpdate(Told):
    """`account_update`: bans, violations, restrictions, partners, terms and rates of the account."""

    event: str | None = text_at("event")
    ban_state: str | None = text_at("ban_info.waba_ban_state")
    ban_date: str | None = text_at("ban_info.waba_ban_date")
    violation: str | None = text_at("violation_info.violation_type")
    restrictions: tuple[Restriction, ...] = each_at("restriction_info", Restriction.of)
    waba_id: str | None = text_at("waba_info.waba_id")
    owner_business_id: str | None = text_at("waba_info.owner_business_id")
    partner_app_id: str | None = text_at("waba_info.partner_app_id")
    disconnection: str | None = text_at("disconnection_info.reason")
    disconnected_by: str | None = text_at("disconnection_info.initiated_by")
    country: str | None = text_at("country")


@dataclass(frozen=True)
class AccountReview(Told):
    """`account_review_update`: the account itself was reviewed."""

    decision: str | None = text_at("decision")


@dataclass(frozen=True)
class AccountAlert(Told):
    """`account_alerts`: something of the account wants a person."""

    kind: str | None = text_at("alert_info.alert_type", "alert_type")
    severity: str | None = text_at("alert_info.alert_severity", "alert_severity")
    status: str | None = text_at("alert_info.alert_status", "alert_status")
    description: str | None = text_at("alert_info.alert_description", "alert_description")
    entity_type: str | None = text_at("entity_type")
    entity_id: str | None = text_at("entity_id")


@dataclass(frozen=True)
class AccountSettings(Told):
    """`account_settings_update`: settings of a number, such as calling, were changed."""

    kind: str | None = text_at("type")
    settings: Json = anything_at("phone_number_settings")
    at: datetime | None = moment_at("timestamp")


@dataclass(frozen=True)
class Capability(Told):
    """`business_capability_update`: how many people may be written to, how many numbers had."""

    limit: str | None = text_at("max_daily_conversations_per_business", "max_daily_conversation_per_phone")
    numbers: float | int | None = number_at("max_phone_numbers_per_business", "max_phone_numbers_per_waba")


@dataclass(frozen=True)
class Security(Told):
    """`security`: the number's two-step PIN was changed, or somebody asked to reset it."""

    event: str | None = text_at("event")
    requester: str | None = text_at("requester")


@dataclass(frozen=True)
class BusinessUsername(Told):
    """`business_username_updates`: the number's own username was approved, reserved or deleted."""

    username: str | None = text_at("username")
    status: str | None = text_at("status")


@dataclass(frozen=True)
class PaymentConfiguration(Told):
    """`payment_configuration_update`: a way of being paid was set up or changed."""

    name: str | None = text_at("configuration_name")
    provider: str | None = text_at("provider_name")
    provider_merchant_id: str | None = text_at("provider_mid")
    status: str | None = text_at("status")
    created_at: datetime | None = moment_at("created_timestamp")
    updated_at: datetime | None = moment_at("updated_timestamp")


@dataclass(frozen=True)
class PartnerSolution(Told):
    """`partner_solutions`: a solution shared with a partner changed its state."""

    event: str | None = text_at("event")
    solution_id: str | None = text_at("solution_id")
    status: str | None = text_at("solution_status")


@dataclass(frozen=True)
class AccountError(Told):
    """An error that Meta reports of the number itself, not of a message."""

    code: float | int | None = number_at("code")
    title: str | None = text_at("title", "message")
    details: str | None = text_at("error_data.details", "details", "message")


AccountNews = (
    NumberQuality | NumberName | AccountUpdate | AccountReview | AccountAlert | AccountSettings | Capability | Security
    | BusinessUsername | PaymentConfiguration | PartnerSolution | AccountError
)  # fmt: skip

ACCOUNT_NEWS: Final[dict[str, type[AccountNews]]] = {
    "phone_number_quality_update": NumberQuality,
    "phone_number_name_update": NumberName,
    "account_update": AccountUpdate,
    "account_review_update": AccountReview,
    "account_alerts": AccountAlert,
    "account_settings_update": AccountSettings,
    "business_capability_update": Capability,
    "security": Security,
    "business_username_updates": BusinessUsername,
    "business_username_update": BusinessUsername,
    "payment_configuration_update": PaymentConfiguration,
    "partner_solutions": PartnerSolution,
    "messages.errors": AccountError,
}
"""Meta's field → what it is read as. `messages.errors` stands for the errors beside messages."""
