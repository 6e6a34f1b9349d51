"""Rules and timers where many act at once, events come again, or a worker comes late: on the real kernel."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from comptoir_sdk import Context, Conversation

from core.db.scope import tenant_scope
from core.harness.agent import Agent
from core.harness.kernel import Kernel
from core.harness.shop import Shop
from plugins.inbox.assignment import giving, hearing
from plugins.inbox.assignment.models import Turn

BASE = "/api/v1/p/inbox"


async def _rules(owner: Agent, capacity: int, **rest: Any) -> None:
    version = (await owner.get(f"{BASE}/assignment")).json()["version"]
    answer = await owner.put(f"{BASE}/assignment", json={
        "capacity": capacity, "absent_minutes": None, "regive_minutes": None, "version": version,
        "rules": [{"name": "All", **rest}]})  # fmt: skip
    assert answer.status == 200, answer.text


async def _written(comptoir: Kernel, shop: Shop, count: int) -> list[Conversation]:
    """Conversations that no rule has seen."""
    for number in range(count):
        await shop.receives("salam", sender=f"+2126000{number:05}")
    await comptoir.drain()
    ctx = comptoir.host.contexts(shop.tenant_id, "inbox")
    found: list[Conversation] = []
    cursor: str | None = None
    while len(found) < count:
        page = await ctx.conversations.list(limit=100, cursor=cursor)
        found, cursor = [*found, *page.items], page.next
    return found


def _ctx(comptoir: Kernel, shop: Shop, event_id: int | None = None) -> Context:
    return comptoir.host.contexts(shop.tenant_id, "inbox", event_id=event_id)


async def _held(comptoir: Kernel, shop: Shop) -> Counter[UUID | None]:
    rows = await comptoir.db.system.fetch("select assignee_id from conversations where tenant_id = $1", shop.tenant_id)
    return Counter(row["assignee_id"] for row in rows)


async def test_forty_hands_at_once_give_each_conversation_once_evenly_and_pass_no_capacity(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, *team = [await shop.agent("owner"), *[await shop.agent() for _ in range(3)]]
    conversations = await _written(comptoir, shop, 40)
    await _rules(owner, 8)
    await owner.put(f"{BASE}/desks/mine", json={"available": False})

    async def hand(conversation: Conversation) -> str:
        with tenant_scope(shop.tenant_id):
            return await giving.place(_ctx(comptoir, shop), conversation)

    # Each is tried by three at once, as events, jobs and repeats would.
    states = await asyncio.gather(*(hand(one) for one in conversations for _ in range(3)))
    held = await _held(comptoir, shop)
    assert {held[one.user_id] for one in team} == {8}
    assert held[None] == 40 - 24
    assert "given" in states
    told = await comptoir.db.system.fetch(
        "select conversation_id, count(*) from (select conversation_id from event_outbox where type = $2 and "
        "tenant_id = $1 union all select conversation_id from event_log where type = $2 and tenant_id = $1) one "
        "group by 1 having count(*) > 1", shop.tenant_id, "conversation.assigned")
    assert told == []


async def test_a_colleague_who_is_quicker_keeps_it_and_an_event_that_comes_again_changes_nothing(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    [one, two] = await _written(comptoir, shop, 2)
    await _rules(owner, 8)
    with tenant_scope(shop.tenant_id):
        human = owner.put(f"/api/v1/conversations/{one.id}/assignment", json={"assignee": str(agent.user_id)})
        await asyncio.gather(human, *(giving.place(_ctx(comptoir, shop), one) for _ in range(5)))
        await hearing.opened(_ctx(comptoir, shop, event_id=900_001), two)
        first = await _ctx(comptoir, shop).conversations.get(two.id)
        await owner.put(f"/api/v1/conversations/{two.id}/assignment", json={"assignee": None})
        await hearing.opened(_ctx(comptoir, shop, event_id=900_001), two)
        again = await _ctx(comptoir, shop).conversations.get(two.id)
    assert first.assignee is not None
    assert again.assignee is None
    standing = await comptoir.db.system.fetchval("select assignee_id from conversations where id = $1", one.id)
    assert standing == agent.user_id


async def test_a_death_in_the_middle_gives_nothing_and_the_next_try_gives_it_once(
        comptoir: Kernel, monkeypatch: Any) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    [one] = await _written(comptoir, shop, 1)
    await _rules(owner, 8)
    await owner.put(f"{BASE}/desks/mine", json={"available": False})
    real = Turn.get_or_create

    async def dies(**_: Any) -> Any:
        raise ConnectionResetError

    monkeypatch.setattr(Turn, "get_or_create", dies)
    with tenant_scope(shop.tenant_id):
        with pytest.raises(ConnectionResetError):
            await giving.place(_ctx(comptoir, shop), one)
        assert (await _ctx(comptoir, shop).conversations.get(one.id)).assignee is None
        monkeypatch.setattr(Turn, "get_or_create", real)
        assert await giving.place(_ctx(comptoir, shop), one) == "given"
    assert await _held(comptoir, shop) == {agent.user_id: 1}


async def test_what_is_due_soon_and_late_is_told_once_and_shown_in_rows_and_in_the_list(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await owner.put(f"{BASE}/timers/targets", json={"items": [
        {"name": "All", "working": False, "first_response_minutes": 30, "warn_minutes": 10}]})
    [one] = await _written(comptoir, shop, 1)
    conversation = str(one.id)
    badges = f"{BASE}/data/timers?conversations={conversation}"
    assert (await owner.get(badges, locale="en")).json()[conversation]["text"].startswith("By ")

    async def later(minutes: int) -> list[Any]:
        """What is told when so many minutes have passed, whoever looks, and how often."""
        told = len(comptoir.broadcasts)
        await comptoir.db.system.execute(
            "update inbox_timer set started_at = started_at - $1::interval, warn_at = warn_at - $1::interval, "
            "due_at = due_at - $1::interval, next_at = next_at - $1::interval", timedelta(minutes=minutes))
        await shop.runs("inbox.watch")
        await shop.runs("inbox.watch")
        return [topic for _, topic, data in comptoir.broadcasts[told:] if data == {"conversation": conversation}]

    assert await later(21) == ["inbox.timers"]
    assert (await owner.get(badges)).json()[conversation]["tone"] == "warn"
    assert await later(15) == ["inbox.timers"]
    badge = (await owner.get(badges, locale="fr")).json()[conversation]
    assert badge["tone"] == "bad"
    assert badge["text"].startswith("En retard")
    assert await later(60) == []
    [late] = (await owner.get(f"{BASE}/timers?state=late")).json()["items"]
    assert (late["conversation"], late["state"]) == (conversation, "late")
    await owner.put(f"/api/v1/conversations/{conversation}/status", json={"status": "closed"})
    await comptoir.drain()
    assert (await owner.get(f"{BASE}/timers?state=late")).json()["items"] == []
    assert await shop.failures("inbox") == []
