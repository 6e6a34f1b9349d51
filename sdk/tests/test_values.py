from uuid import uuid4

import pytest
from comptoir_sdk import Conversation, Fact, Message, Status


def test_a_conversation_is_read_from_its_resource() -> None:
    contact, account, agent = uuid4(), uuid4(), uuid4()
    read = Conversation.of({
        "id": str(uuid4()), "status": "open", "unread": 2, "version": 3, "last_inbound_at": "2026-11-23T09:00:00+00:00",
        "window_expires_at": "2026-11-24T09:00:00+00:00", "assignee": {"id": str(agent), "name": "Hind"},
        "account": {"id": str(account), "phone_number_id": "123"},
        "contact": {"id": str(contact), "name": "Zineb", "phone": None, "bsuid": "MA.1"},
    })
    assert (read.contact.id, read.contact.phone, read.contact.bsuid) == (contact, None, "MA.1")
    assert read.assignee is not None
    assert read.assignee.id == agent
    assert read.window_expires_at is not None
    assert read.window_expires_at.isoformat() == "2026-11-24T09:00:00+00:00"


def test_a_message_knows_its_contact_and_its_author() -> None:
    contact, agent = uuid4(), uuid4()
    read = Message.of({
        "id": str(uuid4()), "conversation_id": str(uuid4()), "direction": "outbound", "type": "text", "body": "salam",
        "at": "2026-11-23T09:00:00+00:00", "status": "sent", "author": {"kind": "agent", "id": str(agent), "name": "H"},
    }, contact)
    assert (read.contact_id, read.text) == (contact, "salam")
    assert read.author is not None
    assert read.author.id == agent


def test_a_status_takes_its_time_from_its_name() -> None:
    read = Status.of({"status": "read", "timestamps": {"sent": "2026-11-23T09:00:00+00:00",
                                                       "read": "2026-11-23T09:00:05+00:00"}, "error": None})
    assert read.at is not None
    assert read.at.second == 5


@pytest.mark.parametrize("url", ["//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "x"])
def test_the_url_of_a_fact_that_leaves_in_the_same_tab_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the url of a fact"):
        Fact("Orders", "3", url)


@pytest.mark.parametrize("url", [None, "/", "/acme/orders?of=//x", "https://shop.example//x", "http://shop.example"])
def test_the_url_of_a_fact_is_http_or_a_path_of_ours(url: str | None) -> None:
    assert Fact("Orders", "3", url).url == url
