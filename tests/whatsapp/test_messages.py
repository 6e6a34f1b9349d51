"""What each kind of message becomes. One stored payload per kind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.whatsapp.parse import parse
from core.whatsapp.values import InboundMessage, MediaRef
from tests.whatsapp.deliveries import delivered, document, message, names, only, stored, the_message

BODIES = {
    "text": "Bonjour, où est ma commande ? 😀",
    "text_reply": "Yes, that one",
    "image": "The broken one",
    "image_refused": "",
    "video": "",
    "voice": "",
    "document": "invoice.pdf",
    "sticker": "",
    "button_reply": "Yes please",
    "list_reply": "Tuesday",
    "form_reply": "Sent",
    "call_permission": "",
    "interactive_of_tomorrow": "",
    "template_button": "Confirm",
    "location": "Tour Eiffel",
    "location_bare": "48.5, 2",
    "contact_cards": "Ana Ruiz, +34 611 111 111",
    "reaction": "👍",
    "reaction_removed": "",
    "order": "Two please",
    "number_changed": "Leïla changed from 33612345678 to 33687654321",
    "unsupported": "",
    "ghost": "",
    "type_of_tomorrow": "",
    "hidden_phone": "no phone here",
}


@pytest.mark.parametrize("name", BODIES)
def test_the_body_is_what_a_person_would_read(name: str) -> None:
    assert the_message(stored(name)).body == BODIES[name]


def messages() -> list[str]:
    return [name for name in names() if any(isinstance(item, InboundMessage) for item in parse(stored(name)))]


@pytest.mark.parametrize("name", messages())
def test_a_message_keeps_its_type_its_ids_its_clock_and_everything_else(name: str) -> None:
    told = document(name)["entry"][0]["changes"][0]["value"]["messages"][0]
    read = the_message(stored(name))
    assert (read.phone_number_id, read.waba_id) == ("200000000000001", "300000000000001")
    assert (read.wamid, read.type, read.raw) == (told["id"], told["type"], told)
    assert read.at == datetime.fromtimestamp(int(told["timestamp"]), UTC)
    assert not read.timed_by_us
    if isinstance(told.get(read.type), dict):
        assert read.content == told[read.type]


def test_the_sender_has_every_name_that_meta_gave() -> None:
    sender = the_message(stored("text")).sender
    assert (sender.phone, sender.wa_id) == ("33612345678", "33612345678")
    assert (sender.bsuid, sender.parent_bsuid) == ("FR.7001", "FR.ENT.9001")
    assert (sender.name, sender.username) == ("Leïla Haddad", "leila.h")


@pytest.mark.parametrize("name", ["hidden_phone", "hidden_phone_empty"])
def test_a_customer_without_a_phone_is_known_by_user_id(name: str) -> None:
    sender = the_message(stored(name)).sender
    assert (sender.phone, sender.wa_id, sender.bsuid, sender.name) == (None, None, "US.7002", "Sam")


def test_a_reply_says_what_it_quotes() -> None:
    context = the_message(stored("text_reply")).context
    assert context is not None
    assert (context.quoted, context.forwarded) == ("wamid.QUOTED==", False)


def test_a_reaction_says_what_it_reacts_to() -> None:
    for name in ("reaction", "reaction_removed"):
        context = the_message(stored(name)).context
        assert context is not None
        assert context.quoted == "wamid.TARGET=="


def test_forwarding_ads_and_products_are_kept() -> None:
    forwarded, often = (the_message(stored(name)).context for name in ("text_forwarded", "text_often_forwarded"))
    assert forwarded is not None
    assert (forwarded.forwarded, forwarded.often_forwarded, forwarded.quoted) == (True, False, None)
    assert often is not None
    assert (often.forwarded, often.often_forwarded) == (True, True)
    ad, product = the_message(stored("text_from_ad")).context, the_message(stored("text_about_product")).context
    assert ad is not None
    assert ad.referral is not None
    assert ad.referral["ctwa_clid"] == "clid-1"
    assert product is not None
    assert product.product == {"catalog_id": "5", "product_retailer_id": "sku-1"}


def test_a_plain_message_has_no_context() -> None:
    assert the_message(stored("text")).context is None


def test_files_are_referred_to() -> None:
    assert the_message(stored("image")).media == MediaRef(
        media_id="4001",
        kind="image",
        mime_type="image/jpeg",
        sha256="K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=",
        filename=None,
        caption="The broken one",
        voice=False,
        animated=False,
        url="https://lookaside.fbsbx.com/x?mid=4001",
    )
    voice, sticker, pdf = (the_message(stored(name)).media for name in ("voice", "sticker", "document"))
    assert voice is not None
    assert voice.voice
    assert sticker is not None
    assert sticker.animated
    assert pdf is not None
    assert pdf.filename == "invoice.pdf"


def test_a_file_that_meta_could_not_take_is_a_message_with_an_error_and_no_file() -> None:
    read = the_message(stored("image_refused"))
    assert read.media is None
    assert [(error.code, error.details) for error in read.errors] == [(131052, "Too large")]


def test_only_the_131060_ghost_is_a_ghost() -> None:
    assert the_message(stored("ghost")).is_ghost
    assert not the_message(stored("unsupported")).is_ghost
    assert not the_message(stored("text")).is_ghost


def test_an_error_code_written_as_text_is_read() -> None:
    assert [error.code for error in the_message(stored("unsupported")).errors] == [131051]


def test_a_type_of_tomorrow_is_kept_whole() -> None:
    read = the_message(stored("type_of_tomorrow"))
    assert (read.type, read.content) == ("hologram", {"depth": 3, "parts": [1, 2]})


def test_a_type_of_tomorrow_whose_object_has_another_name_is_kept_whole() -> None:
    told = message(type="hologram", text=..., beam={"depth": 3}, colour="red")
    assert the_message(delivered(told)).content == {"beam": {"depth": 3}, "colour": "red"}


def test_cards_are_kept_as_a_list_under_their_name() -> None:
    assert [card.get("origin") for card in the_message(stored("contact_cards")).content["contacts"]] == [
        None, "contact_request",
    ]  # fmt: skip


def test_a_group_is_named() -> None:
    assert the_message(stored("group_text")).group_id == "R1JPVVA="


@pytest.mark.parametrize(
    ("parts", "kind", "body"),
    [
        ({"type": ...}, "text", "hello"),
        ({"type": None}, "text", "hello"),
        ({"type": ["text"]}, "text", "hello"),
        ({"type": ..., "text": ..., "location": {"name": "Here"}}, "location", "Here"),
        ({"type": ..., "text": ...}, "unknown", ""),
        ({"type": 7}, "7", ""),
        ({"text": "bare"}, "text", "bare"),
        ({"text": None}, "text", ""),
        ({"text": ["a"]}, "text", ""),
        ({"text": {"body": 42}}, "text", "42"),
        ({"text": {"body": None}}, "text", ""),
        ({"text": ...}, "text", ""),
        ({"type": "interactive", "interactive": ...}, "interactive", ""),
        ({"type": "interactive", "interactive": {"button_reply": "x"}}, "interactive", ""),
        ({"type": "contacts", "contacts": [None, 3, {"phones": [None]}, {"name": "x"}]}, "contacts", ""),
        ({"type": "location", "location": {"latitude": "1.5", "longitude": "2"}}, "location", "1.5, 2"),
    ],
)
def test_a_message_of_odd_shape_is_still_a_message(parts: dict[str, Any], kind: str, body: str) -> None:
    read = the_message(delivered(message(**parts)))
    assert (read.type, read.body) == (kind, body)


@pytest.mark.parametrize("told", [1790000000, "1790000000", 1790000000.0])
def test_a_timestamp_may_be_text_or_number(told: Any) -> None:
    assert the_message(delivered(message(timestamp=told))).at == datetime.fromtimestamp(1790000000, UTC)


BROKEN_CLOCKS: list[Any] = [..., None, "", "soon", "0", -1, 10**30, "9" * 5000, [], {}, "1e9", True, "1790000000000"]


@pytest.mark.parametrize("told", BROKEN_CLOCKS)
def test_a_message_with_a_broken_clock_takes_ours(told: Any) -> None:
    received = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    read = only(parse(delivered(message(timestamp=told)), received), InboundMessage)
    assert (read.at, read.timed_by_us) == (received, True)


def test_a_very_long_body_is_kept_whole() -> None:
    assert len(the_message(delivered(message(text={"body": "x" * 100_000}))).body) == 100_000
