"""A customer calls in vain: whoever has the conversation is told where they are, unless they have muted it."""

from typing import Any

from comptoir_sdk.testing import Agent, Kernel, Shop
from playwright.async_api import expect

_VAIN = {"direction": "USER_INITIATED", "event": "terminate", "status": "FAILED"}
_DRISS = "+212600000002"


async def _with(comptoir: Kernel, shop: Shop, agent: Agent, sender: str, name: str) -> str:
    await shop.receives("salam", sender=sender, name=name)
    await comptoir.drain()
    found = (await agent.get("/api/v1/conversations")).json()["items"]
    return str(next(one["id"] for one in found if one["contact"]["name"] == name))


async def _live(page: Any) -> None:
    await page.evaluate("""async () => {
        const { socket } = await import('@comptoir/sdk/ledger.js');
        const heard = (done) => socket.addEventListener('state', () => socket.state === 'live' && done());
        if (socket.state !== 'live') await new Promise(heard);
    }""")


async def test_a_call_in_vain_is_told_and_one_of_what_is_muted_only_counted(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    said = await shop.agent("supervisor")
    first = await _with(comptoir, shop, said, "+212600000001", "Zineb")
    second = await _with(comptoir, shop, said, _DRISS, "Driss")
    await said.put(f"/api/v1/conversations/{second}/assignment", json={"assignee": str(said.user_id)})
    page = await said.page(f"/inbox/{first}?lang=en")
    await page.locator("inbox-thread .tx").first.wait_for()
    await _live(page)
    await shop.receives(sender=_DRISS, name="Driss", call=_VAIN)
    await comptoir.drain()
    await page.get_by_text("Driss called, and nobody answered.").wait_for()
    row = page.locator("inbox-list .row", has_text="Driss")
    await expect(row.locator(".pv")).to_have_text("Missed voice call")
    await page.get_by_label("1 unread notification").wait_for()
    await said.put(f"/api/v1/p/inbox/conversations/{second}/mute", json={})
    await row.get_by_role("img", name="Muted").wait_for()
    await shop.receives(sender=_DRISS, name="Driss", call=_VAIN)
    await comptoir.drain()
    await expect(row.locator(".badge")).to_have_text("3")  # it waits in the list, as anything unread does
    [told] = (await said.get("/api/v1/p/inbox/notices?unread=true")).json()["items"]
    assert (told["kind"], told["count"]) == ("message", 1)
    await row.click()
    await expect(page.locator("inbox-thread .act.call")).to_have_count(2)
    assert await shop.failures("inbox") == []
