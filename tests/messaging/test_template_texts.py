"""What stands in the thread of a template is what the customer reads, with what was filled in."""

from typing import Any

from core.messaging.template_texts import as_sent

TOLD: list[dict[str, Any]] = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
    {"type": "BODY", "text": "Salam {{1}}, {{2}} on {{3}}. {{4}}"},
    {"type": "FOOTER", "text": "Atlas"},
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"},
                                    {"type": "URL", "text": "Follow", "url": "https://atlas.ma/{{1}}"}]},
]  # fmt: skip
GIVEN: list[dict[str, Any]] = [
    {"type": "header", "parameters": [{"type": "text", "text": "112"}]},
    {"type": "body", "parameters": [
        {"type": "text", "text": "Salma"}, {"type": "currency", "currency": {"fallback_value": "210 MAD"}},
        {"type": "date_time", "date_time": {"fallback_value": "4 janvier"}}]},
    {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "p/7"}]},
]  # fmt: skip


def test_every_part_is_filled_in_by_place() -> None:
    assert as_sent(TOLD, GIVEN) == {
        "header": {"format": "text", "text": "Order 112"}, "footer": "Atlas",
        "body": "Salam Salma, 210 MAD on 4 janvier. {{4}}",
        "buttons": [{"type": "quick_reply", "text": "Thanks"},
                    {"type": "url", "text": "Follow", "url": "https://atlas.ma/p/7"}],
    }  # fmt: skip


def test_named_variables_are_filled_in_by_name_and_a_filled_word_is_not_filled_again() -> None:
    told = [{"type": "BODY", "text": "{{first_name}} {{ order }}"}]
    given = [{"type": "body", "parameters": [{"type": "text", "parameter_name": "order", "text": "{{first_name}}"},
                                             {"type": "text", "parameter_name": "first_name", "text": "Salma"}]}]
    assert as_sent(told, given) == {"body": "Salma {{first_name}}"}


def test_what_meta_tells_oddly_harms_nothing() -> None:
    assert as_sent([{}, {"type": "BUTTONS"}, {"type": "BODY"}, {"type": "CAROUSEL", "cards": []}], []) == {
        "buttons": [], "body": "", "cards": []}
    assert as_sent([{"type": "LIMITED_TIME_OFFER"}], [{"type": "carousel"}]) == {"offer": {"text": "", "ends_at": None}}


def test_an_offer_tells_its_end_and_each_card_its_own_words() -> None:
    card: list[dict[str, Any]] = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "{{1}} in {{2}}"},
                                  {"type": "BUTTONS", "buttons": [
                                      {"type": "URL", "text": "See", "url": "https://atlas.ma/{{1}}"}]}]  # fmt: skip
    told: list[dict[str, Any]] = [
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon over", "has_expiration": True}},
        {"type": "CAROUSEL", "cards": [{"components": card}, {"components": card}]}]
    given: list[dict[str, Any]] = [{"type": "limited_time_offer", "parameters": [
        {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_800_000_000_000}}]},
        {"type": "carousel", "cards": [{"card_index": 1, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Riad"}, {"type": "text", "text": "Fès"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "r/7"}]}]}]}]
    shown = as_sent(told, given)
    assert shown["offer"] == {"text": "Soon over", "ends_at": 1_800_000_000_000}
    assert [one["body"] for one in shown["cards"]] == ["{{1}} in {{2}}", "Riad in Fès"]
    assert shown["cards"][1]["buttons"][0]["url"] == "https://atlas.ma/r/7"


def test_what_is_copied_stands_beside_its_button_and_a_code_keeps_its_kind() -> None:
    told: list[dict[str, Any]] = [{"type": "BUTTONS", "buttons": [
        {"type": "COPY_CODE", "text": "Copy offer code"}, {"type": "OTP", "otp_type": "ONE_TAP", "text": "Copy code"}]}]
    given = [{"type": "button", "sub_type": "copy_code", "index": "0",
              "parameters": [{"type": "coupon_code", "coupon_code": "ATLAS10"}]}]  # fmt: skip
    assert as_sent(told, given)["buttons"] == [
        {"type": "copy_code", "text": "Copy offer code", "code": "ATLAS10"},
        {"type": "otp", "text": "Copy code", "otp_type": "ONE_TAP"}]
