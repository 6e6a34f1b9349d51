import pytest
from comptoir_sdk.webhooks import Payment

from core.whatsapp.parse import parse
from core.whatsapp.statuses import UNRANKED
from core.whatsapp.values import Malformed, StatusUpdate, Tiding
from tests.whatsapp.deliveries import document, encoded, envelope, only, stored, the_status, value


@pytest.mark.parametrize(
    ("name", "rank"),
    [("sent", 1), ("delivered", 2), ("read", 3), ("played", 4), ("failed", 1), ("of_tomorrow", UNRANKED)],
)
def test_a_status_is_read_with_its_rank(name: str, rank: int) -> None:
    told = document(f"status_{name}")["entry"][0]["changes"][0]["value"]["statuses"][0]
    read = the_status(stored(f"status_{name}"))
    assert (read.wamid, read.status, read.rank, read.raw) == ("wamid.OUT==", told["status"], rank, told)
    assert (read.recipient_phone, read.recipient_bsuid) == ("33612345678", "FR.7001")
    assert int(read.at.timestamp()) == 1790001000


def test_our_own_id_and_the_price_come_back() -> None:
    read = the_status(stored("status_sent"))
    assert read.callback_data == "attempt-1"
    assert read.pricing is not None
    assert read.pricing["category"] == "service"
    assert read.conversation == {"id": "c1", "origin": {"type": "service"}}


def test_a_failure_carries_its_reason() -> None:
    assert [(error.code, error.details) for error in the_status(stored("status_failed")).errors] == [
        (131047, "More than 24 hours have passed")
    ]


def test_a_failed_payment_is_not_a_failed_message() -> None:
    read = only(parse(stored("payment_failed")), Tiding)
    assert isinstance(read.told, Payment)
    assert (read.kind, read.told.status, read.told.reference_id) == ("payment.updated", "failed", "o-1")


def test_in_a_group_the_reader_is_the_participant_and_the_group_is_no_person() -> None:
    read = the_status(stored("status_group"))
    assert (read.group_id, read.participant) == ("R1JPVVA=", "FR.7001")
    assert (read.recipient_phone, read.recipient_bsuid) == (None, None)


def test_a_recipient_without_a_phone_is_known_by_user_id() -> None:
    read = the_status(stored("status_hidden_phone"))
    assert (read.recipient_phone, read.recipient_bsuid) == (None, "FR.7001")
    assert read.recipient_parent_bsuid == "FR.ENT.9001", "also under the name used before May 2026"


@pytest.mark.parametrize("missing", ["id", "status", "timestamp"])
def test_a_status_that_lacks_what_makes_it_one_is_set_aside(missing: str) -> None:
    told = {"id": "wamid.A", "status": "sent", "timestamp": "1790000000"}
    del told[missing]
    item = only(parse(encoded(envelope(value(statuses=[told])))), Malformed)
    assert item.path == "entry[0].changes[0].value.statuses[0]"
    assert item.raw == told


def test_messages_and_statuses_of_one_value_are_all_read() -> None:
    both = document("text")["entry"][0]["changes"][0]["value"]
    both["statuses"] = document("status_read")["entry"][0]["changes"][0]["value"]["statuses"]
    assert [type(item).__name__ for item in parse(encoded(envelope(both)))] == ["InboundMessage", "StatusUpdate"]


def test_several_statuses_stay_in_the_order_told() -> None:
    statuses = [{"id": "w", "status": status, "timestamp": 1790000000} for status in ("read", "delivered", "sent")]
    items = parse(encoded(envelope(value(statuses=statuses))))
    assert [item.status for item in items if isinstance(item, StatusUpdate)] == ["read", "delivered", "sent"]
