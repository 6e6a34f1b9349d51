"""Webhooks about the number and its account, not about messages: how Meta tells that its mind changed."""

from datetime import UTC, datetime
from typing import Any

from comptoir_sdk.sandbox.number import Facts, Number

Update = tuple[str, dict[str, Any]]
FIELDS = (
    "phone_number_quality_update", "phone_number_name_update", "account_update", "account_alerts",
    "business_capability_update", "account_settings_update",
)  # fmt: skip
DECISIONS = {"APPROVED": "APPROVED", "DECLINED": "REJECTED", "PENDING_REVIEW": "DEFERRED"}
TIERS = ("TIER_50", "TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")


def usual(field: str, number: Number, facts: Facts) -> dict[str, Any]:
    """The value of an update when nothing else is given: the number as it stands."""
    limit = facts.whatsapp_business_manager_messaging_limit
    quality = {"event": "ONBOARDING", "max_daily_conversations_per_business": limit}
    known: dict[str, dict[str, Any]] = {
        "phone_number_quality_update": {"display_phone_number": number.display_phone_number} | quality,
        "phone_number_name_update": {
            "display_phone_number": number.display_phone_number,
            "decision": DECISIONS.get(facts.name_status, "APPROVED"),
            "requested_verified_name": number.business_name,
            "rejection_reason": None,
        },
        "account_update": {"event": "ACCOUNT_RECONNECTED"},
        "account_alerts": {"entity_type": "PHONE_NUMBER", "entity_id": number.phone_number_id, "alert_info": {
            "alert_severity": "CRITICAL", "alert_status": "ACTIVE", "alert_type": "PROFILE_PICTURE_LOST",
            "alert_description": "The profile picture was lost"}},
        "business_capability_update": {"max_daily_conversations_per_business": limit,
                                       "max_phone_numbers_per_business": 25},
        "account_settings_update": {"timestamp": _now(), "type": "PHONE_NUMBER_SETTINGS",
                                    "phone_number_settings": {"phone_number_id": number.phone_number_id}},
    }  # fmt: skip
    return known[field]


def of_change(number: Number, before: Facts, after: Facts) -> list[Update]:
    """What Meta would tell after these facts changed."""
    told = [*_quality(number, before, after), *_name(number, before, after), *_account(before, after)]
    if after.whatsapp_business_manager_messaging_limit != before.whatsapp_business_manager_messaging_limit:
        field = "business_capability_update"
        told.append((field, usual(field, number, after)))
    return told


def _quality(number: Number, before: Facts, after: Facts) -> list[Update]:
    """FLAGGED and UNFLAGGED are Meta's older words for a red number; the limits have their own."""
    old, new = (TIERS.index(facts.whatsapp_business_manager_messaging_limit) for facts in (before, after))
    events = []
    if "RED" in {before.quality_rating, after.quality_rating} and before.quality_rating != after.quality_rating:
        events.append("FLAGGED" if after.quality_rating == "RED" else "UNFLAGGED")
    if new != old:
        events.append("UPGRADE" if new > old else "DOWNGRADE")
    if after.throughput == "HIGH" != before.throughput:
        events.append("THROUGHPUT_UPGRADE")
    field = "phone_number_quality_update"
    return [(field, usual(field, number, after) | {"event": event}) for event in events]


def _name(number: Number, before: Facts, after: Facts) -> list[Update]:
    if after.name_status == before.name_status or after.name_status not in DECISIONS:
        return []
    value = usual("phone_number_name_update", number, after)
    if after.name_status == "DECLINED":
        value["rejection_reason"] = "NAME_EMPLOYEE_ACCOUNT"
    return [("phone_number_name_update", value)]


def _account(before: Facts, after: Facts) -> list[Update]:
    """Bans, restrictions and violations are told of the WABA."""
    if after.status == before.status:
        return []
    day = datetime.now(UTC).strftime("%B %d, %Y")
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": _now() + 7 * 86400}
    told: dict[str, dict[str, Any]] = {
        "BANNED": {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": day}},
        "RESTRICTED": {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]},
        "FLAGGED": {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}},
        "DISCONNECTED": {"event": "ACCOUNT_OFFBOARDED"},
        "CONNECTED": {"event": "ACCOUNT_RECONNECTED"},
    }
    if after.status == "CONNECTED" and before.status == "BANNED":
        told["CONNECTED"] = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE",
                                                                      "waba_ban_date": day}}  # fmt: skip
    return [("account_update", told[after.status])] if after.status in told else []


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
