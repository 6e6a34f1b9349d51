"""Who mutes a conversation hears nothing of it, on no device, until they want to; a note that calls them is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from comptoir_sdk.testing import Agent, Kernel, Shop

from plugins.inbox.mutes import muting
from plugins.inbox.notices import routes

_BASE = "/api/v1/p/inbox"
_SENDER = "+212600000001"


async def _conversation(comptoir: Kernel, shop: Shop, agent: Agent) -> str:
    await shop.receives("salam", sender=_SENDER)
    await comptoir.drain()
    return str((await agent.get("/api/v1/conversations")).json()["items"][0]["id"])


def _mute(conversation: str) -> str:
    return f"{_BASE}/conversations/{conversation}/mute"


async def _told(agent: Agent) -> list[tuple[str, int]]:
    items = (await agent.get(f"{_BASE}/notices?unread=true")).json()["items"]
    return sorted((one["kind"], one["count"]) for one in items)


async def _muted(agent: Agent) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await agent.get(f"{_BASE}/mutes")).json()["items"]
    return found


async def _calls(comptoir: Kernel, agent: Agent, conversation: str, whom: Agent) -> None:
    note = {"body": "@Said look", "mentions": [{"kind": "member", "id": str(whom.user_id)}]}
    answer = await agent.post(f"{_BASE}/conversations/{conversation}/notes", json=note)
    assert answer.status == 201, answer.text
    await comptoir.drain()


async def test_what_is_muted_tells_nobody_else_less_and_a_note_that_calls_is_told(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, said = await shop.agent("owner"), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, owner)
    for agent in (owner, said):
        await agent.put(f"{_BASE}/conversations/{conversation}/follow")
    async with said.listen("inbox.mutes") as heard:
        answer = await said.put(_mute(conversation), json={})
        assert (answer.status, answer.json()) == (200, {"conversation": conversation, "muted": True, "until": None})
        assert await heard.next() == answer.json()
    assert (await _muted(said), await _muted(owner)) == ([answer.json()], [])
    await shop.receives("again", sender=_SENDER)
    await comptoir.drain()
    assert (await _told(owner), await _told(said)) == ([("message", 1)], [])
    async with said.listen("inbox.notices") as heard:
        await _calls(comptoir, owner, conversation, said)
        word = await heard.next()
        assert (word["notice"]["kind"], word["page"], word["sound"]) == ("mention", True, True)
        path = f"/api/v1/conversations/{conversation}/assignment"
        await owner.put(path, json={"assignee": str(said.user_id)})
        await comptoir.drain()
        word = await heard.next()  # it stands in the list, and says nothing
        assert (word["notice"]["kind"], word["page"], word["sound"]) == ("assigned", False, False)
    assert await _told(said) == [("assigned", 1), ("mention", 1)]
    assert (await said.ask("DELETE", _mute(conversation))).json()["muted"] is False
    await shop.receives("and again", sender=_SENDER)
    await comptoir.drain()
    assert ("message", 1) in await _told(said)
    assert await shop.failures("inbox") == []


async def test_a_mute_ends_by_itself_and_its_row_goes_with_the_night(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    said = await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, said)
    await said.put(f"{_BASE}/conversations/{conversation}/follow")
    now = datetime.now(UTC)
    past, until = now - timedelta(seconds=1), now + timedelta(hours=8)
    assert (await said.put(_mute(conversation), json={"until": past.isoformat()})).status == 422
    assert (await said.put(_mute(conversation), json={"until": "2027-01-04T08:00:00"})).status == 422  # whose clock?
    for told in (None, until.isoformat()):  # the second one is what holds
        assert (await said.put(_mute(conversation), json={"until": told})).status == 200
    assert [one["until"] for one in await _muted(said)] == [until.isoformat()]
    await shop.receives("again", sender=_SENDER)
    await comptoir.drain()
    await shop.runs("inbox.forget_read")
    assert (await _told(said), len(await shop.rows("inbox.Mute"))) == ([], 1)
    _later(monkeypatch, timedelta(hours=9))
    assert await _muted(said) == []
    await shop.receives("and again", sender=_SENDER)
    await comptoir.drain()
    assert await _told(said) == [("message", 1)]
    await shop.runs("inbox.forget_read")
    assert list(await shop.rows("inbox.Mute")) == []


def _later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    lasting, over = muting._lasting, muting.forget_over
    monkeypatch.setattr(muting, "_lasting", lambda now: lasting(now + by))
    monkeypatch.setattr(routes, "forget_over", lambda now: over(now + by))


async def test_nobody_mutes_what_they_do_not_see_or_for_another_organisation(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    wanted = {"name": "Limited", "permissions": ["conversations.read"], "sees": "own"}
    limited = await shop.agent((await owner.post("/api/v1/roles", json=wanted)).json()["key"])
    stranger = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    nobody = await shop.agent("nobody", permissions=["contacts.read"])
    conversation = await _conversation(comptoir, shop, owner)
    assert (await owner.put(_mute(conversation), json={})).status == 200
    for agent in (limited, stranger):
        assert (await agent.put(_mute(conversation), json={})).status == 404
        assert await _muted(agent) == []
    assert (await nobody.get(f"{_BASE}/mutes")).status == 403
    assert (await nobody.put(_mute(conversation), json={})).status == 403
    for agent in (limited, stranger):  # what is not theirs stays as it is
        await agent.ask("DELETE", _mute(conversation))
    assert [one["conversation"] for one in await _muted(owner)] == [conversation]


async def test_what_is_muted_is_not_pushed_not_even_what_waited_for_it(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, said = await shop.agent("owner"), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, owner)
    await said.put(f"{_BASE}/conversations/{conversation}/follow")
    await shop.receives("again", sender=_SENDER)
    await comptoir.drain()
    assert await _told(said) == [("message", 1)]
    await said.put(_mute(conversation), json={})
    push = {"member_id": str(said.user_id), "conversation_id": conversation}
    await shop.runs("inbox.push", **push)
    assert comptoir.web.asked == ()
    assert await shop.failures("inbox") == []
