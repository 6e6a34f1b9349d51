from typing import Any

from comptoir_sdk.testing import Agent, Kernel, Shop

_BASE = "/api/v1/p/inbox"


async def _conversation(comptoir: Kernel, shop: Shop, agent: Agent) -> dict[str, Any]:
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    found: dict[str, Any] = (await agent.get("/api/v1/conversations")).json()["items"][0]
    return found


async def test_a_note_is_kept_told_to_colleagues_and_taken_away(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}, "inbox": {}})
    agent = await shop.agent()
    conversation = (await _conversation(comptoir, shop, agent))["id"]
    made = await agent.post(f"{_BASE}/conversations/{conversation}/notes", json={"body": " called her back "})
    assert made.status == 201, made.text
    assert made.json()["body"] == "called her back"
    assert comptoir.broadcasts == [(shop.tenant_id, "inbox.notes", {"conversation": conversation})]
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
