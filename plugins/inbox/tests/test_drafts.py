"""A draft is its writer's alone: on all of their screens, and on nobody else's."""

from typing import Any

import pytest
from comptoir_sdk.testing import Agent, Kernel, Shop

from plugins.inbox.drafts import routes

_BASE = "/api/v1/p/inbox"


async def _talk(comptoir: Kernel, slug: str = "atlas") -> tuple[Shop, Agent, str]:
    shop = await comptoir.tenant(slug, plugins={"inbox": {}})
    agent = await shop.agent()
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    conversation: str = (await agent.get("/api/v1/conversations")).json()["items"][0]["id"]
    return shop, agent, f"{_BASE}/conversations/{conversation}/draft"


async def _saved(agent: Agent, path: str, body: str, base: int = 0, **more: Any) -> dict[str, Any]:
    answer = await agent.put(path, json={"body": body, "base": base, **more})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _drafts(agent: Agent) -> list[str]:
    return [one["body"] for one in (await agent.get(f"{_BASE}/drafts")).json()["items"]]


async def test_it_is_kept_and_told_to_its_writers_screens_alone(comptoir: Kernel) -> None:
    shop, agent, path = await _talk(comptoir)
    colleague = await shop.agent("owner")
    async with agent.listen("inbox.drafts") as mine, colleague.listen("inbox.drafts") as theirs:
        made = await _saved(agent, path, "Bonj")
        told = await mine.next()
        assert (told["draft"]["body"], told["version"]) == ("Bonj", made["version"])
        own = await _saved(colleague, path, "Mine")
        assert (await theirs.next())["version"] == own["version"]  # and the agent's before it was not told
        assert (await agent.delete(path)).status == 200
        told = await mine.next()
        assert (told["draft"], told["version"] > made["version"]) == (None, True)
    assert (await _drafts(agent), await _drafts(colleague)) == ([], ["Mine"])


async def test_the_newest_words_win_and_the_others_are_not_lost(comptoir: Kernel) -> None:
    _, agent, path = await _talk(comptoir)
    first = await _saved(agent, path, "From the desk")
    assert first["replaced"] is None
    again = await _saved(agent, path, "From the desk, more", first["version"])
    assert again["replaced"] is None
    phone = await _saved(agent, path, "From the phone", first["version"])
    assert phone["replaced"] == "From the desk, more"
    assert phone["version"] > again["version"] > first["version"]
    assert await _drafts(agent) == ["From the phone"]


async def test_what_was_sent_elsewhere_does_not_take_newer_words_silently(comptoir: Kernel) -> None:
    _, agent, path = await _talk(comptoir)
    first = await _saved(agent, path, "Sent from the train")
    phone = await _saved(agent, path, "Begun on the phone", first["version"])
    gone = (await agent.delete(f"{path}?base={first['version']}")).json()
    assert (gone["replaced"], gone["version"] > phone["version"]) == ("Begun on the phone", True)
    again = await _saved(agent, path, "Once more")
    assert (await agent.delete(f"{path}?base={again['version']}")).json()["replaced"] is None
    assert await _drafts(agent) == []


async def test_what_goes_with_it_is_kept(comptoir: Kernel) -> None:
    _, agent, path = await _talk(comptoir)
    file = {"id": "0198b0a0-0000-7000-8000-000000000001", "kind": "audio", "filename": "voice.ogg", "size": 12,
            "voice": True}
    quoted = "0198b0a0-0000-7000-8000-000000000002"
    made = await _saved(agent, path, "", reply_to=quoted, files=[file])
    assert (made["reply_to"], made["files"]) == (quoted, [file])
    assert (await agent.put(path, json={"body": "x" * 20_001})).status == 422
    assert (await agent.put(path, json={"body": "\0"})).status == 422


async def test_nobody_elses_and_no_other_tenants(comptoir: Kernel) -> None:
    shop, agent, path = await _talk(comptoir)
    await _saved(agent, path, "Secret")
    assert await _drafts(await shop.agent("owner")) == []
    assert (await (await shop.agent("viewer")).put(path, json={"body": "x"})).status == 403
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    assert await _drafts(other) == []
    assert (await other.put(path, json={"body": "x"})).status == 404
    assert (await other.delete(path)).status == 404
    assert await _drafts(agent) == ["Secret"]


async def test_given_away_it_is_out_of_sight_and_told_to_nobody_and_given_back_it_is_there(comptoir: Kernel) -> None:
    shop, agent, path = await _talk(comptoir)
    owner, talk = await shop.agent("owner"), path.split("/")[-2]
    await owner.patch("/api/v1/roles/agent", json={"sees": "own"})

    async def give(to: Agent | None) -> None:
        given = await owner.put(f"/api/v1/conversations/{talk}/assignment",
                                json={"assignee": to and str(to.user_id)})
        assert given.status == 200, given.text

    await give(agent)
    begun = await _saved(agent, path, "Begun")
    await give(None)
    async with agent.listen("inbox.drafts") as mine:
        assert await _drafts(agent) == []
        assert (await agent.put(path, json={"body": "More", "base": begun["version"]})).status == 404
        assert (await agent.delete(path)).status == 404
        await _saved(owner, path, "The owner's own")
        await give(agent)
        assert await _drafts(agent) == ["Begun"]
        more = await _saved(agent, path, "Begun, and more", begun["version"])
        assert (await mine.next())["version"] == more["version"]  # the first that is told


async def test_it_is_in_the_persons_export_and_goes_with_their_erasure(comptoir: Kernel) -> None:
    shop, agent, path = await _talk(comptoir)
    await _saved(agent, path, "Dear Salma")
    contact = (await agent.get("/api/v1/contacts")).json()["items"][0]["id"]
    told = await shop.personal_data(contact)
    assert [one["body"] for one in told["inbox"]["drafts"]] == ["Dear Salma"]
    assert (await shop.erase_personal_data(contact))["inbox"] == 1
    assert await _drafts(agent) == []


async def test_what_nobody_went_on_with_is_forgotten(comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, agent, path = await _talk(comptoir)
    await _saved(agent, path, "Today")
    await shop.runs("inbox.forget_old_drafts")
    assert await _drafts(agent) == ["Today"]
    monkeypatch.setattr(routes, "OLD_DAYS", -1)
    await shop.runs("inbox.forget_old_drafts")
    assert await _drafts(agent) == []
