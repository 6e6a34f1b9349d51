import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.whatsapp.news import READERS, read_news
from core.whatsapp.parse import parse
from core.whatsapp.values import NumberNews


def news(field: str, value: dict[str, Any], *, time: int | None = 1739321024, waba_id: str = "300") -> NumberNews:
    entry = {"id": waba_id, "changes": [{"field": field, "value": value}]} | ({"time": time} if time else {})
    [item] = parse(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
    assert isinstance(item, NumberNews)
    return item


@pytest.mark.parametrize(
    ("field", "value", "changes"),
    [
        ("phone_number_quality_update",
         {"event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"}, {"throughput_level": "HIGH"}),
        ("phone_number_quality_update",
         {"event": "ONBOARDING", "max_daily_conversations_per_business": "TIER_2K"}, {"messaging_limit": "TIER_2K"}),
        ("phone_number_quality_update",
         {"event": "UPGRADE", "old_limit": "TIER_1K", "current_limit": "TIER_10K"}, {"messaging_limit": "TIER_10K"}),
        ("phone_number_quality_update", {"event": "FLAGGED"}, {"meta_status": "FLAGGED"}),
        ("phone_number_quality_update", {"event": "UNFLAGGED"}, {"meta_status": "CONNECTED"}),
        ("phone_number_name_update", {"decision": "APPROVED", "requested_verified_name": "Atlas"},
         {"name_status": "APPROVED", "verified_name": "Atlas"}),
        ("phone_number_name_update", {"decision": "REJECTED", "requested_verified_name": "Bank"},
         {"name_status": "REJECTED"}),
        ("business_capability_update", {"max_daily_conversations_per_business": 2000}, {"messaging_limit": "TIER_2K"}),
        ("business_capability_update", {"max_daily_conversations_per_business": "TIER_UNLIMITED"},
         {"messaging_limit": "TIER_UNLIMITED"}),
        ("business_capability_update", {"max_daily_conversation_per_phone": -1}, {"messaging_limit": "TIER_UNLIMITED"}),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
         {"meta_status": "BANNED"}),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, {}),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
         {"meta_status": "CONNECTED"}),
        ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}, {"meta_status": "RESTRICTED"}),
        ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
            {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}]}, {}),
        ("account_update", {"event": "ACCOUNT_DELETED"}, {"meta_status": "DELETED"}),
        ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}}, {}),
        ("account_alerts", {"alert_info": {"alert_type": "OBA_APPROVED"}}, {}),
    ],
)  # fmt: skip
def test_news_settles_what_meta_says_and_nothing_more(
    field: str, value: dict[str, Any], changes: dict[str, str]
) -> None:
    assert news(field, value).changes == changes


def test_news_names_its_number_as_meta_does() -> None:
    by_display = news("phone_number_quality_update", {"display_phone_number": "+1 555-078-3881", "event": "FLAGGED"})
    assert (by_display.waba_id, by_display.phone_number_id, by_display.display_phone_number) == (
        "300", None, "15550783881")
    settings = {"timestamp": "1671644824", "phone_number_settings": {"phone_number_id": "111"}}
    by_id = news("account_settings_update", settings, time=None)
    assert (by_id.phone_number_id, by_id.at) == ("111", datetime(2022, 12, 21, 17, 47, 4, tzinfo=UTC))
    alert = news("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": "112"})
    assert alert.phone_number_id == "112"


def test_a_partners_event_is_about_the_account_it_names_not_about_the_portfolio() -> None:
    removed = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "980198427658004"}}
    assert news("account_update", removed, waba_id="2949482758682047").waba_id == "980198427658004"
    assert news("account_update", removed).changes == {}
    lost = removed | {"disconnection_info": {"reason": "PRIMARY_INACTIVITY"}}
    assert news("account_update", lost).changes == {"meta_status": "DISCONNECTED"}


KEYS = st.sampled_from([
    "event", "ban_info", "waba_ban_state", "restriction_info", "restriction_type", "waba_info", "waba_id", "decision",
    "phone_number_settings", "phone_number_id", "entity_type", "entity_id", "display_phone_number", "current_limit",
    "max_daily_conversations_per_business", "timestamp", "disconnection_info",
])  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("PARTNER_REMOVED"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8,
)  # fmt: skip


@given(st.sampled_from(sorted(READERS)), st.dictionaries(KEYS, ANYTHING, max_size=5))
def test_no_shape_of_news_raises(field: str, value: dict[str, Any]) -> None:
    assert all(isinstance(told, str) for told in read_news(field, value, None, None, None).changes.values())
