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
        "buttons": [], "body": ""}
