"""From a number in a message to an order beside the conversation, and back to the customer."""

import pytest
from comptoir_sdk.testing import Agent, Kernel, Shop

BASE = "/api/v1/p/acme_orders"
SHOP = "https://shop.example/orders"


async def opened(comptoir: Kernel, text: str = "where is #1234?", **settings: object) -> tuple[Shop, Agent, str, str]:
    """A shop, an agent, and the ids of the conversation and contact of a customer who wrote."""
    shop = await comptoir.tenant(plugins={"acme_orders": settings})
    agent = await shop.agent()
    await shop.receives(text, sender="+212600000001")
    await comptoir.drain()
    found = (await agent.get("/api/v1/conversations")).json()["items"][0]
    return shop, agent, found["id"], found["contact"]["id"]


async def test_a_number_becomes_an_order_whose_state_the_shop_tells(comptoir: Kernel) -> None:
    comptoir.web.answers(f"{SHOP}/1234", {"state": "shipped"})
    shop, agent, _, contact = await opened(comptoir, "where are #1234 and #1234?", shop_url=f"{SHOP}/")
    listed = (await agent.get(f"{BASE}/contacts/{contact}/orders")).json()["items"]
    assert [(order["number"], order["state"]) for order in listed] == [("1234", "shipped")]
    assert [asked.url for asked in comptoir.web.asked] == [f"{SHOP}/1234"]
    assert await shop.failures("acme_orders") == []


async def test_without_a_shop_nobody_is_asked(comptoir: Kernel) -> None:
    shop, *_ = await opened(comptoir)
    assert [order.state for order in await shop.rows("acme_orders.Order")] == ["unknown"]
    assert comptoir.web.asked == ()


async def test_a_shop_that_fails_is_asked_again_later(comptoir: Kernel) -> None:
    comptoir.web.answers(f"{SHOP}/1234", status=503)
    shop, *_ = await opened(comptoir, shop_url=SHOP)
    assert len(await shop.failures("acme_orders")) == 1
    comptoir.web.answers(f"{SHOP}/1234", {"state": "paid"})
    await shop.runs("acme_orders.refresh", number="1234")
    assert [order.state for order in await shop.rows("acme_orders.Order")] == ["paid"]


async def test_the_customer_is_told_through_whatsapp(comptoir: Kernel) -> None:
    shop, agent, conversation, _ = await opened(comptoir)
    [order] = await shop.rows("acme_orders.Order")
    told = await agent.post(f"{BASE}/orders/{order.id}/told", json={"conversation": conversation})
    assert told.status == 202, told.text
    await comptoir.drain()
    assert [sent["text"]["body"] for sent in comptoir.graph.sent] == ["Your order #1234: unknown"]
    viewer = await shop.agent("viewer")
    assert (await viewer.post(f"{BASE}/orders/{order.id}/told", json={"conversation": conversation})).status == 403


async def test_colleagues_see_a_new_order_at_once(comptoir: Kernel) -> None:
    shop, agent, _, contact = await opened(comptoir, "salam")
    await shop.receives("#777", sender="+212600000001")
    async with agent.listen("acme_orders.changes") as heard:
        await comptoir.drain()
        assert await heard.next() == {"contact": contact}


async def test_the_job_prunes_what_is_older_than_the_organisation_keeps(comptoir: Kernel) -> None:
    shop, *_ = await opened(comptoir, keep_days=0)
    await shop.runs("acme_orders.prune")
    assert await shop.rows("acme_orders.Order") == []


@pytest.mark.parametrize("settings", [{"keep_days": "soon"}, {"colour": "red"}])
async def test_settings_that_make_no_sense_keep_it_off(comptoir: Kernel, settings: dict[str, object]) -> None:
    with pytest.raises(LookupError, match="stays off"):
        await comptoir.tenant(plugins={"acme_orders": settings})


async def test_the_panel_is_drawn_in_the_inbox(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}, "acme_orders": {}})
    await shop.receives("where is #1234?", sender="+212600000001")
    await comptoir.drain()
    page = await (await shop.agent()).page("/inbox?lang=en")
    await page.get_by_text("where is #1234?").first.click()
    await page.get_by_text("#1234 · unknown").wait_for()


async def test_a_row_a_card_an_action_and_a_command_tell_of_it(comptoir: Kernel) -> None:
    comptoir.web.answers(f"{SHOP}/1234", {"state": "paid"})
    shop, agent, conversation, contact = await opened(comptoir, shop_url=SHOP)
    told = await agent.get(f"{BASE}/data/badges?conversations={conversation}&contacts={contact}")
    assert told.json() == {conversation: {"text": "paid", "tone": "info"}}
    assert (await agent.get(f"{BASE}/data/badges?conversations={conversation}&contacts=nobody")).status == 422
    days = (await agent.get(f"{BASE}/data/per_day")).json()
    assert (len(days["labels"]), sum(days["values"])) == (7, 1)
    said = await agent.post(f"{BASE}/commands/say_state", json={"conversation": conversation, "text": ""})
    assert said.json() == {"insert": "Your order #1234: paid"}
    assert (await agent.post(f"{BASE}/commands/ask_again")).json()["toast"] == "Asking the shop: 0"
    viewer = await shop.agent("viewer")
    assert (await viewer.post(f"{BASE}/commands/ask_again")).status == 403


async def test_it_stands_in_the_list_beside_the_composer_and_on_the_dashboard(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}, "acme_orders": {}})
    await shop.receives("where is #1234?", sender="+212600000001")
    await comptoir.drain()
    page = await (await shop.agent()).page("/inbox?lang=en")
    await page.get_by_role("option").get_by_text("unknown").wait_for()
    await page.get_by_text("where is #1234?").first.click()
    await page.get_by_role("button", name="Say how the order stands").click()
    await page.wait_for_function("() => JSON.stringify(localStorage).includes('Your order #1234: unknown')")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("shop")
    await page.keyboard.press("Enter")
    await page.get_by_text("Asking the shop: 1").wait_for()
    await page.get_by_role("link", name="Dashboard").click()
    await page.get_by_role("region", name="Orders per day").get_by_role("img").wait_for()
