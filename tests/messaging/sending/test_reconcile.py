"""Sends that nobody answered: settled by a status, sent once more, or left to a person."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from core.db.scope import tenant_scope
from core.errors import Conflict, NotFound, Rejected, WindowClosed
from core.messaging import progress
from core.messaging.gate import Outbound, Submitted
from core.messaging.lanes import plans
from core.messaging.lanes.acceptances import Acceptances
from core.messaging.lanes.candidates import Held, heads
from core.messaging.lanes.claim import claim
from core.messaging.lanes.plans import by_index
from core.messaging.reconcile import settle_attempts
from core.messaging.retry import retry
from tests.messaging.sending.conftest import GRACE, UNCERTAIN, Desk, refusal, taken


async def _status_arrives(desk: Desk, attempt: Any, wamid: str) -> list[str]:
    async with desk.db.system_transaction() as connection:
        return await settle_attempts(connection, desk.tenant.id, [(str(attempt["id"]), wamid)], desk.clock)


async def _unanswered(desk: Desk, body: str = "salam") -> Submitted:
    sent = await desk.submit(await desk.conversation(), body)
    desk.meta.planned = [UNCERTAIN]
    await desk.lanes().drain()
    return sent


async def _silence(desk: Desk, then: str = "resend") -> None:
    desk.clock.pass_(seconds=GRACE.total_seconds() + 1)
    await desk.reconciler(then).sweep()


async def _worker_dies_before_the_answer(desk: Desk) -> Submitted:
    """As kill -9 leaves it: the attempt is committed as `sending`, and nobody will write its outcome."""
    sent = await desk.submit(await desk.conversation())
    found = await heads(desk.db, Held(), desk.clock(), 5)
    assert len(await claim(desk.db, found, desk.clock(), GRACE)) == 1
    return sent


async def test_a_status_with_our_id_settles_an_uncertain_message(desk: Desk) -> None:
    sent = await _unanswered(desk)
    [attempt] = await desk.attempts(sent)
    assert await _status_arrives(desk, attempt, "wamid.A") == ["wamid.A"]
    message = await desk.message(sent)
    assert (message["status"], message["wamid"], message["error"]) == ("accepted", "wamid.A", None)
    await _silence(desk)
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 1


async def test_a_settled_head_frees_the_messages_behind_it(desk: Desk) -> None:
    conversation = await desk.conversation()
    first = await desk.submit(conversation, "1")
    await desk.submit(conversation, "2")
    desk.meta.planned = [UNCERTAIN]
    lanes = desk.lanes()
    await lanes.drain()
    await _status_arrives(desk, (await desk.attempts(first))[0], "wamid.A")
    await lanes.drain()
    assert desk.meta.bodies == ["1", "2"]


async def test_callback_data_of_others_settles_nothing(desk: Desk, other_desk: Desk) -> None:
    sent = await _unanswered(desk)
    [attempt] = await desk.attempts(sent)
    async with desk.db.system_transaction() as connection:
        strange = [("not-an-id", "wamid.X"), (str(uuid4()), "wamid.Y")]
        assert await settle_attempts(connection, desk.tenant.id, strange) == []
        stolen = [(str(attempt["id"]), "wamid.Z")]
        assert await settle_attempts(connection, other_desk.tenant.id, stolen) == []
    assert (await desk.message(sent))["wamid"] is None


async def test_a_killed_worker_leaves_an_uncertain_message_after_its_lease(desk: Desk) -> None:
    sent = await _worker_dies_before_the_answer(desk)
    await desk.reconciler().sweep()
    assert (await desk.message(sent))["status"] == "sending"
    await _silence(desk)
    assert (await desk.message(sent))["status"] == "uncertain"
    await desk.lanes().drain()
    assert desk.meta.posts == []


async def test_a_killed_workers_message_is_settled_by_its_status(desk: Desk) -> None:
    sent = await _worker_dies_before_the_answer(desk)
    await _silence(desk)
    await _status_arrives(desk, (await desk.attempts(sent))[0], "wamid.A")
    await _silence(desk)
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "accepted"
    assert desk.meta.posts == []


async def test_a_killed_workers_message_is_sent_once_more_after_the_grace(desk: Desk) -> None:
    sent = await _worker_dies_before_the_answer(desk)
    await _silence(desk)
    await _silence(desk)
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 1
    assert [a["state"] for a in await desk.attempts(sent)] == ["uncertain", "accepted"]
    assert (await desk.message(sent))["status"] == "accepted"


async def test_silence_is_answered_by_one_resend_and_then_by_a_question(desk: Desk) -> None:
    sent = await _unanswered(desk)
    desk.meta.planned = [UNCERTAIN]
    await _silence(desk)
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 2
    for _ in range(3):
        await _silence(desk)
        await desk.lanes().drain()
    message = await desk.message(sent)
    assert len(desk.meta.posts) == 2
    assert (message["status"], message["error"]["kind"]) == ("uncertain", "ask")


async def test_each_attempt_has_its_own_id(desk: Desk) -> None:
    await _unanswered(desk)
    await _silence(desk)
    await desk.lanes().drain()
    assert len(set(desk.meta.callback_data)) == 2


async def test_the_policy_ask_never_sends_again_and_lets_the_others_pass_after_the_grace(desk: Desk) -> None:
    conversation = await desk.conversation()
    first = await desk.submit(conversation, "1")
    await desk.submit(conversation, "2")
    desk.meta.planned = [UNCERTAIN]
    await desk.lanes().drain()
    await _silence(desk, "ask")
    await desk.lanes().drain()
    assert desk.meta.bodies == ["1", "2"]
    told = (await desk.events("message.status"))
    asked = [e["message"] for e in told if e["message"]["id"] == first.message["id"]][-1]
    assert (asked["status"], asked["error"]["kind"]) == ("uncertain", "ask")


async def test_a_late_status_of_the_first_attempt_stops_a_resend_that_waits(desk: Desk) -> None:
    sent = await _unanswered(desk)
    await _silence(desk)
    await _status_arrives(desk, (await desk.attempts(sent))[0], "wamid.A")
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 1
    assert (await desk.message(sent))["wamid"] == "wamid.A"


async def test_two_attempts_that_both_arrived_are_recorded_as_doubled(desk: Desk) -> None:
    sent = await _unanswered(desk)
    await _silence(desk)
    desk.meta.planned = [taken("wamid.B")]
    await desk.lanes().drain()
    await _status_arrives(desk, (await desk.attempts(sent))[0], "wamid.A")
    message = await desk.message(sent)
    assert message["error"]["doubled"] == ["wamid.A", "wamid.B"]
    assert (message["status"], message["wamid"]) == ("accepted", "wamid.B")
    told = len(await desk.events("message.status"))
    await _status_arrives(desk, (await desk.attempts(sent))[0], "wamid.A")
    assert len(await desk.events("message.status")) == told


async def test_a_transaction_that_hears_nothing_is_cut_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "_LONGEST_SECONDS", 0.2)
    async with asyncio.timeout(10):
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            async with by_index(desk.db) as connection:
                await connection.execute("select pg_sleep(60)")
        async with by_index(desk.db) as connection:
            assert await connection.fetchval("select 1") == 1


async def test_one_that_cannot_be_written_holds_up_none_beside_it(desk: Desk) -> None:
    for _ in range(3):
        await desk.submit(await desk.conversation())
    claims = await claim(desk.db, await heads(desk.db, Held(), desk.clock(), 5), desk.clock(), GRACE)

    async def poisoned(connection: object, tenant_id: UUID, number: str, wamids: Sequence[str]) -> None:
        if "wamid.1" in wamids:
            raise ValueError("nobody foresaw this")

    acceptances = Acceptances(desk.db, poisoned)
    told = await asyncio.gather(*(acceptances.write(one, f"wamid.{n}", desk.clock()) for n, one in enumerate(claims)),
                                return_exceptions=True)  # fmt: skip
    assert [type(one) for one in told] == [type(None), ValueError, type(None)]


async def test_answers_and_statuses_of_the_same_messages_in_another_order_do_not_block_each_other(desk: Desk) -> None:
    """One transaction writes the answers newest first, one the statuses oldest first; a third holds the middle one."""
    for _ in range(3):
        await desk.submit(await desk.conversation())
    claims = await claim(desk.db, await heads(desk.db, Held(), desk.clock(), 5), desk.clock(), GRACE)
    oldest, middle, newest = sorted(one.attempt_id for one in claims)

    async def answers() -> None:
        async with by_index(desk.db) as connection:
            told = [(desk.tenant.id, one, f"wamid.{one}", desk.clock()) for one in (newest, middle, oldest)]
            await progress.accepted(connection, told)

    async def statuses() -> None:
        async with by_index(desk.db) as connection:
            pairs = [(str(one), f"wamid.{one}") for one in (oldest, newest)]
            await settle_attempts(connection, desk.tenant.id, pairs, desk.clock)

    async with desk.db.system_transaction() as holder:
        await holder.execute("select from send_attempts where id = $1 for update", middle)
        told = [asyncio.create_task(answers())]
        await _wait_for_locks(desk, 1)
        told.append(asyncio.create_task(statuses()))
        await _wait_for_locks(desk, 2)
    await asyncio.gather(*told)
    rows = await desk.db.system.fetch("select wamid from messages where status = 'accepted' order by wamid")
    assert [row["wamid"] for row in rows] == [f"wamid.{one}" for one in (oldest, middle, newest)]


async def _wait_for_locks(desk: Desk, count: int) -> None:
    async with asyncio.timeout(10):
        while count > await desk.db.app.fetchval(  # noqa: ASYNC110 - in the database
            "select count(distinct pid) from pg_locks where not granted"):  # fmt: skip
            await asyncio.sleep(0.02)


async def test_several_reconcilers_resend_once(desk: Desk) -> None:
    await _unanswered(desk)
    desk.clock.pass_(seconds=61)
    await desk.reconciler().sweep()
    await desk.reconciler().sweep()
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 2


async def _retry(desk: Desk, sent: Submitted, **options: Any) -> dict[str, Any]:
    with tenant_scope(desk.tenant.id):
        return await retry(desk.db, UUID(sent.message["id"]), desk.agent(), clock=desk.clock, **options)


async def test_a_person_sends_a_failed_message_again(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    desk.meta.planned = [refusal(131026)]
    await desk.lanes().drain()
    again = await _retry(desk, sent)
    assert (again["status"], again["error"]) == ("queued", None)
    desk.meta.planned = [taken("wamid.B")]
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert (message["status"], message["wamid"], message["error"]) == ("accepted", "wamid.B", None)


async def test_a_message_that_meta_took_and_then_failed_is_not_doubled_when_sent_again(desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    await desk.lanes().drain()
    await desk.db.system.execute("update messages set status = 'failed', status_rank = 1")
    await _retry(desk, sent)
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert (message["status"], message["error"]) == ("accepted", None)


async def test_a_person_decides_about_an_uncertain_message_only_after_the_silence(desk: Desk) -> None:
    sent = await _unanswered(desk)
    with pytest.raises(Conflict, match="wait"):
        await _retry(desk, sent)
    await _silence(desk, "ask")
    await _retry(desk, sent)
    await desk.lanes().drain()
    assert len(desk.meta.posts) == 2


async def test_only_what_failed_or_is_uncertain_can_be_sent_again(desk: Desk, other_desk: Desk) -> None:
    sent = await desk.submit(await desk.conversation())
    with pytest.raises(Conflict, match="Only a message that failed"):
        await _retry(desk, sent)
    with pytest.raises(NotFound):
        await _retry(other_desk, sent)


async def test_sending_again_passes_the_window_and_the_filters(desk: Desk) -> None:
    async def refuse(outbound: Outbound) -> Outbound:
        raise Rejected("They opted out.")

    sent = await desk.submit(await desk.conversation())
    desk.meta.planned = [refusal(131026)]
    await desk.lanes().drain()
    with pytest.raises(Rejected):
        await _retry(desk, sent, filters=refuse)
    desk.clock.pass_(hours=24)
    with pytest.raises(WindowClosed):
        await _retry(desk, sent)
