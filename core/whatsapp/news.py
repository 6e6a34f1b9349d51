"""What Meta tells of a number or its account, beside messages: which of our columns it settles, in Meta's own words.

Source: Meta, "Webhooks: reference", the pages of the fields named in READERS.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from core.whatsapp.reading import at, identifier, mapping, text
from core.whatsapp.values import JsonObject, NumberNews

_LONGEST: Final = 256
_LIMITS: Final = {"-1": "TIER_UNLIMITED", "50": "TIER_50", "250": "TIER_250", "1000": "TIER_1K", "2000": "TIER_2K",
                  "10000": "TIER_10K", "100000": "TIER_100K"}  # fmt: skip
_FLAGS: Final = {"FLAGGED": "FLAGGED", "UNFLAGGED": "CONNECTED"}
_STANDINGS: Final = {"ACCOUNT_DELETED": "DELETED", "ACCOUNT_OFFBOARDED": "DISCONNECTED",
                     "ACCOUNT_RECONNECTED": "CONNECTED"}  # fmt: skip
_BANS: Final = {"DISABLE": "BANNED", "REINSTATE": "CONNECTED"}


def read_news(
    field: str, value: JsonObject, waba_id: str | None, phone_number_id: str | None, told_at: datetime | None
) -> NumberNews:
    """The news of one change, in a field of READERS. `told_at` is the entry's own time."""
    number = text(value.get("display_phone_number")) or ""
    return NumberNews(
        field=field,
        value=value,
        waba_id=_waba(value) or waba_id,
        phone_number_id=phone_number_id or _phone_number_id(value),
        display_phone_number="".join(digit for digit in number if digit.isdigit() and digit.isascii()) or None,
        at=told_at or at(value.get("timestamp")),
        changes={column: told[:_LONGEST] for column, told in READERS[field](value).items()},
    )


def _waba(value: JsonObject) -> str | None:
    """Of partners' events the entry names a business portfolio, and the value the account."""
    return identifier((mapping(value.get("waba_info")) or {}).get("waba_id"))


def _phone_number_id(value: JsonObject) -> str | None:
    settings = mapping(value.get("phone_number_settings")) or {}
    told = identifier(settings.get("phone_number_id"))
    if told is None and value.get("entity_type") == "PHONE_NUMBER":
        return identifier(value.get("entity_id"))
    return told


def _quality(value: JsonObject) -> dict[str, str]:
    event = text(value.get("event")) or ""
    limit = text(value.get("max_daily_conversations_per_business"))
    if limit is None and event != "THROUGHPUT_UPGRADE":  # where current_limit is the throughput
        limit = text(value.get("current_limit"))
    changes = {"messaging_limit": _tier(limit)} if limit is not None else {}
    if event == "THROUGHPUT_UPGRADE":
        changes["throughput_level"] = "HIGH"
    if event in _FLAGS:
        changes["meta_status"] = _FLAGS[event]
    return changes


def _name(value: JsonObject) -> dict[str, str]:
    decision, name = text(value.get("decision")), text(value.get("requested_verified_name"))
    changes = {"name_status": decision} if decision is not None else {}
    if decision == "APPROVED" and name is not None:
        changes["verified_name"] = name
    return changes


def _account(value: JsonObject) -> dict[str, str]:
    event = text(value.get("event")) or ""
    standing = _STANDINGS.get(event)
    if event == "DISABLED_UPDATE":
        standing = _BANS.get(text((mapping(value.get("ban_info")) or {}).get("waba_ban_state")) or "")
    elif event == "ACCOUNT_RESTRICTION" and any("MESSAGING" in kind for kind in _restrictions(value)):
        standing = "RESTRICTED"
    elif event == "PARTNER_REMOVED" and value.get("disconnection_info"):
        standing = "DISCONNECTED"
    return {"meta_status": standing} if standing else {}


def _restrictions(value: JsonObject) -> list[str]:
    told = value.get("restriction_info")
    entries = (mapping(one) or {} for one in (told if isinstance(told, list) else ()))
    return [text(entry.get("restriction_type")) or "" for entry in entries]


def _capability(value: JsonObject) -> dict[str, str]:
    told = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    limit = text(told)
    return {"messaging_limit": _tier(limit)} if limit is not None else {}


def _nothing(_: JsonObject) -> dict[str, str]:
    """To be told, with no column of ours to settle."""
    return {}


def _tier(limit: str) -> str:
    return _LIMITS.get(limit, limit)


READERS: Final[Mapping[str, Callable[[JsonObject], dict[str, str]]]] = {
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "account_update": _account,
    "account_alerts": _nothing,
    "account_settings_update": _nothing,
    "business_capability_update": _capability,
    "account_review_update": _nothing,
    "security": _nothing,
    "business_username_updates": _nothing,
    "business_username_update": _nothing,
    "payment_configuration_update": _nothing,
    "partner_solutions": _nothing,
}
