"""What the gate lets through, and what it answers otherwise."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.db.scope import tenant_scope
from core.db.wake import Wake
from core.errors import Conflict, Invalid, NewerMessages, NotFound, Rejected, Unavailable, WindowClosed
from core.events.sequencer import Sequencer
from core.messaging import gate
from core.messaging.gate import Author, Outbound
from tests.messaging.sending.conftest import Desk


async def test_an_accepted_message_is_queued_told_and_on_top_of_its_conversation(desk: Desk) -> None:
    conversation = await desk.conversation()
    sent = await desk.submit(conversation, "salam")
    assert sent.created
    assert (sent.message["status"], sent.message["body"], sent.message["type"]) == ("queued", "salam", "text")
    assert sent.message["author"]["id"] == str(desk.tenant.agent_id)
    [event] = await desk.events("message.queued")
    assert event["message"] == sent.message
    assert event["conversation"]["last_message"]["id"] == sent.message["id"]
    assert event["conversation"]["version"] == 2


async def test_the_same_id_twenty_times_at_once_is_one_message(desk: Desk) -> None:
    conversation, message_id = await desk.conversation(), uuid4()
    sent = await asyncio.gather(*(desk.submit(conversation, "salam", id=message_id) for _ in range(20)))
    assert [s.created for s in sent].count(True) == 1
    assert len({s.message["id"] for s in sent}) == 1
    assert len(await desk.events("message.queued")) == 1


async def test_the_same_id_with_other_content_is_a_conflict(desk: Desk) -> None:
    conversation, message_id = await desk.conversation(), uuid4()
    await desk.submit(conversation, "salam", id=message_id)
    with pytest.raises(Conflict, match="make a new id"):
        await desk.submit(conversation, "another", id=message_id)


async def test_the_same_id_is_answered_even_when_the_window_has_closed_since(desk: Desk) -> None:
    conversation, message_id = await desk.conversation(), uuid4()
    first = await desk.submit(conversation, "salam", id=message_id)
    desk.clock.pass_(hours=25)
    again = await desk.submit(conversation, "salam", id=message_id)
    assert (again.created, again.message["id"]) == (False, first.message["id"])


async def test_another_tenants_conversation_does_not_exist(desk: Desk, other_desk: Desk) -> None:
    foreign = await other_desk.conversation()
    with pytest.raises(NotFound):
        await desk.submit(foreign)
    with pytest.raises(NotFound):
        await desk.submit(uuid4())


@pytest.mark.parametrize("body", ["", " \n", "x" * 4097, "a\x00b", "a\ud800b"])
async def test_text_that_whatsapp_or_the_database_would_refuse_is_invalid(desk: Desk, body: str) -> None:
    with pytest.raises(Invalid):
        await desk.submit(await desk.conversation(), body)
    assert await desk.events("message.queued") == []


async def test_the_limit_of_4096_is_told_and_reached(desk: Desk) -> None:
    conversation = await desk.conversation()
    with pytest.raises(Invalid, match="4096"):
        await desk.submit(conversation, "x" * 4097)
    assert (await desk.submit(conversation, "x" * 4096)).created


async def test_a_type_that_cannot_be_sent_yet_is_invalid(desk: Desk) -> None:
    with pytest.raises(Invalid, match="'poll'"):
        await desk.submit(await desk.conversation(), type="poll")


async def test_a_reply_keeps_the_wamid_of_what_it_quotes(desk: Desk) -> None:
    conversation = await desk.conversation()
    quoted = await desk.customer_writes(conversation)
    sent = await desk.submit(conversation, reply_to=quoted)
    wamid = await desk.db.system.fetchval("select wamid from messages where id = $1", quoted)
    assert sent.message["context_wamid"] == wamid


async def test_a_reply_to_a_message_of_another_conversation_or_tenant_is_refused(
    desk: Desk, other_desk: Desk
) -> None:
    conversation = await desk.conversation()
    elsewhere = await desk.customer_writes(await desk.conversation())
    foreign = await other_desk.customer_writes(await other_desk.conversation())
    for message in (elsewhere, foreign, uuid4()):
        with pytest.raises(NotFound):
            await desk.submit(conversation, reply_to=message)


async def test_a_reply_to_a_message_that_has_no_wamid_yet_is_invalid(desk: Desk) -> None:
    conversation = await desk.conversation()
    unsent = await desk.submit(conversation)
    with pytest.raises(Invalid, match="not accepted"):
        await desk.submit(conversation, "more", reply_to=UUID(unsent.message["id"]))


async def test_free_text_is_refused_at_24_hours_and_a_second_before_it_is_not(desk: Desk) -> None:
    conversation = await desk.conversation(hours_ago=0)
    desk.clock.pass_(hours=24, seconds=-1)
    await desk.submit(conversation)
    desk.clock.pass_(seconds=1)
    with pytest.raises(WindowClosed, match="template") as refused:
        await desk.submit(conversation)
    assert refused.value.extra["expired_at"] == desk.clock().isoformat()


async def test_a_customer_who_never_wrote_has_no_window(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.db.system.execute("update conversations set last_inbound_at = null where id = $1", conversation)
    with pytest.raises(WindowClosed, match="has not written"):
        await desk.submit(conversation)


async def test_the_window_is_looked_at_again_after_the_filters(desk: Desk) -> None:
    conversation = await desk.conversation(hours_ago=23.9)

    async def slow(outbound: Outbound) -> Outbound:
        desk.clock.pass_(hours=1)
        return outbound

    with pytest.raises(WindowClosed):
        await desk.submit(conversation, filters=slow)
    assert await desk.events("message.queued") == []


async def test_a_message_that_the_author_has_not_seen_is_told_with_who_and_when(desk: Desk) -> None:
    conversation = await desk.conversation()
    seen = await desk.customer_writes(conversation, "one")
    await desk.customer_writes(conversation, "two")
    with pytest.raises(NewerMessages, match="Amina") as refused:
        await desk.submit(conversation, last_seen=seen)
    assert refused.value.extra["count"] == 1
    assert refused.value.extra["newer"][0]["at"] == desk.clock().isoformat()
    assert (await desk.submit(conversation, last_seen=seen, confirm=True)).created


async def test_a_colleagues_reply_is_newer_and_ones_own_is_not(desk: Desk) -> None:
    conversation = await desk.conversation()
    seen = await desk.customer_writes(conversation)
    await desk.submit(conversation, "mine")
    await desk.submit(conversation, "mine again", last_seen=seen)
    await desk.submit(conversation, "theirs", author=Author("agent", desk.tenant.owner_id))
    with pytest.raises(NewerMessages, match="Owner"):
        await desk.submit(conversation, "mine", last_seen=seen)


async def test_of_two_colleagues_who_send_at_once_one_is_told_of_the_other(desk: Desk) -> None:
    conversation = await desk.conversation()
    seen = await desk.customer_writes(conversation)
    checked = asyncio.Barrier(2)  # no filter is asked before what was seen has been compared

    async def slow(outbound: Outbound) -> Outbound:
        await checked.wait()
        return outbound

    answers = await asyncio.gather(
        desk.submit(conversation, "mine", last_seen=seen, filters=slow),
        desk.submit(conversation, "theirs", author=Author("agent", desk.tenant.owner_id), last_seen=seen, filters=slow),
        return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NewerMessages", "Submitted"]
    assert len(await desk.events("message.queued")) == 1


async def test_what_the_customer_writes_while_the_filters_look_is_newer(desk: Desk) -> None:
    conversation = await desk.conversation()
    seen = await desk.customer_writes(conversation)

    async def slow(outbound: Outbound) -> Outbound:
        await desk.customer_writes(conversation, "wait")
        return outbound

    with pytest.raises(NewerMessages, match="Amina"):
        await desk.submit(conversation, last_seen=seen, filters=slow)


async def test_last_seen_may_be_the_seq_of_an_event(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.submit(conversation, "theirs", author=Author("agent", desk.tenant.owner_id))
    sequencer = Sequencer(desk.db, Wake(desk.db.url))
    await sequencer.drain()
    await sequencer.close()
    seq = await desk.db.system.fetchval("select max(seq) from event_log where tenant_id = $1", desk.tenant.id)
    await desk.submit(conversation, "mine", last_seen=seq)
    with pytest.raises(NewerMessages):
        await desk.submit(conversation, "mine", last_seen=seq - 1)


async def test_last_seen_must_be_a_message_of_the_conversation(desk: Desk, other_desk: Desk) -> None:
    foreign = await other_desk.customer_writes(await other_desk.conversation())
    with pytest.raises(Invalid, match="last_seen"):
        await desk.submit(await desk.conversation(), last_seen=foreign)


@pytest.mark.parametrize("status", ["token_dead", "disabled"])
async def test_a_number_that_cannot_send_says_so(desk: Desk, status: str) -> None:
    await desk.db.system.execute("update accounts set status = $2 where id = $1", desk.tenant.account_id, status)
    with pytest.raises(Unavailable, match="administrator"):
        await desk.submit(await desk.conversation())


async def test_a_contact_that_cannot_be_reached_is_invalid(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.db.system.execute("update contacts set phone = null where tenant_id = $1", desk.tenant.id)
    with pytest.raises(Invalid, match="phone"):
        await desk.submit(conversation)


async def test_a_filter_may_refuse(desk: Desk) -> None:
    async def refuse(outbound: Outbound) -> Outbound:
        raise Rejected("They opted out.")

    with pytest.raises(Rejected, match="opted out"):
        await desk.submit(await desk.conversation(), filters=refuse)
    assert await desk.events("message.queued") == []


async def test_a_filter_that_breaks_lets_nothing_out(desk: Desk) -> None:
    async def broken(outbound: Outbound) -> Outbound:
        raise RuntimeError("plugin bug")

    with pytest.raises(Rejected, match="nothing was sent"):
        await desk.submit(await desk.conversation(), filters=broken)
    assert await desk.events("message.queued") == []


async def test_a_filter_that_hangs_lets_nothing_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "FILTER_SECONDS", 0.02)

    async def hang(outbound: Outbound) -> Outbound:
        await asyncio.Event().wait()
        return outbound

    with pytest.raises(Rejected):
        await desk.submit(await desk.conversation(), filters=hang)
    assert await desk.events("message.queued") == []


async def test_a_filter_may_change_the_text_within_the_limits(desk: Desk) -> None:
    async def sign(outbound: Outbound) -> Outbound:
        return replace(outbound, body=outbound.body + " -- Atlas")

    conversation = await desk.conversation()
    assert (await desk.submit(conversation, "salam", filters=sign)).message["body"] == "salam -- Atlas"
    with pytest.raises(Invalid, match="4096"):
        await desk.submit(conversation, "x" * 4090, filters=sign)


async def test_a_gate_outside_a_tenant_opens_for_nobody(desk: Desk) -> None:
    conversation = await desk.conversation()
    with pytest.raises(LookupError):
        await gate.submit(desk.db, gate.Draft(conversation, "salam"), author=desk.agent())
    with tenant_scope(uuid4()), pytest.raises(NotFound):
        await gate.submit(desk.db, gate.Draft(conversation, "salam"), author=desk.agent())


async def test_the_window_belongs_to_the_pair_of_customer_and_number(desk: Desk) -> None:
    open_one, closed_one = await desk.conversation(hours_ago=1), await desk.conversation(hours_ago=30)
    await desk.submit(open_one)
    with pytest.raises(WindowClosed) as refused:
        await desk.submit(closed_one)
    assert refused.value.extra["expired_at"] == (desk.clock() - timedelta(hours=6)).isoformat()
