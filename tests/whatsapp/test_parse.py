"""Whatever arrives, nothing raises, nothing is lost, and everything can be stored."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.whatsapp.body import MAX_DEPTH
from core.whatsapp.parse import parse
from core.whatsapp.values import InboundMessage, Item, Malformed, Tiding, Unhandled
from tests.whatsapp.deliveries import (
    delivered,
    encoded,
    envelope,
    message,
    names,
    only,
    stored,
    the_message,
    value,
)


def kinds(items: list[Item]) -> list[str]:
    return [type(item).__name__ for item in items]


@pytest.mark.parametrize("name", names())
def test_every_stored_delivery_says_exactly_one_thing(name: str) -> None:
    assert len(parse(stored(name))) == 1
    assert not isinstance(parse(stored(name))[0], Malformed)


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of it": b'{"entry":[',
    "binary": bytes(range(256)),
    "UTF-16": '{"entry":[]}'.encode("utf-16"),
    "null": b"null",
    "a list": b"[]",
    "a number": b"42",
    "a text": b'"entry"',
    "no entry": b"{}",
    "too deep to read": b'{"entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_body_that_cannot_be_understood_is_one_malformed_item(case: str) -> None:
    item = only(parse(UNREADABLE[case]), Malformed)
    assert item.reason
    assert_storable(item.raw)


@pytest.mark.parametrize("entry", [[], None, [{"id": "1", "changes": []}], [{"id": "1", "changes": None}]])
def test_a_delivery_that_says_nothing_is_nothing(entry: Any) -> None:
    assert parse(encoded({"object": "whatsapp_business_account", "entry": entry})) == []


@pytest.mark.parametrize("name", ["field_of_tomorrow"])
def test_a_field_that_is_not_handled_is_kept_whole(name: str) -> None:
    change = json.loads(stored(name))["entry"][0]["changes"][0]
    item = only(parse(stored(name)), Unhandled)
    assert (item.field, item.value, item.waba_id) == (change["field"], change["value"], "300000000000001")


@pytest.mark.parametrize(("name", "kind"), [("account_error", "account.updated"), ("link_clicks", "link.clicked")])
def test_what_comes_instead_of_messages_is_told(name: str, kind: str) -> None:
    item = only(parse(stored(name)), Tiding)
    assert item.kind == kind
    assert item.phone_number_id == "200000000000001"


def test_what_comes_beside_a_message_is_kept_too() -> None:
    told = value(messages=[message()], errors=[{"code": 131000}])
    items = parse(encoded(envelope(told)))
    assert kinds(items) == ["InboundMessage", "Tiding"]


def test_a_delivery_about_something_else_is_kept_and_not_taken_for_a_message() -> None:
    body = envelope(value(messages=[message()])) | {"object": "page"}
    assert "not about WhatsApp" in only(parse(encoded(body)), Unhandled).reason


def test_a_missing_field_name_is_guessed_from_messages_only() -> None:
    assert kinds(parse(encoded(envelope(value(messages=[message()]), field=None)))) == ["InboundMessage"]
    assert kinds(parse(encoded(envelope({"event": "APPROVED"}, field=None)))) == ["Malformed"]


BAD_ITEMS: list[Any] = [
    None, 3, "x", [], True, {}, {"id": None}, message(wamid=""), message(wamid=...), message(wamid=["x"]),
    message(wamid="w" * 513), message(wamid="wamid.é"), message(**{"from": ...}, timestamp=...), message(timestamp=...),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_ITEMS)
def test_one_bad_item_never_costs_its_neighbours(bad: Any) -> None:
    items = parse(delivered(message("first"), bad, message("last")))
    assert kinds(items) == ["InboundMessage", "Malformed", "InboundMessage"]
    malformed = items[1]
    assert isinstance(malformed, Malformed)
    assert malformed.path == "entry[0].changes[0].value.messages[1]"
    assert malformed.raw == bad
    assert (malformed.waba_id, malformed.phone_number_id) == ("300000000000001", "200000000000001")


@pytest.mark.parametrize("bad", [None, 3, "x", [], {}, {"field": "messages"}, {"field": "messages", "value": []}])
def test_one_bad_change_never_costs_its_neighbours(bad: Any) -> None:
    body = envelope(value(messages=[message("first")]), value(messages=[message("last")]))
    body["entry"][0]["changes"].insert(1, bad)
    items = parse(encoded(body))
    assert kinds(items) == ["InboundMessage", "Malformed", "InboundMessage"]
    assert isinstance(items[1], Malformed)
    assert items[1].path.startswith("entry[0].changes[1]")


@pytest.mark.parametrize("bad", [None, 3, "x", [], {}])
def test_one_bad_entry_never_costs_its_neighbours(bad: Any) -> None:
    body = envelope(value(messages=[message("first")]))
    body["entry"] = [bad, *body["entry"]]
    assert kinds(parse(encoded(body))) == ["Malformed", "InboundMessage"]


def test_messages_that_belong_to_no_account_are_set_aside_one_by_one() -> None:
    ids: list[Any] = ["", {}, "1" * 600]
    strange: list[Any] = [None, {}, [], "x", *({"phone_number_id": told} for told in ids)]
    for metadata in strange:
        told = value(messages=[message("a"), message("b")]) | {"metadata": metadata}
        items = parse(encoded(envelope(told)))
        assert kinds(items) == ["Malformed", "Malformed"]


def test_a_phone_number_id_may_be_a_number() -> None:
    told = value(messages=[message()]) | {"metadata": {"phone_number_id": 200000000000001}}
    assert only(parse(encoded(envelope(told))), InboundMessage).phone_number_id == "200000000000001"


def test_an_object_where_a_list_belongs_is_read_as_its_one_member() -> None:
    body = envelope(value(messages=message()))
    body["entry"][0]["changes"] = body["entry"][0]["changes"][0]
    body["entry"] = body["entry"][0]
    assert kinds(parse(encoded(body))) == ["InboundMessage"]


def test_a_batch_over_two_numbers_keeps_every_message_and_its_number() -> None:
    numbers = [{"metadata": {"phone_number_id": str(index % 2)}} for index in range(1000)]
    values = [value(messages=[message(f"w{index}")]) | number for index, number in enumerate(numbers)]
    items = [item for item in parse(encoded(envelope(*values))) if isinstance(item, InboundMessage)]
    assert [(item.wamid, item.phone_number_id) for item in items] == [(f"w{n}", str(n % 2)) for n in range(1000)]


def test_a_delivery_of_three_megabytes_is_read() -> None:
    raw = delivered(message(text={"body": "é" * 500_000}))
    assert len(raw) > 2_900_000
    assert len(the_message(raw).body) == 500_000


def test_nul_is_taken_out_of_every_text() -> None:
    raw = delivered(message(text={"body": "a\x00b", "k\x00ey": ["\x00"]}), contacts=[{"profile": {"name": "\x00"}}])
    read = the_message(raw)
    assert (read.body, read.sender.name) == ("ab", "")
    assert read.content == {"body": "ab", "key": [""]}
    assert_storable(read.raw)


def test_a_raw_control_character_does_not_cost_the_delivery() -> None:
    raw = delivered(message(text={"body": "MARK"})).replace(b"MARK", b"a\x00\x01\nb")
    assert the_message(raw).body == "a\x01\nb"


def test_lone_surrogates_are_replaced_and_pairs_are_kept() -> None:
    raw = delivered(message(text={"body": "MARK"})).replace(b"MARK", b"\\ud83d\\ude00 \\ud83d \\uDE00 \\uD83D")
    assert the_message(raw).body == "😀 \ufffd \ufffd \ufffd"


def test_bytes_that_are_not_utf8_cost_one_character_and_not_the_delivery() -> None:
    raw = delivered(message(text={"body": "MARK"})).replace(b"MARK", b"a\xff\xed\xa0\x80b")
    body = the_message(raw).body
    assert body.startswith("a\ufffd")
    assert body.endswith("b")
    assert_storable(body)


def test_a_byte_order_mark_is_skipped() -> None:
    assert the_message(b"\xef\xbb\xbf" + stored("text")).type == "text"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000])
def test_numbers_that_jsonb_refuses_are_kept_as_text(number: str) -> None:
    raw = delivered(message(type="x", x={"n": "MARK"}, text=...)).replace(b'"MARK"', number.encode())
    read = the_message(raw)
    assert read.content == {"n": number}
    assert_storable(read.raw)


def test_what_is_nested_too_deep_is_cut_and_its_message_kept() -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = {"in": [deep]}
    items = parse(delivered(message("first"), message("deep", type="x", text=..., x=deep), message("last")))
    assert kinds(items) == ["InboundMessage"] * 3
    for item in items:
        assert isinstance(item, InboundMessage)
        assert_storable(item.raw)


def test_a_duplicated_key_is_read_once() -> None:
    raw = stored("text").replace(b'"type": "text"', b'"type": "image", "type": "text"')
    assert the_message(raw).type == "text"


def test_ids_that_an_index_would_refuse_are_not_taken() -> None:
    long = "w" * 3000
    read = the_message(delivered(message(context={"id": long}, group_id=long, from_user_id=long)))
    assert read.context is not None
    assert (read.context.quoted, read.group_id, read.sender.bsuid) == (None, None, None)
    assert read.raw["context"]["id"] == long


def test_without_a_clock_of_ours_a_message_without_time_is_set_aside() -> None:
    raw = delivered(message(timestamp="soon"))
    assert kinds(parse(raw)) == ["Malformed"]
    assert kinds(parse(raw, datetime.now(UTC))) == ["InboundMessage"]


def assert_storable(told: Any) -> None:
    """As PostgreSQL's text and jsonb see it: UTF-8, no U+0000, standard JSON of moderate depth."""
    text = json.dumps(told, ensure_ascii=False, allow_nan=False)
    text.encode()
    # Written out by a customer, it is a backslash and five characters, escaped as such.
    assert "\\u0000" not in text.replace("\\\\", "")
    assert _depth(told) <= MAX_DEPTH + 1


def _depth(told: Any) -> int:
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return 1 + max(map(_depth, inner), default=0)
