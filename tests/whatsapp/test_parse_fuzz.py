"""Machines' guesses at what might break the parser: it never raises and never gives less than it was given."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.whatsapp.parse import parse
from core.whatsapp.values import Malformed
from tests.whatsapp.deliveries import document, encoded, envelope, names
from tests.whatsapp.test_parse import assert_storable

RECEIVED = datetime(2026, 11, 23, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(), max_size=8)  # surrogates and U+0000 included
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
KEYS = ANY_TEXT | st.sampled_from([
    "from", "from_user_id", "id", "timestamp", "type", "text", "body", "context", "errors", "code", "contacts",
    "profile", "wa_id", "user_id", "statuses", "messages", "status", "recipient_id", "metadata", "phone_number_id",
    "interactive", "button_reply", "reaction", "image", "referral", "group_id", "error_data", "name", "phones",
])  # fmt: skip
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=24
)
STORED = [document(name) for name in names()]


def items_in(told: Any) -> int:
    """How many things a well-formed envelope says: its messages and statuses."""
    return sum(
        len(part)
        for entry in told["entry"]
        for change in entry["changes"]
        for key in ("messages", "statuses")
        if isinstance(part := change["value"].get(key), list)
    )


def check(raw: bytes) -> int:
    items = parse(raw, RECEIVED)
    for item in items:
        asdict(item)
        assert_storable(item.value if hasattr(item, "value") else item.raw)
        if isinstance(item, Malformed):
            assert not item.reason.startswith("unforeseen"), item
    return len(items)


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    assert check(raw) >= 1


@given(ANYTHING)
def test_no_json_raises(told: Any) -> None:
    check(json.dumps(told).encode())


@settings(max_examples=300)
@given(st.lists(ANYTHING, max_size=4), st.lists(ANYTHING, max_size=3), ANYTHING)
def test_no_item_is_lost_whatever_it_is(messages: list[Any], statuses: list[Any], contacts: Any) -> None:
    value = {"metadata": {"phone_number_id": "1"}, "contacts": contacts, "messages": messages, "statuses": statuses}
    assert check(encoded(envelope(value))) >= len(messages) + len(statuses)


@settings(max_examples=300)
@given(st.data())
def test_no_change_to_one_place_of_a_real_delivery_raises_or_loses(data: st.DataObject) -> None:
    told = json.loads(json.dumps(data.draw(st.sampled_from(STORED))))
    expected = items_in(told)
    parent, key = data.draw(st.sampled_from(list(places(told["entry"][0]["changes"][0]["value"]))))
    if key in ("messages", "statuses"):
        return
    if data.draw(st.booleans()):
        parent[key] = data.draw(ANYTHING)
    elif isinstance(parent, dict):
        del parent[key]
    assert check(json.dumps(told).encode()) >= expected


def places(told: Any) -> Any:
    """Every (container, key) inside."""
    pairs = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, inner in list(pairs):
        yield told, key
        yield from places(inner)
