"""Whom to call again, from the panel to the page."""

from datetime import date

from comptoir_sdk.testing import Agent, Kernel, Shop

BASE = "/api/v1/p/acme_callbacks/fragments"


async def opened(comptoir: Kernel) -> tuple[Shop, Agent, str]:
    """A shop, an agent, and the path of a customer's panel."""
    shop = await comptoir.tenant(plugins={"acme_callbacks": {}})
    agent = await shop.agent()
    await shop.receives("salam", sender="+212600000001", name="Zineb")
    await comptoir.drain()
    contact = (await agent.get("/api/v1/contacts")).json()["items"][0]["id"]
    return shop, agent, f"{BASE}/callbacks_panel?contact={contact}"


async def test_a_promise_is_noted_told_shown_and_kept(comptoir: Kernel) -> None:
    shop, agent, panel = await opened(comptoir)
    async with agent.listen("acme_callbacks.changes") as heard:
        shown = await agent.post(panel, form={"due": "2031-01-02", "why": "the <b>blue</b> one"})
        await heard.next()
    assert "2031-01-02" in shown.text
    assert "the &lt;b&gt;blue&lt;/b&gt; one" in shown.text
    page = await agent.get(f"{BASE}/callbacks_page")
    assert "Zineb" in page.text
    [row] = await shop.rows("acme_callbacks.Callback")
    assert (row.due, row.done) == (date(2031, 1, 2), False)
    assert "Nobody waits" in (await agent.post(f"{BASE}/callbacks_page", form={"done": str(row.id)})).text
    assert [row.done for row in await shop.rows("acme_callbacks.Callback")] == [True]


async def test_what_is_late_is_marked(comptoir: Kernel) -> None:
    _shop, agent, panel = await opened(comptoir)
    await agent.post(panel, form={"due": "2020-01-02", "why": "a refund"})
    assert "En retard" in (await agent.get(f"{panel}&lang=fr")).text


async def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(comptoir: Kernel) -> None:
    _shop, agent, panel = await opened(comptoir)
    wrong = await agent.post(panel, form={"due": "soon", "why": "because"})
    assert wrong.status == 422
    assert "Choose a day." in wrong.text
    assert "because" in wrong.text
    assert (await agent.post(panel, form={"due": "2031-01-02", "why": " "})).status == 422
    assert (await agent.post(panel, form={"done": "nothing"})).status == 404


async def test_a_viewer_sees_and_changes_nothing(comptoir: Kernel) -> None:
    shop, _agent, panel = await opened(comptoir)
    viewer = await shop.agent("viewer")
    assert "<form" not in (await viewer.get(panel)).text
    assert (await viewer.post(panel, form={"due": "2031-01-02", "why": "x"})).status == 403


async def test_what_is_late_stands_above_the_conversation_and_on_the_dashboard(comptoir: Kernel) -> None:
    _shop, agent, panel = await opened(comptoir)
    banner = panel.replace("callbacks_panel", "callbacks_late")
    assert (await agent.get(banner)).text.strip() == ""
    await agent.post(panel, form={"due": "2020-01-02", "why": "a refund"})
    assert "a refund" in (await agent.get(banner)).text
    assert "<dd>1</dd>" in (await agent.get(f"{BASE}/callbacks_day")).text


async def test_it_is_seen_in_the_inbox_in_the_contact_and_from_a_message(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}, "contacts": {}, "acme_callbacks": {}})
    await shop.receives("salam", sender="+212600000001", name="Zineb")
    await comptoir.drain()
    agent = await shop.agent()
    contact = (await agent.get("/api/v1/contacts")).json()["items"][0]["id"]
    await agent.post(f"{BASE}/callbacks_panel?contact={contact}", form={"due": "2020-01-02", "why": "a refund"})
    page = await agent.page("/inbox?lang=en")
    await page.get_by_text("salam").first.click()
    await page.locator('ui-slot[name="conversation.banner"]').get_by_text("a refund").wait_for()
    await page.locator("inbox-thread .m").hover()
    await page.get_by_role("button", name="More for this message").click()
    await page.get_by_role("menuitem", name="Call again on").click()
    await page.get_by_role("dialog", name="Call again on").wait_for()
    await page.goto(f"/contacts/{contact}/acme_callbacks.of_contact")
    await page.get_by_text("a refund").wait_for()
    await page.goto("/inbox.dashboard")
    await page.get_by_role("region", name="Call-backs").get_by_text("Due today").wait_for()
