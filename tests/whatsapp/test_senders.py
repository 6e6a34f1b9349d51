"""Who is taken for the sender. A wrong answer here shows one customer's words under another's name."""

from typing import Any

from core.whatsapp.parse import parse
from core.whatsapp.values import InboundMessage, Malformed, Sender
from tests.whatsapp.deliveries import delivered, encoded, envelope, message, only, the_message, value

ANA = {"profile": {"name": "Ana"}, "wa_id": "34600000001", "user_id": "ES.1"}
BEN = {"profile": {"name": "Ben"}, "wa_id": "34600000002", "user_id": "ES.2"}


def senders(raw: bytes) -> list[Sender]:
    items = parse(raw)
    assert all(isinstance(item, InboundMessage) for item in items), items
    return [item.sender for item in items if isinstance(item, InboundMessage)]


def of(*messages: dict[str, Any], contacts: Any) -> list[tuple[str | None, str | None, str]]:
    return [(sender.phone, sender.bsuid, sender.name) for sender in senders(delivered(*messages, contacts=contacts))]


def test_contacts_in_another_order_are_joined_by_phone() -> None:
    told = of(message("a", **{"from": "34600000001"}), message("b", **{"from": "34600000002"}), contacts=[BEN, ANA])
    assert told == [("34600000001", "ES.1", "Ana"), ("34600000002", "ES.2", "Ben")]


def test_contacts_in_another_order_are_joined_by_user_id_when_phones_are_hidden() -> None:
    hidden = [{key: part for key, part in contact.items() if key != "wa_id"} for contact in (BEN, ANA)]
    first, second = (message(bsuid, from_user_id=bsuid, **{"from": ...}) for bsuid in ("ES.1", "ES.2"))
    assert of(first, second, contacts=hidden) == [(None, "ES.1", "Ana"), (None, "ES.2", "Ben")]


def test_two_spellings_of_a_phone_are_one_sender() -> None:
    mexican = {"profile": {"name": "Mía"}, "wa_id": "525512345678", "user_id": "MX.1"}
    first, second = message("a", **{"from": "5215512345678"}), message("b", **{"from": "34600000001"})
    told = of(first, second, contacts=[ANA, mexican])
    assert told == [("5215512345678", "MX.1", "Mía"), ("34600000001", "ES.1", "Ana")]


def test_one_contact_beside_several_messages_names_its_own_only() -> None:
    told = of(message("a", **{"from": "34600000001"}), message("b", **{"from": "34600000002"}), contacts=[ANA])
    assert told == [("34600000001", "ES.1", "Ana"), ("34600000002", None, "")]


def test_a_message_that_names_nobody_takes_the_contact_in_its_place() -> None:
    nameless = [message(wamid, **{"from": ...}) for wamid in ("a", "b")]
    assert of(*nameless, contacts=[ANA, BEN]) == [("34600000001", "ES.1", "Ana"), ("34600000002", "ES.2", "Ben")]
    assert of(nameless[0], contacts=[BEN]) == [("34600000002", "ES.2", "Ben")]


def test_a_single_contact_with_an_irreconcilable_phone_lends_its_name_and_not_its_ids() -> None:
    assert of(message(**{"from": "34999999999"}), contacts=[ANA]) == [("34999999999", None, "Ana")]


def test_a_phone_that_changed_hands_is_not_joined_to_its_other_owner() -> None:
    told = of(
        message("a", from_user_id="ES.9", **{"from": "34600000001"}),
        message("b", **{"from": "34600000002"}),
        contacts=[ANA, BEN],
    )
    assert told[0] == ("34600000001", "ES.9", "")


def test_a_message_without_contacts_is_known_by_its_own_ids() -> None:
    strange: list[Any] = [[], None, {}, "x", [None, 3], [[]]]
    for contacts in strange:
        told = value(messages=[message(from_user_id="FR.1")], contacts=contacts)
        sender = the_message(encoded(envelope(told))).sender
        assert (sender.phone, sender.bsuid, sender.name) == ("33612345678", "FR.1", "")


def test_a_from_that_is_no_phone_is_a_user_id() -> None:
    sender = the_message(delivered(message(**{"from": "US.13491"}), contacts=[])).sender
    assert (sender.phone, sender.bsuid) == (None, "US.13491")


def test_a_message_from_nobody_is_set_aside() -> None:
    item = only(parse(delivered(message(**{"from": ""}), contacts=[])), Malformed)
    assert "names no sender" in item.reason


def test_names_that_are_not_text_are_no_names() -> None:
    strange: list[Any] = [None, "x", [], {"name": None}, {"name": ["x"]}, {}]
    for profile in strange:
        sender = the_message(delivered(message(), contacts=[{"profile": profile, "wa_id": "33612345678"}])).sender
        assert (sender.name, sender.username) == ("", None)


def test_a_name_is_cut_where_an_index_would_refuse_it() -> None:
    contact = {"profile": {"name": "n" * 10_000}, "wa_id": "33612345678"}
    assert len(the_message(delivered(message(), contacts=[contact])).sender.name) == 256


def test_a_number_in_place_of_a_phone_is_read() -> None:
    contact = {"profile": {"name": "Ana"}, "wa_id": 34600000001}
    assert the_message(delivered(message(**{"from": 34600000001}), contacts=[contact])).sender.name == "Ana"
