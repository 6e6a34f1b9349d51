from collections.abc import Callable

import pytest

from core.whatsapp.outbound import (
    InvalidPayload,
    Payload,
    Recipient,
    buttons_payload,
    location_payload,
    media_payload,
    reaction_payload,
    read_payload,
    template_payload,
    text_payload,
)

TO = Recipient(phone="33612345678")


def test_a_text_is_addressed_by_phone_with_its_plus() -> None:
    assert text_payload(TO, "hi", reply_to_wamid="wamid.Q", callback_data="a-1") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+33612345678",
        "type": "text",
        "text": {"body": "hi", "preview_url": True},
        "context": {"message_id": "wamid.Q"},
        "biz_opaque_callback_data": "a-1",
    }


def test_a_customer_without_a_phone_is_addressed_by_user_id() -> None:
    payload = text_payload(Recipient(bsuid="US.1"), "hi")
    assert payload["recipient"] == "US.1"
    assert "to" not in payload


def test_with_both_the_phone_is_used() -> None:
    assert "recipient" not in text_payload(Recipient(phone="33612345678", bsuid="US.1"), "hi")


def test_the_longest_text_is_4096_characters() -> None:
    assert text_payload(TO, "x" * 4096)
    with pytest.raises(InvalidPayload, match="4097 characters; WhatsApp takes at most 4096"):
        text_payload(TO, "x" * 4097)


REFUSED: list[tuple[Callable[[], Payload], str]] = [
    (lambda: text_payload(TO, " \n"), "empty"),
    (lambda: text_payload(Recipient(), "hi"), "neither a phone number nor a user id"),
    (lambda: text_payload(Recipient(phone="abc"), "hi"), "5 to 15 digits"),
    (lambda: text_payload(TO, "hi", callback_data="x" * 513), "at most 512"),
    (lambda: media_payload(TO, "image", "1", caption="x" * 1025), "at most 1024"),
    (lambda: media_payload(TO, "audio", "1", caption="x"), "no caption"),
    (lambda: location_payload(TO, 91, 0), "latitude"),
    (lambda: buttons_payload(TO, "q", []), "1 to 3 buttons"),
    (lambda: buttons_payload(TO, "q", [(str(n), str(n)) for n in range(4)]), "1 to 3 buttons"),
    (lambda: buttons_payload(TO, "q", [("a", "x" * 21)]), "at most 20"),
    (lambda: buttons_payload(TO, "q", [("a", "x"), ("b", "x")]), "titles must differ"),
    (lambda: buttons_payload(TO, "q", [("a", "x"), ("a", "y")]), "ids must differ"),
]


@pytest.mark.parametrize(("build", "said"), REFUSED)
def test_what_meta_would_refuse_is_refused_with_its_limit(build: Callable[[], Payload], said: str) -> None:
    with pytest.raises(InvalidPayload, match=said):
        build()


def test_each_kind_has_its_own_object() -> None:
    assert media_payload(TO, "document", "9", filename="a.pdf")["document"] == {"id": "9", "filename": "a.pdf"}
    assert media_payload(TO, "audio", "9", voice=True)["audio"] == {"id": "9", "voice": True}
    assert reaction_payload(TO, "w", "👍")["reaction"] == {"message_id": "w", "emoji": "👍"}
    place = location_payload(TO, 1.5, 2.5, name="Here")["location"]
    assert place == {"latitude": 1.5, "longitude": 2.5, "name": "Here"}
    template = template_payload(TO, "hello", "fr", [{"type": "body", "parameters": []}])["template"]
    assert (template["name"], template["language"]) == ("hello", {"code": "fr"})
    assert buttons_payload(TO, "q", [("a", "Yes")])["interactive"]["action"]["buttons"][0]["reply"] == {
        "id": "a",
        "title": "Yes",
    }


def test_a_read_receipt_may_show_that_we_write() -> None:
    assert "typing_indicator" not in read_payload("w")
    assert read_payload("w", typing=True)["typing_indicator"] == {"type": "text"}
