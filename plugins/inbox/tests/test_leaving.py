"""Who leaves takes along what they kept for themselves; what they wrote for others stays."""

from typing import Any

from comptoir_sdk.testing import Agent, Kernel

_BASE = "/api/v1/p/inbox"
_THEIRS = ("Desk", "Turn", "Draft", "Follow", "Mute", "Mention", "Notice", "NoticeWishes", "View")


async def _keeps(agent: Agent, conversation: str, name: str) -> None:
    """One of everything."""
    path = f"{_BASE}/conversations/{conversation}"
    view = {"name": name, "filter": {}}
    for answer in (await agent.put(f"{_BASE}/desks/mine", json={"available": True}),
                   await agent.put(f"{path}/draft", json={"body": name}), await agent.put(f"{path}/follow"),
                   await agent.put(f"{_BASE}/notices/wishes", json={"tune": "bell"}),
                   await agent.put(f"{path}/mute", json={}), await agent.post(f"{_BASE}/views", json=view),
                   await agent.post(f"{_BASE}/quick-replies", json={"shortcut": "x", "title": name, "body": "x"}),
                   await agent.post(f"{path}/notes", json={"body": name})):
        assert answer.status < 300, answer.text


async def test_what_a_member_kept_for_themselves_goes_with_them(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, leaver = await shop.agent("owner"), await shop.agent("supervisor")
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    conversation = (await owner.get("/api/v1/conversations")).json()["items"][0]["id"]
    before = (await owner.get(f"{_BASE}/assignment")).json()
    rules = {**before, "rules": [{"name": "All", "method": "round_robin"}]}
    assert (await owner.put(f"{_BASE}/assignment", json=rules)).status == 200
    for who in (owner, leaver):
        await _keeps(who, conversation, "own")
    everybody = [{"kind": "member", "id": str(who.user_id)} for who in (owner, leaver)]
    caller = await shop.agent("admin")
    assert (await caller.post(f"{_BASE}/conversations/{conversation}/notes",
                              json={"body": "@all", "mentions": everybody})).status == 201  # fmt: skip
    for number in range(2, 5):
        await shop.receives("salam", sender=f"+21260000000{number}")
    await comptoir.drain()
    ids = {leaver.user_id}
    for model in _THEIRS:
        assert ids & {one.member_id for one in await shop.rows(f"inbox.{model}")}, model
    assert (await owner.delete(f"/api/v1/members/{leaver.user_id}")).status == 204
    await comptoir.drain()
    for model in _THEIRS:
        left = {one.member_id for one in await shop.rows(f"inbox.{model}")}
        assert leaver.user_id not in left, model
        assert owner.user_id in left, model
    assert {one.owner_id for one in await shop.rows("inbox.QuickReply")} == {owner.user_id}
    assert len(await shop.rows("inbox.Note")) == 3
    assert await shop.failures("inbox") == []


async def test_a_view_that_was_shared_stays_when_its_maker_leaves(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, leaver = await shop.agent("owner"), await shop.agent("admin")
    for shared in (True, False):
        view: dict[str, Any] = {"name": str(shared), "filter": {}, "shared": shared}
        assert (await leaver.post(f"{_BASE}/views", json=view)).status == 201
    assert (await owner.delete(f"/api/v1/members/{leaver.user_id}")).status == 204
    await comptoir.drain()
    assert [one["name"] for one in (await owner.get(f"{_BASE}/views")).json()["items"]] == ["True"]
