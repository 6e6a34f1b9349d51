"""Who leaves first: replies before bulk, every tenant in turn, and nobody behind somebody who must wait."""

import asyncio
from collections import Counter
from typing import Any

from core.messaging.lanes import Fleet, LocalLimits
from core.messaging.lanes.allowance import Bucket
from core.whatsapp.outcomes import SendOutcome
from tests.messaging.sending.conftest import NO_LIMIT, Desk, refusal, taken


async def test_replies_leave_before_what_was_queued_in_bulk_long_ago(desk: Desk) -> None:
    for n in range(20):
        await desk.submit(await desk.conversation(), f"offer {n}", bulk=True)
    for n in range(3):
        await desk.submit(await desk.conversation(), f"reply {n}")
    await desk.lanes(at_once=1).drain()
    assert desk.meta.bodies[:3] == ["reply 0", "reply 1", "reply 2"]
    assert desk.meta.bodies[3:] == [f"offer {n}" for n in range(20)]


async def test_a_reply_overtakes_the_bulk_of_its_own_conversation_and_each_kind_keeps_its_order(desk: Desk) -> None:
    conversation = await desk.conversation()
    for n in range(3):
        await desk.submit(conversation, f"offer {n}", bulk=True)
    for n in range(3):
        await desk.submit(conversation, f"reply {n}")
    await desk.lanes().drain()
    assert desk.meta.bodies == ["reply 0", "reply 1", "reply 2", "offer 0", "offer 1", "offer 2"]


async def test_tenants_take_turns_however_long_their_queues_are(desk: Desk, other_desk: Desk) -> None:
    for _ in range(40):
        await desk.submit(await desk.conversation(), "A", bulk=True)
    for _ in range(5):
        await other_desk.submit(await other_desk.conversation(), "B")
    await desk.lanes(at_once=2).drain()
    assert Counter(desk.meta.bodies[:10]) == {"A": 5, "B": 5}


async def test_a_number_whose_meta_hangs_leaves_room_for_another_tenant(desk: Desk, other_desk: Desk) -> None:
    release, hanging = asyncio.Event(), asyncio.Event()

    async def hang(payload: dict[str, Any]) -> SendOutcome:
        hanging.set()
        await release.wait()
        return taken()

    for _ in range(12):
        await desk.submit(await desk.conversation(), "A")
    desk.meta.planned = [hang] * 12
    lanes = desk.lanes(at_once=8, per_number=8)
    await lanes.pump()
    await hanging.wait()
    assert desk.meta.at_once == 6
    arrived = asyncio.Event()

    async def arrive(payload: dict[str, Any]) -> SendOutcome:
        arrived.set()
        return taken()

    desk.meta.planned = [arrive]
    await other_desk.submit(await other_desk.conversation(), "B")
    assert await lanes.pump() == 1
    async with asyncio.timeout(5):
        await arrived.wait()
    release.set()
    await lanes.drain()


async def test_bulk_leaves_a_quarter_of_its_number_to_replies(desk: Desk) -> None:
    release = asyncio.Event()

    async def hang(payload: dict[str, Any]) -> SendOutcome:
        await release.wait()
        return taken()

    desk.meta.planned = [hang] * 20
    for _ in range(12):
        await desk.submit(await desk.conversation(), "offer", bulk=True)
    lanes = desk.lanes(per_number=8)
    assert await lanes.pump() == 6
    await desk.submit(await desk.conversation(), "reply")
    assert await lanes.pump() == 1
    release.set()
    await lanes.drain()
    assert len(desk.meta.posts) == 13


async def test_a_customer_with_hundreds_waiting_behind_a_refused_one_hides_nobody(desk: Desk) -> None:
    busy = await desk.conversation()
    await desk.submit(busy, "head")
    await desk.db.system.execute(
        """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, direction, type,
            body, content, author_kind, status, status_rank, at, queued_at)
        select m.tenant_id, m.conversation_id, m.account_id, m.contact_id, m.phone_number_id, 'outbound', 'text',
            'behind', '{}', 'api', 'queued', -3, now(), clock_timestamp() from messages m, generate_series(1, 400)
        where m.conversation_id = $1""", busy)
    desk.meta.planned = [refusal(131056)]
    await desk.lanes().drain()
    await desk.submit(await desk.conversation(), "free")
    await desk.lanes().drain()  # another worker, which holds nothing in memory
    assert desk.meta.bodies == ["head", "free"]


async def test_a_burst_is_spread_over_the_second_it_is_allowed(desk: Desk) -> None:
    loop, moments = asyncio.get_running_loop(), []

    async def note(payload: dict[str, Any]) -> SendOutcome:
        moments.append(loop.time())
        return taken()

    desk.meta.planned = [note] * 10
    for _ in range(10):
        await desk.submit(await desk.conversation())
    desk.limits = LocalLimits(Bucket(0.02, 1), NO_LIMIT)
    await desk.lanes().drain()
    assert len(moments) == 10
    assert moments[-1] - moments[0] >= 0.17


async def test_two_workers_look_at_different_messages_first(desk: Desk) -> None:
    for _ in range(16):
        await desk.submit(await desk.conversation())
    fleets = [Fleet(desk.db), Fleet(desk.db)]
    for fleet in (*fleets, *fleets):
        await fleet.beat()
    first = [await desk.lanes(fleet=fleet)._candidates() for fleet in fleets]
    mine = [{c.message_id for c in found[: fleet.mine([x.conversation_id for x in found]).count(True)]}
            for fleet, found in zip(fleets, first, strict=True)]  # fmt: skip
    assert mine[0].isdisjoint(mine[1])
    assert len(mine[0] | mine[1]) == 16


async def test_a_pair_limit_is_kept_without_any_memory_of_a_worker(desk: Desk) -> None:
    talkative = await desk.conversation()
    for n in range(50):
        await desk.submit(talkative, str(n))
    for _ in range(50):
        desk.limits = LocalLimits(NO_LIMIT)  # each time forgotten, as by a wiped Valkey
        await desk.lanes(at_once=1).pump()
        await asyncio.sleep(0)
        await desk.lanes().drain()
    assert len(desk.meta.posts) == 44
