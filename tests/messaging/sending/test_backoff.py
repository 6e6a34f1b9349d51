"""Meta says not now: each class of its codes is kept to, by the number or the customer it is about, and no other."""

from typing import Any

import pytest

from core.messaging import backoff
from core.whatsapp.answers import classify
from core.whatsapp.outcomes import Refused
from tests.messaging.sending.conftest import NEVER_LEFT, Desk, refusal

DAY = 24 * 3600


def _refused(code: int, headers: dict[str, str] | None = None) -> Refused:
    outcome = classify(400, b'{"error": {"code": %d}}' % code, headers)
    assert isinstance(outcome, Refused)
    return outcome


async def _account(desk: Desk) -> Any:
    return await desk.db.system.fetchrow("select * from accounts where id = $1", desk.tenant.account_id)


def test_throughput_waits_a_second_and_doubles_with_jitter() -> None:
    for failures in range(5):
        waits = {backoff.after_refusal(_refused(130429), failures) for _ in range(20)}
        assert len(waits) > 1
        assert all(2**failures <= wait <= 1.25 * 2**failures for wait in waits)


def test_a_pair_waits_four_to_the_power_of_the_tries() -> None:
    assert [backoff.after_refusal(_refused(131056), n) for n in range(4)] == [4, 16, 64, 256]


def test_the_account_waits_as_long_as_meta_says_even_a_day() -> None:
    usage = '{"102290129340398": [{"type": "messages", "estimated_time_to_regain_access": %d}]}'
    assert backoff.after_refusal(_refused(80007, {"x-business-use-case-usage": usage % 5}), 0) == 300
    assert backoff.after_refusal(_refused(80007, {"x-business-use-case-usage": usage % 600}), 0) == 36_000
    assert 60 <= backoff.after_refusal(_refused(80007), 0) <= 75
    # Others' limits, in the same header, are no reason to let one customer wait.
    assert backoff.after_refusal(_refused(131056, {"x-business-use-case-usage": usage % 5}), 0) == 4


def test_the_app_waits_minutes_and_longer_when_it_is_used_up() -> None:
    used_up = {"x-app-usage": '{"call_count": 101, "total_time": 20, "total_cputime": 3}'}
    assert 60 <= backoff.after_refusal(_refused(4), 0) <= 75
    assert 300 <= backoff.after_refusal(_refused(4, used_up), 0) <= 375
    assert backoff.after_refusal(_refused(4), 20) <= 1.25 * 3600


def test_what_meta_delays_waits_for_hours_or_days_and_longer_each_time() -> None:
    assert [backoff.after_delay(131049, n) / DAY for n in range(4)] == [1, 2, 4, 7]
    assert backoff.after_delay(131048, 0) >= 3600
    assert backoff.after_delay(133016, 0) == 3 * DAY
    assert backoff.after_delay(132069, 0) == 3600


@pytest.mark.parametrize("code", [130429, 80007, 4, 131057])
async def test_a_pause_is_the_numbers_own_and_every_worker_keeps_to_it(
    desk: Desk, other_desk: Desk, code: int
) -> None:
    await desk.submit(await desk.conversation(), "1")
    desk.meta.planned = [refusal(code)]
    await desk.lanes().drain()
    await desk.submit(await desk.conversation(), "2")
    await other_desk.submit(await other_desk.conversation(), "elsewhere")
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1", "elsewhere"]
    account = await _account(desk)
    assert (account["status"], account["pause_error"]["code"]) == ("connected", code)
    assert account["paused_until"] > desk.clock()
    desk.clock.pass_(hours=2)
    await desk.lanes().drain()
    assert sorted(desk.meta.bodies[2:]) == ["1", "2"]


async def test_what_was_refused_six_times_is_parked_and_a_person_may_send_it_again(desk: Desk) -> None:
    conversation = await desk.conversation()
    parked, follower = await desk.submit(conversation, "1"), await desk.submit(conversation, "2")
    desk.meta.planned = [refusal(131056)] * 6
    for _ in range(6):
        await desk.lanes().drain()
        desk.clock.pass_(seconds=4**6)
    message = await desk.message(parked)
    assert (message["status"], message["error"]["code"], message["error"]["tries"]) == ("failed", 131056, 6)
    assert message["error"]["cure"]
    assert (await desk.message(follower))["status"] == "accepted"


async def test_tries_that_never_left_do_not_use_up_those_that_meta_refuses(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    desk.meta.planned = [*[NEVER_LEFT] * 7, refusal(130429)]
    for _ in range(9):
        await desk.lanes().drain()
        desk.clock.pass_(seconds=80)
    assert (await desk.message(sent))["status"] == "accepted"


async def test_the_marketing_cap_says_when_it_is_tried_again_and_is_never_tried_earlier(desk: Desk) -> None:
    desk.clock.pass_(hours=-23)  # the window is still open after the first delay
    sent = await desk.submit(await desk.conversation(hours_ago=0), bulk=True)
    desk.meta.planned = [refusal(131049)]
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert (message["status"], message["error"]["code"]) == ("queued", 131049)
    assert message["error"]["next_try_at"] == message["not_before"].isoformat()
    desk.clock.pass_(hours=23, minutes=59)
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 1


async def test_a_spam_limit_pauses_what_is_bulk_and_replies_go_on(desk: Desk) -> None:
    for n in range(3):
        await desk.submit(await desk.conversation(), f"offer {n}", bulk=True)
    desk.meta.planned = [refusal(131048)]
    await desk.lanes(at_once=1).drain()
    await desk.submit(await desk.conversation(), "reply")
    await desk.lanes().drain()
    assert desk.meta.bodies == ["offer 0", "reply"]
    account = await _account(desk)
    assert account["paused_until"] is None
    assert (account["bulk_pause_error"]["code"], account["bulk_paused_until"] > desk.clock()) == (131048, True)
    desk.clock.pass_(hours=6, minutes=1)
    await desk.lanes().drain()
    assert sorted(desk.meta.bodies[2:]) == ["offer 0", "offer 1", "offer 2"]


async def test_of_a_reply_that_meta_delays_its_author_hears_at_once(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    desk.meta.planned = [refusal(131048)]
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert (message["status"], message["error"]["code"]) == ("failed", 131048)
