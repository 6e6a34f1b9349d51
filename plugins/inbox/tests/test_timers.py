"""Answers are timed: from the customer's word to a person's, in hours of work, whenever a worker gets to it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from comptoir_sdk import BusinessHours
from comptoir_sdk.testing import Agent, Kernel, Shop

from plugins.inbox.timers.clockwork import set_due, taken
from plugins.inbox.timers.models import Timer

BASE = "/api/v1/p/inbox"
WORK = BusinessHours({"monday": [["09:00", "12:00"]], "tuesday": [["09:00", "12:00"]]}, "Africa/Casablanca")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # 11:00 in Casablanca


async def targets(owner: Agent, **told: Any) -> None:
    answer = await owner.put(f"{BASE}/timers/targets", json={"items": [{"name": "All", "working": False, **told}]})
    assert answer.status == 200, answer.text


async def asked(comptoir: Kernel, shop: Shop, agent: Agent, text: str = "salam") -> str:
    await shop.receives(text, sender="+212600000001")
    await comptoir.drain()
    return str((await agent.get("/api/v1/conversations")).json()["items"][0]["id"])


async def timers(agent: Agent, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await agent.get(f"{BASE}/timers?{query}")).json()["items"]
    return found


def _timer(minutes: int, start: datetime) -> Timer:
    made = Timer(minutes=minutes, warn_minutes=10, working=True, started_at=start)
    set_due(WORK, made, start, minutes)
    return made


@pytest.mark.parametrize("minutes", [30, 60, 61, 200])
def test_minutes_are_those_of_work_and_what_is_taken_counts_back_to_them(minutes: int) -> None:
    timer = _timer(minutes, MONDAY)
    assert WORK.minutes_between(MONDAY, timer.due_at) == minutes
    assert WORK.minutes_between(timer.warn_at, timer.due_at) == 10
    assert taken(WORK, timer, MONDAY) == 0
    assert taken(WORK, timer, timer.due_at) == minutes
    assert taken(WORK, timer, timer.due_at + timedelta(days=7)) == minutes + 360


async def test_a_persons_reply_stops_it_and_an_automations_does_not(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await targets(owner, first_response_minutes=30, resolution_minutes=240)
    conversation = await asked(comptoir, shop, owner)
    await asked(comptoir, shop, owner, "are you there?")
    assert sorted((one["kind"], one["state"]) for one in await timers(owner)) == [
        ("first_response", "running"), ("resolution", "running")]
    first = (await timers(owner, "kind=first_response"))[0]
    span = datetime.fromisoformat(first["due_at"]) - datetime.fromisoformat(first["started_at"])
    assert span == timedelta(minutes=30)
    sent = await owner.post(f"/api/v1/conversations/{conversation}/messages", json={
        "id": str(uuid4()), "type": "text", "text": {"body": "Bonjour"}})
    assert sent.status == 202, sent.text
    await comptoir.drain()
    [stopped] = await timers(owner, "state=stopped")
    assert (stopped["kind"], stopped["state"], stopped["member"]) == ("first_response", "met", str(owner.user_id))
    assert 0 <= stopped["taken_minutes"] < 5
    await asked(comptoir, shop, owner, "and then?")
    assert len(await timers(owner, "kind=first_response&state=running")) == 1
    await owner.put(f"/api/v1/conversations/{conversation}/status", json={"status": "closed"})
    await comptoir.drain()
    assert sorted((one["kind"], one["state"]) for one in await timers(owner)) == [
        ("first_response", "dropped"), ("first_response", "met"), ("resolution", "met")]
    assert await shop.failures("inbox") == []


async def test_a_question_that_came_after_the_answer_was_written_has_its_own_time(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await targets(owner, first_response_minutes=30)
    conversation = await asked(comptoir, shop, owner)
    sent = await owner.post(f"/api/v1/conversations/{conversation}/messages", json={
        "id": str(uuid4()), "type": "text", "text": {"body": "Bonjour"}})
    assert sent.status == 202, sent.text
    await _next_second()
    await asked(comptoir, shop, owner, "and then?")  # before Meta took the answer
    waiting = (await owner.get(f"/api/v1/conversations/{conversation}")).json()["waiting_since"]
    assert waiting is not None
    stopped, running = sorted(await timers(owner), key=lambda one: str(one["started_at"]))
    assert (stopped["state"], running["state"]) == ("met", "running")
    assert datetime.fromisoformat(running["started_at"]) == datetime.fromisoformat(waiting)
    assert await shop.failures("inbox") == []


async def _next_second() -> None:
    """Customers' times are whole seconds, and two questions of one second are one to a timer; no event tells of it."""
    await asyncio.sleep(1 - datetime.now(UTC).microsecond / 1_000_000)


async def test_conversations_are_found_counted_and_kept_as_a_view_by_their_timers(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await targets(owner, first_response_minutes=30, resolution_minutes=240)
    conversation = await asked(comptoir, shop, owner)

    async def found(timer: str, agent: Agent = owner) -> int:
        listed = (await agent.get(f"/api/v1/conversations?timer={timer}")).json()["items"]
        counted = (await agent.get(f'/api/v1/conversations/counts?of=[{{"timer":"{timer}"}}]')).json()["items"]
        assert [one["count"] for one in counted] == [len(listed)]
        return len(listed)

    wanted = ("running", "within:31", "first_response:within:31", "resolution:within:241")
    others = ("overdue", "within:5", "resolution:within:31")
    assert [await found(one) for one in (*wanted, *others)] == [1, 1, 1, 1, 0, 0, 0]
    view = {"name": "Late", "filter": {"timer": "overdue"}}
    assert (await owner.post(f"{BASE}/views", json=view)).json()["filter"] == view["filter"]
    assert (await owner.post(f"{BASE}/views", json={"name": "x", "filter": {"timer": "late"}})).status == 422
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    assert await found("running", other) == 0
    await owner.put(f"/api/v1/conversations/{conversation}/status", json={"status": "closed"})
    assert await found("running") == 0


async def test_snoozed_a_resolution_stands_still_and_a_first_response_goes_on(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await targets(owner, first_response_minutes=30, resolution_minutes=60)
    conversation = await asked(comptoir, shop, owner)
    path = f"/api/v1/conversations/{conversation}/status"
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await owner.put(path, json={"status": "snoozed", "until": until})
    await comptoir.drain()
    assert {one["kind"]: one["state"] for one in await timers(owner)} == {
        "first_response": "running", "resolution": "paused"}
    before = (await shop.rows("inbox.Timer"))[1]
    await owner.put(path, json={"status": "open"})
    await comptoir.drain()
    after = (await shop.rows("inbox.Timer"))[1]
    assert before.kind == after.kind == "resolution"
    assert after.paused_at is None
    assert after.due_at - before.due_at < timedelta(minutes=1)
    assert after.due_at > before.due_at


async def test_pages_go_on_where_they_stopped_and_a_limited_member_sees_only_their_own(comptoir: Kernel) -> None:
    shop, other = [await comptoir.tenant(slug, plugins={"inbox": {}}) for slug in ("atlas", "zagora")]
    owner, limited, stranger = await shop.agent("owner"), await shop.agent(), await other.agent("owner")
    assert (await owner.patch("/api/v1/roles/agent", json={"sees": "own"})).status == 200
    await targets(owner, first_response_minutes=30, resolution_minutes=240)
    for number in range(3):
        await shop.receives("salam", sender=f"+21260000001{number}")
    await comptoir.drain()
    first = (await owner.get(f"{BASE}/timers?limit=4")).json()
    rest = (await owner.get(f"{BASE}/timers?limit=4&cursor={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (4, 2, None)
    assert len({one["id"] for one in [*first["items"], *rest["items"]]}) == 6
    assert (await owner.get(f"{BASE}/timers?cursor=nonsense")).status == 422
    mine = first["items"][0]["conversation"]
    await owner.put(f"/api/v1/conversations/{mine}/assignment", json={"assignee": str(limited.user_id)})
    assert {one["conversation"] for one in await timers(limited)} == {mine}
    assert await timers(stranger) == []
    hidden = next(one["conversation"] for one in rest["items"] if one["conversation"] != mine)
    assert (await limited.get(f"{BASE}/data/timers?conversations={hidden},{mine}")).json().keys() == {mine}
    assert (await limited.get(f"{BASE}/timers/running?conversation={hidden}")).status == 404
    assert (await limited.get(f"{BASE}/timers/targets")).status == 403


async def test_a_call_that_was_taken_answers_and_one_that_was_missed_asks(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await targets(owner, first_response_minutes=30)
    told = {"id": "wacid.1", "direction": "USER_INITIATED"}
    for event in ("connect", "terminate"):
        await shop.receives(sender="+212600000001", call={**told, "event": event})
        await comptoir.drain()
    assert [one["state"] for one in await timers(owner)] == ["running"]
    now = str(int(datetime.now(UTC).timestamp()))
    taken_now = {**told, "id": "wacid.2", "event": "terminate", "start_time": now, "end_time": now, "duration": 60}
    await shop.receives(sender="+212600000001", call=taken_now)
    await comptoir.drain()
    assert [one["state"] for one in await timers(owner)] == ["met"]
    assert await shop.failures("inbox") == []
