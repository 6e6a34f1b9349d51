"""What leaves, in which order, and what becomes of it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from core.messaging.lanes import LocalLimits
from core.messaging.lanes.allowance import Bucket
from core.messaging.lanes.candidates import Held, heads
from core.messaging.lanes.claim import _CLAIM, _TOO_LATE, claim
from core.messaging.lanes.plans import by_index
from core.messaging.reconcile import settle_attempts
from core.whatsapp.outcomes import SendOutcome
from tests.messaging.sending.conftest import GRACE, NEVER_LEFT, NO_LIMIT, UNCERTAIN, Desk, refusal, taken


async def test_an_accepted_message_has_its_wamid_and_tells_each_step(desk: Desk) -> None:
    conversation = await desk.conversation(phone="212600000001")
    sent = await desk.submit(conversation, "salam")
    desk.meta.planned = [taken("wamid.A")]
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert (message["status"], message["wamid"]) == ("accepted", "wamid.A")
    assert [e["message"]["status"] for e in await desk.events("message.status")] == ["sending", "accepted"]
    assert [a["state"] for a in await desk.attempts(sent)] == ["accepted"]
    assert desk.parked == [(desk.tenant.phone_number_id, ["wamid.A"])]


@pytest.mark.parametrize("statement", [_CLAIM, _TOO_LATE])
async def test_a_claim_does_not_read_the_queue_even_when_there_was_none_at_the_last_analyze(
    desk: Desk, statement: str
) -> None:
    conversation = await desk.conversation()
    for _ in range(30):
        await desk.customer_writes(conversation)
    owner = await asyncpg.connect(desk.db.url)
    await owner.execute("analyze")
    await owner.close()
    sent, at = await desk.submit(conversation), desk.clock()
    more = at + GRACE if statement is _CLAIM else {"code": 131047}
    async with by_index(desk.db) as connection:
        plan = await connection.fetch(f"explain {statement}", [desk.tenant.id], [UUID(sent.message["id"])], at, more)
    assert "messages_pkey" in str(plan)
    assert "messages_queued" not in str(plan)


async def test_the_post_carries_the_attempt_the_recipient_and_the_quote(desk: Desk) -> None:
    conversation = await desk.conversation(phone="212600000001")
    quoted = await desk.customer_writes(conversation)
    sent = await desk.submit(conversation, "salam", reply_to=quoted)
    await desk.lanes().drain()
    [(number, payload)] = desk.meta.posts
    [attempt] = await desk.attempts(sent)
    quoted_wamid = await desk.db.system.fetchval("select wamid from messages where id = $1", quoted)
    assert number == desk.tenant.phone_number_id
    assert payload["to"] == "+212600000001"
    assert payload["context"] == {"message_id": quoted_wamid}
    assert payload["biz_opaque_callback_data"] == str(attempt["id"])


async def test_a_customer_without_a_phone_is_reached_by_bsuid(desk: Desk) -> None:
    await desk.submit(await desk.conversation(bsuid="MA.123"))
    await desk.lanes().drain()
    assert desk.meta.posts[0][1]["recipient"] == "MA.123"


async def test_a_tenant_that_is_not_active_sends_nothing_and_goes_on_when_it_is_again(
    desk: Desk, other_desk: Desk
) -> None:
    waiting, free = await desk.submit(await desk.conversation()), await other_desk.submit(
        await other_desk.conversation())  # fmt: skip
    for status in ("suspended", "closing"):
        await desk.db.system.execute("update tenants set status = $2 where id = $1", desk.tenant.id, status)
        await desk.lanes().drain()
        assert (await desk.message(waiting))["status"] == "queued"
    assert (await other_desk.message(free))["status"] == "accepted"
    await desk.db.system.execute("update tenants set status = 'active'")
    await desk.lanes().drain()
    assert (await desk.message(waiting))["status"] == "accepted"


async def test_a_tenant_suspended_after_the_look_is_not_claimed_for(desk: Desk) -> None:
    waiting = await desk.submit(await desk.conversation())
    candidates = await heads(desk.db, Held(), desk.clock(), 10)
    await desk.db.system.execute("update tenants set status = 'suspended'")
    assert await claim(desk.db, candidates, desk.clock(), GRACE) == []
    assert (await desk.message(waiting))["status"] == "queued"


async def test_the_attempt_is_committed_before_the_post(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    seen: list[tuple[str, str]] = []

    async def look(payload: dict[str, Any]) -> SendOutcome:
        [attempt] = await desk.attempts(sent)
        seen.append((attempt["state"], (await desk.message(sent))["status"]))
        assert str(attempt["id"]) == payload["biz_opaque_callback_data"]
        return taken()

    desk.meta.planned = [look]
    await desk.lanes().drain()
    assert seen == [("sending", "sending")]


async def test_twenty_replies_in_several_conversations_keep_their_order_in_each_with_two_workers(desk: Desk) -> None:
    conversations = [await desk.conversation() for _ in range(4)]
    for number in range(20):
        for conversation in conversations:
            await desk.submit(conversation, f"{conversation}:{number}")
    await asyncio.gather(desk.lanes().drain(), desk.lanes().drain())
    await desk.lanes().drain()
    for conversation in conversations:
        mine = [int(body.split(":")[1]) for body in desk.meta.bodies if body.startswith(str(conversation))]
        assert mine == list(range(20))
    assert desk.meta.most_at_once > 1


async def test_workers_never_send_one_message_twice(desk: Desk) -> None:
    for _ in range(30):
        await desk.submit(await desk.conversation(), uuid4().hex)
    await asyncio.gather(*(desk.lanes(at_once=3).drain() for _ in range(4)))
    assert len(desk.meta.bodies) == len(set(desk.meta.bodies)) == 30


async def test_a_number_has_at_most_so_many_posts_at_once(desk: Desk) -> None:
    for _ in range(12):
        await desk.submit(await desk.conversation())
    await desk.lanes(per_number=3).drain()
    assert desk.meta.most_at_once == 3
    assert len(desk.meta.posts) == 12


async def test_a_refusal_fails_the_message_with_cause_and_cure(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    desk.meta.planned = [refusal(131026)]
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert message["status"] == "failed"
    assert message["error"]["code"] == 131026
    assert message["error"]["cause"]
    assert message["error"]["cure"]
    assert message["error"]["fbtrace_id"] == "trace-1"
    assert message["failed_at"] == desk.clock()


async def test_a_failed_head_does_not_hold_up_its_conversation(desk: Desk) -> None:
    conversation = await desk.conversation()
    first, second = await desk.submit(conversation, "1"), await desk.submit(conversation, "2")
    desk.meta.planned = [refusal(131026)]
    await desk.lanes().drain()
    assert ((await desk.message(first))["status"], (await desk.message(second))["status"]) == ("failed", "accepted")


async def test_no_answer_is_uncertain_and_nothing_is_sent_again_within_the_grace(desk: Desk) -> None:
    conversation = await desk.conversation()
    first, second = await desk.submit(conversation, "1"), await desk.submit(conversation, "2")
    desk.meta.planned = [UNCERTAIN]
    await desk.lanes().drain()
    desk.clock.pass_(seconds=59)
    await desk.reconciler().sweep()
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1"]
    assert (await desk.message(first))["status"] == "uncertain"
    assert (await desk.message(second))["status"] == "queued"


async def test_a_post_that_hangs_is_uncertain(desk: Desk) -> None:
    async def hang(payload: dict[str, Any]) -> SendOutcome:
        await asyncio.Event().wait()
        raise AssertionError

    sent = await desk.submit(await desk.conversation())
    desk.meta.planned, desk.http_timeout = [hang], 0.05
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "uncertain"


async def test_what_never_left_is_sent_later_in_its_old_place(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.submit(conversation, "1")
    await desk.submit(conversation, "2")
    desk.meta.planned = [NEVER_LEFT]
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1"]
    desk.clock.pass_(seconds=3)
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1", "1", "2"]


async def test_throughput_refusals_back_off_and_end_after_six_tries(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    desk.meta.planned = [refusal(130429)] * 6
    waited = 0
    while (await desk.message(sent))["status"] != "failed":
        await desk.lanes().drain()
        desk.clock.pass_(seconds=1)
        waited += 1
        assert waited < 100
    assert len(desk.meta.posts) == 6
    assert (await desk.message(sent))["error"]["code"] == 130429
    assert waited >= 1 + 2 + 4 + 8 + 16


async def test_a_throughput_refusal_rests_its_number_and_no_other(desk: Desk, other_desk: Desk) -> None:
    await desk.submit(await desk.conversation(), "1")
    desk.meta.planned = [refusal(130429)]
    lanes = desk.lanes()
    await lanes.drain()
    await desk.submit(await desk.conversation(), "2")
    await other_desk.submit(await other_desk.conversation(), "elsewhere")
    await lanes.drain()
    assert desk.meta.bodies == ["1", "elsewhere"]


async def test_a_pair_refusal_rests_that_customer_only(desk: Desk) -> None:
    await desk.submit(await desk.conversation(), "1")
    desk.meta.planned = [refusal(131056)]
    lanes = desk.lanes()
    await lanes.drain()
    await desk.submit(await desk.conversation(), "2")
    await lanes.drain()
    assert desk.meta.bodies == ["1", "2"]
    desk.clock.pass_(seconds=3.9)
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1", "2"]
    desk.clock.pass_(seconds=0.2)
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1", "2", "1"]


async def test_a_dead_token_stops_the_number_once_and_keeps_its_queue(desk: Desk) -> None:
    sent = [await desk.submit(await desk.conversation(), str(n)) for n in range(5)]
    desk.meta.planned = [refusal(190)] * 5
    await desk.lanes().drain()
    assert [(await desk.message(s))["status"] for s in sent] == ["queued"] * 5
    [event] = await desk.events("account.token_dead")
    assert event["account_id"] == str(desk.tenant.account_id)
    assert event["error"]["code"] == 190
    posts = len(desk.meta.posts)
    await desk.lanes().drain()
    assert len(desk.meta.posts) == posts
    await desk.db.system.execute("update accounts set status = 'connected' where id = $1", desk.tenant.account_id)
    await desk.lanes().drain()
    assert [(await desk.message(s))["status"] for s in sent] == ["accepted"] * 5


async def test_a_message_that_waited_past_its_window_fails_in_the_words_of_131047(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation(hours_ago=23))
    desk.clock.pass_(hours=1)
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert desk.meta.posts == []
    assert (message["status"], message["error"]["code"]) == ("failed", 131047)
    assert message["error"]["cure"]


async def test_the_pair_limit_lets_a_burst_through_and_then_makes_only_that_customer_wait(desk: Desk) -> None:
    talkative, other = await desk.conversation(), await desk.conversation()
    for number in range(6):
        await desk.submit(talkative, f"t{number}")
    await desk.submit(other, "o")
    desk.limits = LocalLimits(NO_LIMIT, Bucket(6.0, 4))
    await desk.lanes().drain()
    assert sorted(desk.meta.bodies) == ["o", "t0", "t1", "t2", "t3"]


async def test_a_long_queue_of_one_tenant_does_not_delay_another(desk: Desk, other_desk: Desk) -> None:
    for _ in range(20):
        await desk.submit(await desk.conversation(), "campaign")
    await other_desk.submit(await other_desk.conversation(), "reply")
    await desk.lanes(at_once=2).drain()
    assert "reply" in desk.meta.bodies[:2]


async def test_a_status_that_came_before_the_answer_is_kept(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())

    async def status_first(payload: dict[str, Any]) -> SendOutcome:
        async with desk.db.system_transaction() as connection:
            pairs = [(payload["biz_opaque_callback_data"], "wamid.A")]
            assert await settle_attempts(connection, desk.tenant.id, pairs) == ["wamid.A"]
            await connection.execute("update messages set status = 'delivered', status_rank = 2")
        return taken("wamid.A")

    desk.meta.planned = [status_first]
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert (message["status"], message["wamid"], message["error"]) == ("delivered", "wamid.A", None)
    assert message["accepted_at"] is not None


async def test_running_lanes_hear_of_a_queued_message_and_let_the_post_end_when_stopped(desk: Desk) -> None:
    left, may_end = asyncio.Event(), asyncio.Event()

    async def leave(payload: dict[str, Any]) -> SendOutcome:
        left.set()
        await may_end.wait()
        return taken()

    desk.meta.planned = [leave]
    running = asyncio.create_task(desk.lanes().run())
    sent = await desk.submit(await desk.conversation())
    async with asyncio.timeout(5):
        await left.wait()
    running.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await desk.message(sent))["status"] == "accepted"
