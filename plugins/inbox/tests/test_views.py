"""Saved views: one's own, or everybody's where one may share; colleagues hear of changes, other tenants of nothing."""

import pytest
from comptoir_sdk.testing import Agent, Kernel

from plugins.inbox.views import routes

_BASE = "/api/v1/p/inbox/views"
URGENT = {"name": "Urgent", "filter": {"status": "open", "priority": ["urgent"], "unread": True}, "sort": "waiting"}


async def test_a_view_is_kept_changed_shared_and_deleted(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, owner = await shop.agent(), await shop.agent("owner")
    made = await agent.post(_BASE, json=URGENT)
    assert made.status == 201, made.text
    assert made.json()["filter"] == URGENT["filter"]
    assert comptoir.broadcasts == [(shop.tenant_id, "inbox.views", {})]
    assert (await owner.get(_BASE)).json()["items"] == [], "it is the agent's own"
    path = f"{_BASE}/{made.json()['id']}"
    assert (await owner.get(path)).status == 404
    assert (await agent.post(_BASE, json={**URGENT, "shared": True})).status == 403
    shared = await owner.post(_BASE, json={**URGENT, "name": "Of all", "shared": True, "position": 0})
    assert shared.status == 201, shared.text
    seen = (await agent.get(_BASE)).json()["items"]
    assert [(view["name"], view["mine"], view["shared"]) for view in seen] == [
        ("Of all", False, True), ("Urgent", True, False)]  # fmt: skip
    theirs = f"{_BASE}/{shared.json()['id']}"
    assert (await agent.patch(theirs, json={"name": "Mine"})).status == 403
    assert (await agent.delete(theirs)).status == 403
    moved = await agent.patch(path, json={"name": "Very urgent", "filter": {"status": "all"}})
    assert (moved.json()["name"], moved.json()["filter"], moved.json()["sort"]) == (
        "Very urgent", {"status": "all"}, "waiting")  # fmt: skip
    kept = await agent.patch(path, json={"filter": {"field": "city=Fès = la belle"}})
    assert kept.json()["filter"] == {"field": "city=Fès = la belle"}
    for wrong in ({"nonsense": 1}, {"field": "city"}, {"field": "=Fès"}, {"field": "city= "}, {"field": "a=\0"}):
        assert (await agent.patch(path, json={"filter": wrong})).status == 422, wrong
    assert (await agent.delete(path)).status == 204
    assert [view["name"] for view in (await agent.get(_BASE)).json()["items"]] == ["Of all"]


async def test_what_is_shared_leaves_everybody_room_for_their_own(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST", 2)
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, owner = await shop.agent(), await shop.agent("owner")

    async def saved(who: Agent, **more: object) -> int:
        return (await who.post(_BASE, json={**URGENT, **more})).status

    assert [await saved(owner, shared=True) for _ in range(3)] == [201, 201, 422]
    assert [await saved(agent) for _ in range(3)] == [201, 201, 422]
    own = [view for view in (await agent.get(_BASE)).json()["items"] if view["mine"]]
    assert [await saved(owner), len(own)] == [201, 2]
    mine = next(view for view in (await owner.get(_BASE)).json()["items"] if not view["shared"])
    assert (await owner.patch(f"{_BASE}/{mine['id']}", json={"shared": True})).status == 422


async def test_another_tenants_views_do_not_exist(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    view = (await owner.post(_BASE, json={**URGENT, "shared": True})).json()["id"]
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    assert (await other.get(_BASE)).json()["items"] == []
    for answer in (await other.get(f"{_BASE}/{view}"), await other.patch(f"{_BASE}/{view}", json={"name": "x"}),
                   await other.delete(f"{_BASE}/{view}")):  # fmt: skip
        assert answer.status == 404
