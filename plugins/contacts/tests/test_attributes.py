from typing import Any

import pytest
from comptoir_sdk.testing import Agent, Kernel, Shop

_BASE = "/api/v1/p/contacts"


async def _contact(comptoir: Kernel, shop: Shop, agent: Agent) -> str:
    await shop.receives("salam", sender="+212600000001", name="Zineb")
    await comptoir.drain()
    items: list[dict[str, Any]] = (await agent.get("/api/v1/contacts")).json()["items"]
    return str(items[0]["id"])


async def test_attributes_are_set_changed_and_removed(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}})
    agent = await shop.agent()
    path = f"{_BASE}/contacts/{await _contact(comptoir, shop, agent)}/attributes"
    await agent.put(path, json={"attributes": {"city": "Essaouira", "size": "L"}})
    answer = await agent.put(path, json={"attributes": {"city": "Agadir", "size": None}})
    assert answer.status == 200, answer.text
    assert (await agent.get(path)).json()["items"] == [{"key": "city", "value": "Agadir"}]


async def test_what_cannot_be_kept_is_refused_with_its_reason(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}})
    agent = await shop.agent()
    path = f"{_BASE}/contacts/{await _contact(comptoir, shop, agent)}/attributes"
    for wrong in ({"": "x"}, {"k" * 64: "x"}, {"city": ""}, {"city": 7}, {"city": "v" * 2001}, {"city": "\0"}):
        assert (await agent.put(path, json={"attributes": wrong})).status == 422, wrong
    assert (await agent.put(path, json=["city"])).status == 422
    many = {f"key {number}": "x" for number in range(51)}
    assert (await agent.put(path, json={"attributes": many})).status == 422
    assert await shop.rows("contacts.Attribute") == []


async def test_the_panel_shows_and_sets_in_the_language_of_the_agent(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}})
    agent = await shop.agent()
    panel = f"{_BASE}/fragments/contacts_panel?contact={await _contact(comptoir, shop, agent)}"
    shown = await agent.get(f"{panel}&lang=ar")
    assert "الهاتف" in shown.text
    assert '<bdi dir="ltr">+212600000001</bdi>' in shown.text
    kept = await agent.post(panel, form={"key": "city", "value": "<Fès>"})
    assert "&lt;Fès&gt;" in kept.text
    assert (await agent.post(panel, form={"key": "", "value": "x"})).status == 422
    assert (await agent.get(f"{_BASE}/fragments/contacts_panel?contact=nobody")).status == 422


async def test_contacts_are_found_by_their_attributes(comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.plugins.hooks.SEARCH_SECONDS", 30)  # the machine may be busy
    shop = await comptoir.tenant(plugins={"contacts": {}})
    agent = await shop.agent()
    contact = await _contact(comptoir, shop, agent)
    await agent.put(f"{_BASE}/contacts/{contact}/attributes", json={"attributes": {"city": "Béni Mellal", "size": "L"}})
    for asked in ("mella", "BENI", f"mella&contact={contact}"):
        found = (await agent.get(f"/api/v1/search?in=plugins&q={asked}")).json()["plugins"]
        told = [(hit["contact_id"], hit["snippet"]["text"]) for hit in found["items"]]
        assert (told, found["missing"]) == ([(contact, "city: Béni Mellal")], [])
    assert (await agent.get("/api/v1/search?in=plugins&q=agadir")).json()["plugins"]["items"] == []


async def test_another_tenants_contact_does_not_exist(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}})
    contact = await _contact(comptoir, shop, await shop.agent())
    other = await (await comptoir.tenant("zagora", plugins={"contacts": {}})).agent("owner")
    assert (await other.get(f"{_BASE}/contacts/{contact}/attributes")).status == 404
    assert (await other.put(f"{_BASE}/contacts/{contact}/attributes", json={"attributes": {"a": "b"}})).status == 404
    assert (await other.get(f"{_BASE}/fragments/contacts_panel?contact={contact}")).status == 404


async def test_conversations_are_found_and_counted_by_what_is_kept_of_their_contact(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}})
    owner = await shop.agent("owner")
    for number, (name, city) in enumerate((("Aya", "Essaouira"), ("Badr", "ESSAOUIRA"), ("Chama", "Agadir"))):
        await shop.receives("salam", sender=f"+21260000000{number}", name=name)
        await comptoir.drain()
        contact = (await owner.get(f"/api/v1/contacts?q={name}")).json()["items"][0]["id"]
        await owner.put(f"{_BASE}/contacts/{contact}/attributes", json={"attributes": {"city": city, "size": "A+"}})
    assert await _found(owner, "city=essaouira") == {"Aya", "Badr"}
    assert await _found(owner, "city=Essaouira&status=open&sort=waiting") == {"Aya", "Badr"}
    assert await _found(owner, "size=A-") == await _found(owner, "town=Essaouira") == set()
    asked = '[{"field":"city=Essaouira"},{"field":"city=Essaouira","status":"closed"},{"field":"size=A%2B"}]'
    told = await owner.get(f"/api/v1/conversations/counts?of={asked}")
    assert [one["count"] for one in told.json()["items"]] == [2, 0, 3], told.text
    assert (await owner.get("/api/v1/conversations?field=city")).status == 422
    assert (await owner.get(f"{_BASE}/fields")).json()["items"] == ["city", "size"]
    cities = (await owner.get(f"{_BASE}/fields/values?key=city")).json()["items"]
    assert [city.lower() for city in cities] == ["agadir", "essaouira"]
    other = await (await comptoir.tenant("zagora", plugins={"contacts": {}})).agent("owner")
    assert await _found(other, "city=Essaouira") == set()
    assert (await other.get(f"{_BASE}/fields")).json()["items"] == []
    assert (await other.get(f"{_BASE}/fields/values?key=city")).json()["items"] == []


async def _found(agent: Agent, field: str) -> set[str]:
    answer = await agent.get(f"/api/v1/conversations?field={field}")
    assert answer.status == 200, answer.text
    return {item["contact"]["name"] for item in answer.json()["items"]}
