"""Exactly at each of Meta's limits a message passes, one above it is refused with the limit named; rubbish is refused
and never breaks anything. The edges are found in the sound messages themselves: whatever may be long is made longer."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from comptoir_sdk.sandbox import outgoing
from comptoir_sdk.sandbox.clock import Clock
from comptoir_sdk.sandbox.media import MediaStore
from comptoir_sdk.sandbox.refusals import Refusal
from comptoir_sdk.sandbox.templates import Templates
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from core.whatsapp.outbound import TYPES, InvalidPayload, Recipient, kept, message_payload, read_content, unkept
from tests.whatsapp.sendable import EVERY

_FAR = 50_000
_META = Path(__file__).with_name("meta") / "messages-v23.json"

Path_ = tuple[str | int, ...]


def leaves(told: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every text in there, and where."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from leaves(value, (*path, key))
    elif isinstance(told, list):
        for position, value in enumerate(told):
            yield from leaves(value, (*path, position))
    else:
        yield path, told


def replaced(told: Any, path: Path_, value: Any) -> Any:
    copy = json.loads(json.dumps(told))
    if not path:
        return value
    place = copy
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return copy


def limit_at(type: str, told: Any, path: Path_) -> float | None:
    """Meta's limit for the text there, as our own refusal names it."""
    with pytest.raises(InvalidPayload) as refused:
        read_content(type, replaced(told, path, "x" * _FAR))
    return next((fault.limit for fault in refused.value.faults if fault.path == (type, *path)), None)


def _stretched(text: str, size: int) -> str:
    """As long as this, and still an address where it was one."""
    return (text if text.startswith("https://") else "")[:size].ljust(size, "x")


def _name(value: str | Path_) -> str:
    return value if isinstance(value, str) else "/".join(map(str, value))


PATTERNS = {"country", "code"}
FREE = {"data", "flow_action_data", "values", "payment_settings", "importer_address", "payment"}
TEXTS = [
    (name, path) for name, (_, told) in EVERY.items() for path, value in leaves(told)
    if isinstance(value, str) and not FREE & set(path) and path[-1] not in PATTERNS
    and not (name == "interactive carousel of products" and path[-1] == "catalog_id")  # all cards need the same
]  # fmt: skip


@pytest.mark.parametrize(("name", "path"), TEXTS, ids=_name)
def test_every_text_passes_at_its_limit_and_not_above(name: str, path: Path_) -> None:
    type, told = EVERY[name]
    limit = limit_at(type, told, path)
    original = dict(leaves(told))[path]
    if limit is None:  # one of a few words
        return
    at_limit = replaced(told, path, _stretched(original, int(limit)))
    assert read_content(type, at_limit)
    with pytest.raises(InvalidPayload) as refused:
        read_content(type, replaced(told, path, _stretched(original, int(limit) + 1)))
    fault = next(fault for fault in refused.value.faults if fault.path == (type, *path))
    assert f"at most {int(limit)}" in fault.words


def test_the_edges_that_are_meant_are_among_them() -> None:
    found = {(path[-1], limit_at(*EVERY[name], path)) for name, path in TEXTS}
    assert {("body", 4096), ("caption", 1024), ("title", 20), ("title", 24), ("description", 72), ("button", 20),
            ("text", 1024), ("text", 4096), ("display_text", 20), ("reference_id", 35), ("coupon_code", 15),
            ("payload", 256)} <= found  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


@given(type=st.sampled_from(TYPES), told=JSON)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rubbish_is_refused_and_never_breaks(type: str, told: Any) -> None:
    _taken_or_refused(type, told)


@given(name=st.sampled_from(sorted(EVERY)), data=st.data(), rubbish=JSON)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_sound_message_with_one_piece_of_rubbish_is_taken_whole_or_refused_there(
    name: str, data: st.DataObject, rubbish: Any
) -> None:
    type, told = EVERY[name]
    path, _ = data.draw(st.sampled_from(list(leaves(told))))
    _taken_or_refused(type, replaced(told, path[: data.draw(st.integers(0, len(path)))], rubbish))


def _taken_or_refused(type: str, told: Any) -> None:
    """Taken means: in JSON that the database and Meta can read."""
    refused: InvalidPayload | None = None
    try:
        content = read_content(type, told)
    except InvalidPayload as error:
        refused = error
    if refused is not None:
        assert refused.faults
        assert all(fault.words and fault.pointer.startswith("#/") for fault in refused.faults)
        assert json.dumps([fault.as_json() for fault in refused.faults])
        return
    text = json.dumps(kept(content), allow_nan=False)
    assert "\\u0000" not in text
    assert read_content(type, unkept(type, json.loads(text))) == content


@cache
def stranger() -> tuple[MediaStore, Templates]:
    """The sandbox checks by rules of its own."""
    templates = Templates()
    templates.put({"name": "order_shipped", "language": "fr", "status": "APPROVED", "category": "UTILITY",
                   "parameter_format": "POSITIONAL", "components": [
        {"type": "BODY", "text": "{{1}} {{2}} {{3}}"}]})  # fmt: skip
    return MediaStore(Clock(), None), templates


BY_LINK = {name for name, (type, told) in EVERY.items()
           if type not in ("template", "pin") and '"id": "9"' not in json.dumps(told)}  # fmt: skip


@pytest.mark.parametrize("name", [*sorted(BY_LINK), "template text, money and a moment"])
def test_the_sandbox_takes_what_we_take(name: str) -> None:
    type, told = EVERY[name]
    payload = message_payload(Recipient(phone="212600000101"), type, unkept(type, kept(read_content(type, told))))
    assert outgoing.check(payload, *stranger()).type == type


@pytest.mark.parametrize(("name", "path"), [one for one in TEXTS if one[0] in BY_LINK],
                         ids=_name)  # fmt: skip
def test_at_the_edge_the_sandbox_agrees(name: str, path: Path_) -> None:
    """What we take at the limit, it takes."""
    type, told = EVERY[name]
    limit = limit_at(type, told, path)
    if limit is None:
        return
    wide = replaced(told, path, _stretched(dict(leaves(told))[path], int(limit)))
    payload = message_payload(Recipient(phone="212600000101"), type, unkept(type, kept(read_content(type, wide))))
    try:
        outgoing.check(payload, *stranger())
    except Refusal as refusal:
        pytest.fail(f"the sandbox refuses what we take: {refusal}")


META_KNOWS = {
    "text": "TextMessage", "reaction": "ReactionMessage", "image": "MediaObject", "document": "MediaObject",
    "video": "MediaObject", "interactive button": "InteractiveObject", "interactive list": "InteractiveObject",
    "interactive product": "InteractiveObject", "interactive flow": "InteractiveObject",
    "interactive button with a picture": "InteractiveObject",
}  # fmt: skip


@pytest.mark.parametrize("name", META_KNOWS)
def test_metas_own_description_fits(name: str) -> None:
    """Its published OpenAPI file (v23, November 2025) knows these. Where it says that a place's numbers are text, its
    pages and its own examples say otherwise."""
    type, told = EVERY[name]
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **json.loads(_META.read_text())}
    schema = {"$ref": f"urn:meta#/components/schemas/{META_KNOWS[name]}"}
    text = json.dumps(document).replace('"#/', '"urn:meta#/')
    registry: Registry[Any] = Registry().with_resource("urn:meta", Resource.from_contents(json.loads(text)))
    faults = [error.message for error in Draft202012Validator(schema, registry=registry).iter_errors(
        unkept(type, kept(read_content(type, told))))]  # fmt: skip
    assert faults == []
