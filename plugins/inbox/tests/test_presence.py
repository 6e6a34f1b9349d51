"""Who looks at a conversation and who types is told at once to those who see it, and to nobody else."""

from typing import Any

from comptoir_sdk.testing import Agent, Kernel, Shop

_PATH = "/api/v1/p/inbox/presence"


async def _conversation(comptoir: Kernel, shop: Shop, agent: Agent) -> str:
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    return str((await agent.get("/api/v1/conversations")).json()["items"][0]["id"])


async def _beat(agent: Agent, conversation: str | None, screen: str = "screen-one", **more: Any) -> int:
    return (await agent.put(_PATH, json={"screen": screen, "conversation": conversation, **more})).status


async def test_colleagues_hear_who_looks_and_types_and_when_they_leave(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    looks = {"conversation": conversation, "member": str(amina.user_id), "here": True, "typing": False}
    async with said.listen("inbox.presence") as heard:
        assert await _beat(amina, conversation) == 204
        assert await heard.next() == looks
        await _beat(amina, conversation, typing=True)
        assert await heard.next() == {**looks, "typing": True}
        await _beat(amina, conversation, typing=True)  # nothing that is not known
        await _beat(amina, conversation, "screen-two")
        await amina.ask("DELETE", _PATH, json={"screen": "screen-one"})
        assert await heard.next() == looks
        await _beat(amina, None, "screen-two")
        assert await heard.next() == {**looks, "here": False}
    await _beat(said, conversation, away=True)
    found = (await amina.get(_PATH)).json()
    assert found["looking"] == []
    assert {one["id"]: one["state"] for one in found["members"]} == {
        str(amina.user_id): "online", str(said.user_id): "away"}


async def test_a_word_that_comes_after_its_screen_left_is_not_heard(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    async with said.listen("inbox.presence") as heard:
        await _beat(amina, conversation)
        assert (await heard.next())["here"]
        await amina.ask("DELETE", _PATH, json={"screen": "screen-one"})
        assert not (await heard.next())["here"]
        assert await _beat(amina, conversation, typing=True) == 204
        assert (await said.get(_PATH)).json() == {"members": [], "looking": []}
        await _beat(amina, conversation, "screen-two")
        assert not (await heard.next())["typing"]  # the next that is told


async def test_who_does_not_see_the_conversation_learns_nothing_of_it(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, amina = await shop.agent("owner"), await shop.agent()
    conversation = await _conversation(comptoir, shop, amina)
    wanted = {"name": "Limited", "permissions": ["conversations.read"], "sees": "own"}
    limited = await shop.agent((await owner.post("/api/v1/roles", json=wanted)).json()["key"])
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    for stranger in (limited, other):
        async with stranger.listen("inbox.presence") as heard:
            await _beat(amina, conversation, typing=stranger is other)
            try:
                told = await heard.next(0.3)
            except TimeoutError:
                told = None
            assert told is None
        assert (await stranger.get(_PATH)).json()["looking"] == []
        assert await _beat(stranger, conversation) == 404
    assert (await other.get(_PATH)).json()["members"] == []
    assert [one["member"] for one in (await owner.get(_PATH)).json()["looking"]] == [str(amina.user_id)]


async def test_two_agents_see_each_other_in_the_header_and_while_typing(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    ours, theirs = [await one.page(f"/inbox/{conversation}?lang=en") for one in (amina, said)]
    here = theirs.locator("inbox-chat .here")
    await theirs.locator("inbox-chat").get_by_label("Here now: Amina").wait_for()
    await ours.get_by_label("Message to Zineb").fill("I look")
    await theirs.locator("inbox-chat .types", has_text="Amina is typing…").wait_for()
    await ours.goto("/inbox?lang=en")
    await here.wait_for(state="detached")
    assert await theirs.locator("inbox-chat .types").count() == 0
