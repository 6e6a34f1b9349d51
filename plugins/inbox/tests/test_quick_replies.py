"""Quick replies: everybody's and one's own, with files that stay, and nothing of another tenant's."""

from typing import Any

import pytest
from comptoir_sdk.testing import Agent, Kernel, Shop

from plugins.inbox.quick_replies import routes

_REPLIES = "/api/v1/p/inbox/quick-replies"
_HOURS: dict[str, Any] = {"shortcut": "hours", "title": "Opening hours", "body": "Bonjour {{contact.first_name}}"}


async def _shop(comptoir: Kernel, slug: str = "atlas") -> Shop:
    return await comptoir.tenant(slug, plugins={"inbox": {}})


async def _made(agent: Agent, **more: Any) -> dict[str, Any]:
    answer = await agent.post(_REPLIES, json=_HOURS | more)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _seen(agent: Agent) -> list[str]:
    return [one["title"] for one in (await agent.get(_REPLIES)).json()["items"]]


async def test_ones_own_are_ones_own_and_shared_ones_everybodys(comptoir: Kernel) -> None:
    shop = await _shop(comptoir)
    owner, agent = await shop.agent("owner"), await shop.agent()
    await _made(owner, shared=True, title="For all")
    mine = await _made(agent, title="Mine")
    assert await _seen(agent) == ["For all", "Mine"]
    assert await _seen(owner) == ["For all"]
    assert (await agent.post(_REPLIES, json=_HOURS | {"shared": True, "shortcut": "x"})).status == 403
    assert (await owner.put(f"{_REPLIES}/{mine['id']}", json=_HOURS)).status == 404
    assert (await owner.delete(f"{_REPLIES}/{mine['id']}")).status == 404
    changed = await agent.put(f"{_REPLIES}/{mine['id']}", json=_HOURS | {"title": "Changed", "language": "ar"})
    assert (changed.json()["title"], changed.json()["language"]) == ("Changed", "ar")
    assert (await agent.delete(f"{_REPLIES}/{mine['id']}")).status == 204
    assert await _seen(agent) == ["For all"]


async def test_who_may_not_share_does_not_change_what_everybody_has(comptoir: Kernel) -> None:
    shop = await _shop(comptoir)
    owner, agent = await shop.agent("owner"), await shop.agent()
    shared = (await _made(owner, shared=True))["id"]
    assert (await agent.put(f"{_REPLIES}/{shared}", json=_HOURS)).status == 403
    assert (await agent.delete(f"{_REPLIES}/{shared}")).status == 403
    assert (await (await shop.agent("viewer")).get(_REPLIES)).status == 403


async def test_a_shortcut_is_taken_once_in_each_language(comptoir: Kernel) -> None:
    shop = await _shop(comptoir)
    agent = await shop.agent()
    await _made(agent)
    await _made(agent, language="fr")
    refused = await agent.post(_REPLIES, json=_HOURS | {"shortcut": "HOURS"})
    assert (refused.status, refused.json()["errors"][0]["loc"]) == (422, ["shortcut"])
    await _made(await shop.agent("owner"), shared=True)
    assert (await agent.post(_REPLIES, json=_HOURS | {"shortcut": "two words"})).status == 422
    assert (await agent.post(_REPLIES, json={"shortcut": "e", "title": "Empty"})).status == 422


async def test_of_two_that_are_made_at_once_one_has_the_shortcut(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await _shop(comptoir)
    agent, owner = await shop.agent(), await shop.agent("owner")
    other = (await _made(agent, shortcut="other"))["id"]

    async def free(*_: object, **_more: object) -> None:
        """As it looks to the second while the first has not committed."""

    monkeypatch.setattr(routes, "_check_free", free)
    await _made(agent)
    await _made(agent, language="ar")
    for shared in (True, False):
        await _made(owner, shared=shared)
    taken = _HOURS | {"shortcut": "HOURS"}
    for refused in (await agent.post(_REPLIES, json=taken), await agent.put(f"{_REPLIES}/{other}", json=taken)):
        assert (refused.status, refused.json()["errors"][0]["loc"]) == (422, ["shortcut"])
    assert await shop.failures("inbox") == []


async def test_a_list_comes_page_after_page(comptoir: Kernel) -> None:
    agent = await (await _shop(comptoir)).agent()
    for number in range(5):
        await _made(agent, shortcut=f"s{number}", title=str(number))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await agent.get(f"{_REPLIES}?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += [one["title"] for one in page["items"]]
        cursor = page["next"]
    assert seen == list("01234")


async def test_a_change_of_ones_own_is_told_to_nobody_else(comptoir: Kernel) -> None:
    shop = await _shop(comptoir)
    agent, owner = await shop.agent(), await shop.agent("owner")
    async with agent.listen("inbox.quick_replies") as mine, owner.listen("inbox.quick_replies") as theirs:
        own = await _made(agent)
        shared = await _made(owner, shared=True)
        assert [(await mine.next())["id"], (await mine.next())["id"]] == [own["id"], shared["id"]]
        assert (await theirs.next())["id"] == shared["id"]


async def test_another_tenant_sees_and_touches_none(comptoir: Kernel) -> None:
    shop = await _shop(comptoir)
    made = await _made(await shop.agent("owner"), shared=True)
    other = await (await _shop(comptoir, "zagora")).agent("owner")
    assert await _seen(other) == []
    assert (await other.put(f"{_REPLIES}/{made['id']}", json=_HOURS)).status == 404
    assert (await other.delete(f"{_REPLIES}/{made['id']}")).status == 404
