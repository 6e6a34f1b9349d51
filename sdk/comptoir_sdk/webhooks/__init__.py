"""What Meta tells by webhook, as frozen values. Hooks are given these; every one keeps Meta's JSON in `raw`."""

from comptoir_sdk.webhooks.accounts import (
    ACCOUNT_NEWS,
    AccountAlert,
    AccountError,
    AccountNews,
    AccountReview,
    AccountSettings,
    AccountUpdate,
    BusinessUsername,
    Capability,
    NumberName,
    NumberQuality,
    PartnerSolution,
    PaymentConfiguration,
    Restriction,
    Security,
)
from comptoir_sdk.webhooks.people import AutomaticEvent, IdentityChange, LinkClick, Preference
from comptoir_sdk.webhooks.templates import (
    TEMPLATE_NEWS,
    TemplateButton,
    TemplateCategory,
    TemplateComponents,
    TemplateMisfit,
    TemplateNews,
    TemplateQuality,
    TemplateStatus,
)
from comptoir_sdk.webhooks.threads import Call, FlowNews, GroupNews, Handover, HistorySync, Participant, Payment
from comptoir_sdk.webhooks.told import Told

__all__ = [
    "ACCOUNT_NEWS", "TEMPLATE_NEWS", "AccountAlert", "AccountError", "AccountNews", "AccountReview", "AccountSettings",
    "AccountUpdate", "AutomaticEvent", "BusinessUsername", "Call", "Capability", "FlowNews", "GroupNews", "Handover",
    "HistorySync", "IdentityChange", "LinkClick", "NumberName", "NumberQuality", "Participant", "PartnerSolution",
    "Payment", "PaymentConfiguration", "Preference", "Restriction", "Security", "TemplateButton", "TemplateCategory",
    "TemplateComponents", "TemplateMisfit", "TemplateNews", "TemplateQuality", "TemplateStatus", "Told",
]  # fmt: skip
