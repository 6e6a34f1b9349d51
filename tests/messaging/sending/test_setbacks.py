"""Meta takes a message and fails it later: its number, or its customer, rests as after a refusal at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.errors import Unavailable
from core.jobs.work import CORE, Run
from core.mail import Mail
from core.messaging.gate import Submitted
from core.messaging.number_stop import JOB, StopTeller
from tests.messaging.intake.deliveries import apply, delivery, status
from tests.messaging.sending.conftest import Desk, refusal
from tests.messaging.sending.test_token_death import _letters
from tests.seed import VAULT

LOCKED = 131031


async def _account(desk: Desk) -> Any:
    return await desk.db.system.fetchrow("select * from accounts where id = $1", desk.tenant.account_id)


async def _fail(desk: Desk, sent: Submitted, code: int, *, ago: float = 0) -> None:
    """Meta's webhook, `ago` seconds old."""
    at = int((desk.clock() - timedelta(seconds=ago)).timestamp())
    error = {"errors": [{"code": code, "title": "told", "error_data": {"details": "as told by Meta"}}]}
    wamid = (await desk.message(sent))["wamid"]
    await apply(desk.db, desk.tenant, delivery(desk.tenant, status(wamid, "failed", at, **error)))


async def _sent(desk: Desk, body: str = "first", *, bulk: bool = False, conversation: UUID | None = None) -> Submitted:
    sent = await desk.submit(conversation or await desk.conversation(), body, bulk=bulk)
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "accepted"
    return sent


async def _tell(desk: Desk) -> None:
    """Run the jobs that a stop leaves behind."""
    teller = StopTeller(desk.db, Mail(VAULT))
    async with desk.db.system_transaction() as connection:
        for job in await connection.fetch("delete from jobs where name = $1 returning id, args", JOB):
            await teller.run(Run(job["id"], desk.tenant.id, CORE, JOB, job["args"], 1, 5, "w", connection))


async def test_a_spam_limit_told_later_pauses_what_is_bulk_and_replies_go_on(desk: Desk) -> None:
    first = await _sent(desk, bulk=True)
    await _fail(desk, first, 131048)
    assert (await desk.message(first))["status"] == "failed"
    await desk.submit(await desk.conversation(), "offer", bulk=True)
    await desk.submit(await desk.conversation(), "reply")
    await desk.lanes().drain()
    assert desk.meta.bodies == ["first", "reply"]
    account = await _account(desk)
    assert (account["bulk_pause_error"]["code"], account["paused_until"]) == (131048, None)
    desk.clock.pass_(hours=6, minutes=1)
    await desk.lanes().drain()
    assert desk.meta.bodies == ["first", "reply", "offer"]


@pytest.mark.parametrize("later", [True, False])
async def test_a_customers_marketing_cap_rests_that_customers_bulk_a_day_and_nothing_else(
    desk: Desk, later: bool
) -> None:
    conversation = await desk.conversation()
    if later:
        await _fail(desk, await _sent(desk, "capped", bulk=True, conversation=conversation), 131049)
    else:
        desk.meta.planned = [refusal(131049)]
        await desk.submit(conversation, "capped", bulk=True)
        await desk.lanes().drain()
    held = await desk.submit(conversation, "held", bulk=True)
    await desk.submit(conversation, "reply")
    await desk.submit(await desk.conversation(), "elsewhere", bulk=True)
    await desk.lanes().drain()
    assert sorted(desk.meta.bodies) == ["capped", "elsewhere", "reply"]
    message = await desk.message(held)
    assert message["not_before"] >= desk.clock() + timedelta(hours=23, minutes=59)


async def test_what_waits_for_a_capped_customer_says_why_and_each_rest_is_longer(desk: Desk) -> None:
    conversation = await desk.conversation()
    first, second = [await _sent(desk, str(n), bulk=True, conversation=conversation) for n in range(2)]
    waiting = await desk.submit(conversation, "waiting", bulk=True)
    await _fail(desk, first, 131049)
    message = await desk.message(waiting)
    assert (message["status"], message["error"]["code"]) == ("queued", 131049)
    assert message["error"]["next_try_at"]
    assert message["error"]["cure"]
    rest = "select bulk_rest_until, bulk_rests from conversations where id = $1"
    before = await desk.db.system.fetchrow(rest, conversation)
    await _fail(desk, second, 131049)  # told while it rests: nothing new
    assert await desk.db.system.fetchrow(rest, conversation) == before
    again = await _sent(desk, "reply", conversation=conversation)
    await desk.db.system.execute("update conversations set bulk_rest_until = now() - interval '1 hour'")
    await _fail(desk, again, 131049)
    after: Any = await desk.db.system.fetchrow(rest, conversation)
    assert after["bulk_rests"] == 2
    assert after["bulk_rest_until"] > desk.clock() + timedelta(hours=47)


async def test_a_pair_limit_told_later_rests_that_conversation_alone(desk: Desk) -> None:
    conversation = await desk.conversation()
    await _fail(desk, await _sent(desk, conversation=conversation), 131056)
    await desk.submit(conversation, "held")
    await desk.submit(await desk.conversation(), "elsewhere")
    await desk.lanes().drain()
    assert desk.meta.bodies == ["first", "elsewhere"]
    desk.clock.pass_(seconds=5)
    held = await _sent(desk, "next", conversation=conversation)
    assert desk.meta.bodies == ["first", "elsewhere", "held", "next"]
    await _fail(desk, held, 131056)
    rest = await desk.db.system.fetchval("select max(lease_until) from send_attempts where state = 'refused'")
    assert timedelta(seconds=9) < rest - desk.clock() < timedelta(seconds=17)


@pytest.mark.parametrize("code", [130429, 80007, 4, 131057])
async def test_a_limit_of_the_number_told_later_pauses_the_whole_number_and_longer_each_time(
    desk: Desk, code: int
) -> None:
    first, second = await _sent(desk), await _sent(desk)
    await _fail(desk, first, code)
    account = await _account(desk)
    assert (account["status"], account["pause_error"]["code"]) == ("connected", code)
    length = account["paused_until"] - desk.clock()
    await desk.db.system.execute("update accounts set paused_until = now() - interval '1 second'")
    await _fail(desk, second, code)
    assert (await _account(desk))["paused_until"] - desk.clock() > length * 1.2


@pytest.mark.parametrize("code", [131031, 368, 131042, 131037, 131045, 133010])
@pytest.mark.parametrize("later", [True, False])
async def test_a_number_that_meta_takes_nothing_of_pauses_and_everybody_hears_of_it_once(
    desk: Desk, code: int, later: bool
) -> None:
    if later:
        for sent in [await _sent(desk) for _ in range(2)]:
            await _fail(desk, sent, code)
    else:
        desk.meta.planned = [refusal(code)] * 2
        for n in range(2):
            await desk.submit(await desk.conversation(), str(n), bulk=True)
        await desk.lanes().drain()
    account = await _account(desk)
    assert (account["status"], account["pause_error"]["code"]) == ("connected", code)
    assert account["paused_until"] > desk.clock() + timedelta(minutes=55)
    [event] = await desk.events("account.stopped")
    assert event["error"]["cure"]
    assert await desk.db.system.fetchval("select count(*) from audit_log where action = 'account.was_stopped'") == 1
    await _tell(desk)
    [letter] = await _letters(desk)
    assert (letter["to"], letter["template"]) == ("owner@atlas.test", "number_stopped")


async def test_of_a_stopped_number_what_is_bulk_waits_and_an_agent_is_told_why(desk: Desk) -> None:
    offer = await desk.submit(await desk.conversation(), "offer", bulk=True)
    desk.meta.planned = [refusal(LOCKED)]
    await desk.lanes().drain()
    assert (await desk.message(offer))["status"] == "queued"
    with pytest.raises(Unavailable, match="takes nothing of the number"):
        await desk.submit(await desk.conversation(), "reply")
    desk.clock.pass_(hours=1, minutes=1)
    reply = await desk.submit(await desk.conversation(), "reply")
    desk.meta.planned = [refusal(LOCKED)]
    await desk.lanes(at_once=1).drain()
    message = await desk.message(reply)
    assert (message["status"], message["error"]["code"]) == ("failed", LOCKED)
    assert (await desk.message(offer))["status"] == "queued"
    assert len(await desk.events("account.stopped")) == 1  # still the same trouble
    desk.clock.pass_(hours=2, minutes=1)
    await desk.lanes().drain()
    assert (await desk.message(offer))["status"] == "accepted"


async def test_the_queue_asks_a_stopped_number_ever_more_rarely_and_no_message_is_the_worse_for_it(desk: Desk) -> None:
    offer = await desk.submit(await desk.conversation(hours_ago=0), "offer", bulk=True)
    lengths = []
    for _ in range(5):
        desk.meta.planned = [refusal(LOCKED)]
        await desk.lanes().drain()
        stopped_until = (await _account(desk))["stopped_until"]
        lengths.append((stopped_until - desk.clock()) / timedelta(hours=1))
        desk.clock.now = stopped_until + timedelta(minutes=1)
        await desk.db.system.execute("update conversations set last_inbound_at = $1", desk.clock())
    assert lengths == [1, 2, 4, 8, 16]
    desk.meta.planned = [refusal(130429)]
    await desk.lanes().drain()
    assert (await desk.message(offer))["status"] == "queued"
    assert (await _account(desk))["paused_until"] - desk.clock() < timedelta(seconds=2)  # its first refusal
    desk.clock.pass_(seconds=2)
    await desk.lanes().drain()
    assert (await desk.message(offer))["status"] == "accepted"


async def test_what_was_on_its_way_when_a_number_stopped_does_not_lengthen_the_stop(desk: Desk) -> None:
    for _ in range(4):
        await desk.submit(await desk.conversation(), "offer", bulk=True)
    desk.meta.planned = [refusal(LOCKED)] * 4
    await desk.lanes().drain()
    assert len(desk.meta.posts) > 1
    assert (await _account(desk))["stopped_until"] == desk.clock() + timedelta(hours=1)


async def test_another_number_goes_on(desk: Desk, other_desk: Desk) -> None:
    await _fail(desk, await _sent(desk), LOCKED)
    await _sent(other_desk, "elsewhere")


@pytest.mark.parametrize("code", [130429, 131031, 131048, 131049])
async def test_what_is_told_days_late_or_replayed_rests_nobody(desk: Desk, code: int) -> None:
    sent = await _sent(desk, bulk=True)
    await _fail(desk, sent, code, ago=2 * 24 * 3600)
    assert (await desk.message(sent))["status"] == "failed"
    account = await _account(desk)
    assert (account["paused_until"], account["bulk_paused_until"], account["stopped_until"]) == (None, None, None)
    await _sent(desk, "next", bulk=True)


async def test_a_webhook_that_comes_twice_acts_once(desk: Desk) -> None:
    sent = await _sent(desk)
    await _fail(desk, sent, 131048)
    await desk.db.system.execute("update accounts set bulk_paused_until = null")
    await _fail(desk, sent, 131048)
    assert (await _account(desk))["bulk_paused_until"] is None
