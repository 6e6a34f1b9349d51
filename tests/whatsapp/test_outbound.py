"""Whatever may be sent leaves as Meta spells it; what Meta would refuse is refused here, with Meta's own limit."""

from copy import deepcopy
from typing import Any

import pytest

from core.whatsapp.outbound import (
    TYPES,
    InvalidPayload,
    Recipient,
    kept,
    message_payload,
    read_content,
    read_payload,
    text_payload,
    unkept,
    words_of,
)
from tests.whatsapp.sendable import (
    CARD,
    EVERY,
    MEDIA,
    ORDER,
    body,
    button,
    buttons,
    carousel,
    interactive,
    products,
    rows,
    template,
)

TO = Recipient(phone="33612345678")


def test_a_text_is_addressed_by_phone_with_its_plus() -> None:
    assert message_payload(TO, "text", {"body": "hi"}, reply_to_wamid="wamid.Q", callback_data="a-1") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+33612345678",
        "type": "text",
        "text": {"body": "hi"},
        "context": {"message_id": "wamid.Q"},
        "biz_opaque_callback_data": "a-1",
    }


def test_a_customer_without_a_phone_is_addressed_by_user_id() -> None:
    payload = text_payload(Recipient(bsuid="US.1"), "hi")
    assert payload["recipient"] == "US.1"
    assert "to" not in payload


def test_with_both_the_phone_is_used() -> None:
    assert "recipient" not in text_payload(Recipient(phone="33612345678", bsuid="US.1"), "hi")


def test_a_group_is_addressed_as_one() -> None:
    payload = text_payload(Recipient(group="Y2FwaV9ncm91cDox"), "hi")
    assert (payload["recipient_type"], payload["to"]) == ("group", "Y2FwaV9ncm91cDox")


def test_the_identity_that_was_agreed_goes_along() -> None:
    payload = text_payload(Recipient(phone="33612345678", identity_key_hash="DF2lS5v2W6x="), "hi")
    assert payload["recipient_identity_key_hash"] == "DF2lS5v2W6x="


@pytest.mark.parametrize("to", [Recipient(), Recipient(phone="abc")])
def test_nobody_can_be_sent_to(to: Recipient) -> None:
    with pytest.raises(InvalidPayload, match=r"neither a phone number|5 to 15 digits"):
        text_payload(to, "hi")


def test_the_callback_data_is_bounded() -> None:
    with pytest.raises(InvalidPayload, match="at most 512"):
        text_payload(TO, "hi", callback_data="x" * 513)


def test_every_type_has_an_example_here() -> None:
    assert {type for type, _ in EVERY.values()} == set(TYPES)


@pytest.mark.parametrize("name", EVERY)
def test_a_sound_message_leaves_as_it_was_written(name: str) -> None:
    type, told = EVERY[name]
    content = kept(read_content(type, deepcopy(told)))
    sent = message_payload(TO, type, unkept(type, content))
    assert sent[type] == _spelled(told)


def _spelled(told: Any) -> Any:
    """Meta takes a button's index as text or number; text it is from here."""
    if isinstance(told, dict):
        index = {"index": str(told["index"])} if "index" in told else {}
        return {key: _spelled(value) for key, value in told.items()} | index
    return [_spelled(value) for value in told] if isinstance(told, list) else told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text", "Salam"), ("image", "Look"), ("document", "Read"), ("location", "Atlas"),
        ("contacts", "Salma Idrissi"), ("reaction", "👍"), ("interactive button", "Salam"),
        ("interactive carousel of links", "Salam"), ("template without variables", "order_shipped"),
        ("template named", "order_shipped: Salma"),
    ],
)  # fmt: skip
def test_a_person_can_read_what_it_says(name: str, words: str) -> None:
    type, told = EVERY[name]
    assert words_of(type, read_content(type, told)) == words


def _without_title(told: dict[str, Any]) -> dict[str, Any]:
    del told["action"]["sections"][0]["title"]
    return told


def _order(**changes: Any) -> dict[str, Any]:
    return interactive("order_details", {"name": "review_and_pay", "parameters": {**ORDER, **changes}})


REFUSED: list[tuple[str, Any, str, str, float | None]] = [
    # type, what, where, words, Meta's limit
    ("text", {"body": "x" * 4097}, "#/text/body", "4097 characters; WhatsApp takes at most 4096", 4096),
    ("text", {"body": " \n"}, "#/text/body", "empty", None),
    ("text", {"body": "a", "bold": True}, "#/text/bold", "not known to WhatsApp", None),
    ("text", "hi", "#/text", "no object", None),
    ("image", {}, "#/image", "exactly one of", None),
    ("image", {**MEDIA, "id": "9"}, "#/image", "exactly one of", None),
    ("image", {"link": "javascript:alert(1)"}, "#/image/link", "no web address", None),
    ("image", {**MEDIA, "caption": "x" * 1025}, "#/image/caption", "at most 1024", 1024),
    ("audio", {**MEDIA, "caption": "x"}, "#/audio/caption", "not known", None),
    ("sticker", {**MEDIA, "caption": "x"}, "#/sticker/caption", "not known", None),
    ("image", {**MEDIA, "filename": "x"}, "#/image/filename", "not known", None),
    ("location", {"latitude": 90.1, "longitude": 0}, "#/location/latitude", "at most 90", 90),
    ("location", {"latitude": 0, "longitude": -180.1}, "#/location/longitude", "at least -180", -180),
    ("contacts", [], "#/contacts", "at least 1", 1),
    ("contacts", [CARD] * 258, "#/contacts", "at most 257", 257),
    ("contacts", [{"name": {"formatted_name": "A"}}], "#/contacts/0/name", "one part beside", None),
    ("contacts", [{**CARD, "birthday": "18/08/1990"}], "#/contacts/0/birthday", "", None),
    ("reaction", {"message_id": "w"}, "#/reaction/emoji", "missing", None),
    ("pin", {"type": "pin", "message_id": "w", "expiration_days": 31}, "#/pin/expiration_days", "at most 30", 30),
    ("interactive", {"type": "poll"}, "#/interactive/type", "use 'button'", None),
    ("interactive", {}, "#/interactive/type", "missing", None),
    ("interactive", buttons(0), "#/interactive/action/buttons", "at least 1", 1),
    ("interactive", buttons(4), "#/interactive/action/buttons", "has 4; WhatsApp takes at most 3", 3),
    ("interactive", interactive("button", {"buttons": buttons(1)["action"]["buttons"] * 2}), "#/interactive/action",
     "same button id twice", None),
    ("interactive", rows(6, 5), "#/interactive/action", "has 11 rows; WhatsApp takes at most 10", 10),
    ("interactive", _without_title(rows(1, 1)), "#/interactive/action", "give each a title", None),
    ("interactive", rows(*[1] * 11), "#/interactive/action/sections", "at most 10", 10),
    ("interactive", {**rows(1), "header": {"type": "image", "image": MEDIA}}, "#/interactive/header/type", "", None),
    ("interactive", {**buttons(), "header": {"type": "image", "image": {}}}, "#/interactive/header/image",
     "exactly one of", None),
    ("interactive", {**buttons(), "footer": {"text": "x" * 61}}, "#/interactive/footer/text", "at most 60", 60),
    ("interactive", {**EVERY["interactive location_request_message"][1], "footer": {"text": "x"}},
     "#/interactive/footer", "", None),
    ("interactive", products(20, 11), "#/interactive/action", "has 31 products; WhatsApp takes at most 30", 30),
    ("interactive", carousel(1), "#/interactive/action/cards", "at least 2", 2),
    ("interactive", carousel(11), "#/interactive/action/cards", "at most 10", 10),
    ("interactive", carousel(2, card_index=0), "#/interactive/action", "number the cards", None),
    ("interactive", carousel(2, body={"text": "a\nb\nc\nd"}), "#/interactive/action/cards/0/body", "at most 2", 2),
    ("interactive", _order(total_amount={"value": 1, "offset": 100}), "#/interactive/action/parameters",
     "does not add up", None),
    ("interactive", _order(reference_id="x" * 36), "#/interactive/action/parameters/reference_id", "at most 35", 35),
    ("template", {"name": "Nope!", "language": {"code": "fr"}}, "#/template/name", "", None),
    ("template", {"name": "a"}, "#/template/language", "missing", None),
    ("template", template(body({"type": "text", "text": "a\nb"})), "#/template/components/0/parameters/0/text",
     "132018", None),
    ("template", template(body({"type": "text", "text": "a     b"})), "#/template/components/0/parameters/0/text",
     "4 spaces", None),
    ("template", template(body({"type": "text", "text": ""})), "#/template/components/0/parameters/0/text",
     "empty", 1),
    ("template", template(button("url", "payload", "x")), "#/template/components/0", "a url button takes text", None),
    ("template", template(button("copy_code", "coupon_code", "x" * 16)),
     "#/template/components/0/parameters/0/coupon_code", "at most 15", 15),
    ("template", template(button("quick_reply", "payload", "x", index=10)), "#/template/components/0/index", "", None),
    ("poll", {}, "#/type", "use one of text", None),
]


@pytest.mark.parametrize(("type", "told", "pointer", "words", "limit"), REFUSED)
def test_what_meta_would_refuse_is_refused_with_where_and_its_limit(
    type: str, told: Any, pointer: str, words: str, limit: float | None
) -> None:
    with pytest.raises(InvalidPayload) as refused:
        read_content(type, told)
    fault = next(fault for fault in refused.value.faults if fault.pointer == pointer)
    assert words in fault.words
    assert fault.limit == limit


def test_four_spaces_in_a_row_are_still_taken() -> None:
    assert read_content("template", template(body({"type": "text", "text": "a    b"})))


def test_a_read_receipt_may_show_that_we_write() -> None:
    assert "typing_indicator" not in read_payload("w")
    assert read_payload("w", typing=True)["typing_indicator"] == {"type": "text"}
