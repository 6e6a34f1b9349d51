"""Every type leaves through the lanes as Meta spells it; plugins send them through the same gate."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from comptoir_sdk import Invalid as PluginInvalid
from comptoir_sdk import Outgoing

from core.errors import Invalid, Rejected
from core.messaging.gate import Author, Draft, Outbound, Submitted
from core.plugins.doors import MessageDoor
from tests.messaging.sending.conftest import Desk
from tests.whatsapp.sendable import EVERY

SENT = ("location", "contacts", "interactive list", "template named", "document", "text")


@pytest.mark.parametrize("name", SENT)
async def test_what_was_accepted_is_what_meta_gets(desk: Desk, name: str) -> None:
    type, told = EVERY[name]
    conversation = await desk.conversation(phone="212661000000")
    sent = await desk.submit(conversation, "", type=type, content=told, identity_key_hash="DF2lS5v2W6x=")
    await desk.lanes().drain()
    [(_, payload)] = desk.meta.posts
    assert (payload["type"], payload[type]) == (type, told)
    assert (payload["to"], payload["recipient_identity_key_hash"]) == ("+212661000000", "DF2lS5v2W6x=")
    assert (await desk.message(sent))["status"] == "accepted"


async def test_a_reaction_names_its_target_and_carries_no_quote(desk: Desk) -> None:
    conversation = await desk.conversation(bsuid="MA.1384529384726")
    target = await desk.customer_writes(conversation)
    wamid = await desk.db.system.fetchval("select wamid from messages where id = $1", target)
    reaction = {"message_id": str(target), "emoji": "👍"}
    await desk.submit(conversation, "", type="reaction", content=reaction, last_seen=target)
    await desk.lanes().drain()
    [(_, payload)] = desk.meta.posts
    assert payload["reaction"] == {"message_id": wamid, "emoji": "👍"}
    assert (payload["recipient"], "context" in payload) == ("MA.1384529384726", False)


async def test_a_filter_changes_words_where_there_are_some_and_nothing_else(desk: Desk) -> None:
    async def shout(outbound: Outbound) -> Outbound:
        return replace(outbound, body=outbound.body.upper())

    conversation = await desk.conversation()
    picture = await desk.submit(conversation, "", type="image", filters=shout,
                                content={"link": "https://atlas.ma/a.jpg", "caption": "look"})  # fmt: skip
    assert picture.message["content"]["caption"] == picture.message["body"] == "LOOK"
    with pytest.raises(Rejected, match="none of its own"):
        await desk.submit(conversation, "", type="location", filters=shout, content=EVERY["location"][1])


async def test_what_a_filter_makes_of_the_content_is_checked_again(desk: Desk) -> None:
    def titled(title: str) -> Any:
        async def rename(outbound: Outbound) -> Outbound:
            button = {"type": "reply", "reply": {"id": "a", "title": title}}
            return replace(outbound, content={**outbound.content, "action": {"buttons": [button]}})

        return rename

    conversation, told = await desk.conversation(), EVERY["interactive button"][1]
    sent = await desk.submit(conversation, "", type="interactive", content=told, filters=titled("Other"))
    assert sent.message["content"]["action"]["buttons"][0]["reply"]["title"] == "Other"
    with pytest.raises(Invalid, match="at most 20"):
        await desk.submit(conversation, "", type="interactive", content=told, filters=titled("x" * 21))


async def test_a_plugin_sends_any_type_and_hears_whatsapps_limit(desk: Desk) -> None:
    async def submit_draft(draft: Draft, author: Author) -> Submitted:
        return await desk.submit(draft.conversation_id, draft.body, author=author, id=draft.id, type=draft.type,
                                 content=draft.content, reply_to=draft.reply_to)  # fmt: skip

    door = MessageDoor(desk.db, desk.tenant.id, "good", submit_draft)
    conversation, message_id = await desk.conversation(), uuid4()
    question = Outgoing.buttons("Livrer demain ?", [("yes", "Oui"), ("no", "Non")])
    first = await door.send(conversation, question, id=message_id)
    again = await door.send(conversation, question, id=message_id)
    assert (first.id, first.type, first.body) == (again.id, "interactive", "Livrer demain ?")
    for made in (Outgoing.text("a"), Outgoing.location(1, 2, name="Here"), Outgoing.file("image", id="9", caption="b"),
                 Outgoing.choices("Which?", "Choose", [("1", "One", "more"), ("2", "Two")]),
                 Outgoing.link_button("Look", "Open", "https://atlas.ma"), Outgoing.template("hello", "fr"),
                 Outgoing.contacts([EVERY["contacts"][1][0]])):  # fmt: skip
        assert (await door.send(conversation, made)).type == made.type
    with pytest.raises(PluginInvalid, match="at most 20"):
        await door.send(conversation, Outgoing.buttons("?", [("a", "x" * 21)]))
    assert isinstance(first.id, UUID)
