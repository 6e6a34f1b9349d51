import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from comptoir_sdk.testing import Agent, Kernel, Shop
from tortoise.exceptions import OperationalError

from plugins.inbox.notices.models import Notice

_BASE = "/api/v1/p/inbox"


async def _conversation(comptoir: Kernel, shop: Shop, agent: Agent) -> dict[str, Any]:
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    found: dict[str, Any] = (await agent.get("/api/v1/conversations")).json()["items"][0]
    return found


async def _limited(shop: Shop) -> Agent:
    """Somebody who sees their own conversations alone."""
    wanted = {"name": "Limited", "permissions": ["conversations.read", "conversations.write"], "sees": "own"}
    made = await (await shop.agent("owner")).post("/api/v1/roles", json=wanted)
    return await shop.agent(made.json()["key"])


async def test_a_note_is_kept_told_to_colleagues_and_taken_away(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}, "inbox": {}})
    agent = await shop.agent()
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    made = await agent.post(f"{_BASE}/conversations/{conversation}/notes", json={"body": " called her back "})
    assert made.status == 201, made.text
    assert made.json()["body"] == "called her back"
    told = {"conversation": conversation, "note": made.json()["id"]}
    assert comptoir.broadcasts == [(shop.tenant_id, "inbox.notes", told)]
    listed = (await agent.get(f"{_BASE}/conversations/{conversation}/notes")).json()
    assert [note["id"] for note in listed["items"]] == [made.json()["id"]]
    assert (await agent.delete(f"{_BASE}/notes/{made.json()['id']}")).status == 204
    assert await shop.rows("inbox.Note") == []


async def test_the_panel_shows_notes_escaped_and_its_form_says_what_is_wrong(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent = await shop.agent()
    panel = f"{_BASE}/fragments/notes_panel?conversation={(await _conversation(comptoir, shop, agent))['id']}"
    kept = await agent.post(panel, form={"body": "<b>VIP</b>"})
    assert kept.status == 200, kept.text
    assert "&lt;b&gt;VIP&lt;/b&gt;" in kept.text
    empty = await agent.post(f"{panel}&lang=fr", form={"body": " "})
    assert empty.status == 422
    assert "Une note a de 1 à 4000 caractères." in empty.text


async def test_a_viewer_reads_and_does_not_write(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    conversation = (await _conversation(comptoir, shop, await shop.agent()))["id"]
    viewer = await shop.agent("viewer")
    path = f"{_BASE}/conversations/{conversation}/notes"
    assert (await viewer.get(path)).status == 200
    assert (await viewer.post(path, json={"body": "x"})).status == 403
    assert "<form" not in (await viewer.get(f"{_BASE}/fragments/notes_panel?conversation={conversation}")).text


async def test_another_tenants_conversation_and_notes_do_not_exist(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent = await shop.agent()
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    note = (await agent.post(f"{_BASE}/conversations/{conversation}/notes", json={"body": "ours"})).json()["id"]
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    assert (await other.get(f"{_BASE}/conversations/{conversation}/notes")).status == 404
    assert (await other.post(f"{_BASE}/conversations/{conversation}/notes", json={"body": "x"})).status == 404
    assert (await other.delete(f"{_BASE}/notes/{note}")).status == 404
    assert len(await shop.rows("inbox.Note")) == 1


async def test_without_the_plugin_nothing_of_it_exists(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={})
    agent = await shop.agent("owner")
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    assert (await agent.get(f"{_BASE}/conversations/{conversation}/notes")).status == 404
    assert (await agent.get(f"{_BASE}/fragments/notes_panel?conversation={conversation}")).status == 404


async def test_notes_are_paged_and_one_changes_only_ones_own(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, colleague, owner = await shop.agent(), await shop.agent("supervisor"), await shop.agent("owner")
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    path = f"{_BASE}/conversations/{conversation}/notes"
    ids = [(await agent.post(path, json={"body": f"note {n}"})).json()["id"] for n in range(5)]
    first = (await agent.get(f"{path}?limit=2")).json()
    after = (await agent.get(f"{path}?limit=3&cursor={first['next']}")).json()
    assert [note["id"] for note in first["items"] + after["items"]] == ids[::-1]
    assert after["next"] is None
    assert (await colleague.put(f"{_BASE}/notes/{ids[0]}", json={"body": "no"})).status == 403
    changed = await agent.put(f"{_BASE}/notes/{ids[0]}", json={"body": "better"})
    assert (changed.json()["body"], changed.json()["edited_at"] is None) == ("better", False)
    assert (await colleague.delete(f"{_BASE}/notes/{ids[0]}")).status == 403
    assert (await owner.delete(f"{_BASE}/notes/{ids[0]}")).status == 204
    assert (await agent.get(f"{_BASE}/notes/{ids[0]}")).status == 404


async def test_a_mention_is_told_to_whom_it_calls_and_listed_until_it_is_read(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, colleague = await shop.agent(), await shop.agent("supervisor")
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    path = f"{_BASE}/conversations/{conversation}/notes"
    call = {"body": "@Said look", "mentions": [{"kind": "member", "id": str(colleague.user_id)}]}
    async with colleague.listen("inbox.mentions") as heard, agent.listen("inbox.mentions") as own:
        note = (await agent.post(path, json=call)).json()
        assert await heard.next() == {"conversation": conversation}
        assert note["mentions"] == [{"kind": "member", "id": str(colleague.user_id), "name": "Said"}]
        await agent.post(path, json={**call, "mentions": [{"kind": "member", "id": str(agent.user_id)}]})
        try:
            await own.next(0.3)
        except TimeoutError:
            pass
        else:
            raise AssertionError("somebody heard of another's mention, or of their own")
    [mention] = (await colleague.get(f"{_BASE}/mentions")).json()["items"]
    assert (mention["note"]["id"], mention["conversation"]["id"], mention["read"]) == (note["id"], conversation, False)
    assert (await agent.get(f"{_BASE}/mentions")).json()["items"] == []
    assert (await agent.put(f"{_BASE}/mentions/{mention['id']}/read")).status == 404
    assert (await colleague.get(f"{_BASE}/mentions/count")).json() == {"unread": 1}
    assert (await colleague.put(f"{_BASE}/mentions/read", json={"conversation": conversation})).json() == {"unread": 0}
    assert (await colleague.get(f"{_BASE}/mentions?unread=true")).json()["items"] == []
    await agent.put(f"{_BASE}/notes/{note['id']}", json={"body": "nobody"})
    assert (await colleague.get(f"{_BASE}/mentions")).json()["items"] == []


async def test_a_note_of_which_its_mention_cannot_be_kept_is_not_written_and_asked_again_it_is_one(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, colleague = await shop.agent(), await shop.agent("supervisor")
    path = f"{_BASE}/conversations/{(await _conversation(comptoir, shop, agent))['id']}/notes"
    call = {"body": "@Said look", "mentions": [{"kind": "member", "id": str(colleague.user_id)}]}
    plain = (await agent.post(path, json={"body": "nobody"})).json()["id"]
    with monkeypatch.context() as away:
        away.setattr(Notice, "bulk_create", _unavailable)
        assert (await agent.post(path, json=call)).status >= 500
        assert (await agent.put(f"{_BASE}/notes/{plain}", json=call)).status >= 500
    assert [note.body for note in await shop.rows("inbox.Note")] == ["nobody"]
    assert await shop.rows("inbox.Mention") == []
    assert (await agent.post(path, json=call)).status == 201
    assert [(one.kind, one.count) for one in await shop.rows("inbox.Notice")] == [("mention", 1)]


async def _unavailable(*_args: object, **_more: object) -> None:
    raise OperationalError("the database is away")


async def test_whoever_cannot_see_the_conversation_is_not_called_and_hears_nothing(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent = await shop.agent()
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    limited = await _limited(shop)
    path = f"{_BASE}/conversations/{conversation}/notes"
    call = {"body": "@Limited", "mentions": [{"kind": "member", "id": str(limited.user_id)}]}
    refused = await agent.post(path, json=call)
    assert refused.status == 422
    assert "Limited cannot see this conversation" in refused.text
    assert await shop.rows("inbox.Note") == []
    await agent.put(f"/api/v1/conversations/{conversation}/assignment", json={"assignee": str(limited.user_id)})
    assert (await agent.post(path, json=call)).status == 201
    assert len((await limited.get(f"{_BASE}/mentions")).json()["items"]) == 1
    await agent.put(f"/api/v1/conversations/{conversation}/assignment", json={"assignee": "me"})
    assert (await limited.get(f"{_BASE}/mentions")).json()["items"] == []
    assert (await limited.get(f"{_BASE}/mentions/count")).json() == {"unread": 0}


async def test_a_team_is_called_as_far_as_it_sees_the_conversation(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, seeing = await shop.agent("owner"), await shop.agent("supervisor")
    limited = await _limited(shop)
    conversation = (await _conversation(comptoir, shop, owner))["id"]
    team = (await owner.post("/api/v1/teams", json={"name": "المبيعات"})).json()
    both = [str(one.user_id) for one in (seeing, limited)]
    assert (await owner.put(f"/api/v1/teams/{team['id']}/members", json={"members": both})).status == 200
    call = {"body": "@المبيعات", "mentions": [{"kind": "team", "id": team["id"]}]}
    note = (await owner.post(f"{_BASE}/conversations/{conversation}/notes", json=call)).json()
    assert (note["mentions"][0]["name"], note["unreached"]) == ("المبيعات", ["Limited"])
    found = await asyncio.gather(*(one.get(f"{_BASE}/mentions/count") for one in (seeing, limited)))
    assert [one.json() for one in found] == [{"unread": 1}, {"unread": 0}]


async def test_notes_are_found_however_they_are_spelled_by_whoever_sees_their_conversation(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.plugins.hooks.SEARCH_SECONDS", 30)  # the machine may be busy
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, limited = await shop.agent(), await _limited(shop)
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    path = f"{_BASE}/conversations/{conversation}/notes"
    note = (await agent.post(path, json={"body": "Préfère être livrée à la مدرسة, tél. 0612 34 56 78"})).json()
    await agent.post(path, json={"body": "something else"})
    search = "/api/v1/search?in=plugins"
    for asked in ("livree", "المدرسه"[2:], "612345678", f"livr&conversation={conversation}",
                  f"612345678&conversation={conversation}"):
        found = (await agent.get(f"{search}&q={quote(asked, safe='&=')}")).json()["plugins"]
        assert found["missing"] == []
        assert [hit["conversation"]["id"] for hit in found["items"]] == [conversation], asked
    assert (await limited.get(f"{search}&q=livree")).json()["plugins"]["items"] == []
    await agent.put(f"/api/v1/conversations/{conversation}/assignment", json={"assignee": str(limited.user_id)})
    assert len((await limited.get(f"{search}&q=livree")).json()["plugins"]["items"]) == 1
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    assert (await other.get(f"{search}&q=livree")).json()["plugins"]["items"] == []
    await agent.put(f"{_BASE}/notes/{note['id']}", json={"body": "no more"})
    assert (await agent.get(f"{search}&q=livree")).json()["plugins"]["items"] == []
