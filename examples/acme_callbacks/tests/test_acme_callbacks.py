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
