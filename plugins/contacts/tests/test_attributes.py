from typing import Any

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


async def test_another_tenants_contact_does_not_exist(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}})
    contact = await _contact(comptoir, shop, await shop.agent())
    other = await (await comptoir.tenant("zagora", plugins={"contacts": {}})).agent("owner")
    assert (await other.get(f"{_BASE}/contacts/{contact}/attributes")).status == 404
    assert (await other.put(f"{_BASE}/contacts/{contact}/attributes", json={"attributes": {"a": "b"}})).status == 404
    assert (await other.get(f"{_BASE}/fragments/contacts_panel?contact={contact}")).status == 404
