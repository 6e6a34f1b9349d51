"""What happens between asking and the answer: people type on, go elsewhere, and are overtaken by colleagues."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from playwright.async_api import Route, expect

from .double import BASE, COLLEAGUE, Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser


@asynccontextmanager
async def answered_late(screen: Screen, pattern: str, method: str) -> AsyncIterator[asyncio.Event]:
    """Requests wait, from when the event is set until the block ends."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method != method:
            return await route.continue_()
        asked.set()
        await go_on.wait()
        return await route.continue_()

    await screen.page.route(pattern, hold)
    try:
        yield asked
    finally:
        go_on.set()


async def test_who_left_before_a_conversation_was_closed_stays_where_they_are(double: Double, screen: Screen) -> None:
    first, second, third = [double.customer(name) for name in ("Aya", "Badr", "Chama")]
    for one in (first, second, third):
        double.write(one, "hello", quiet=True)
    await screen.go(f"/inbox/{third['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .m").first.wait_for()
    async with answered_late(screen, f"**/conversations/{third['id']}/status", "PUT") as asked:
        await screen.page.keyboard.press("e")
        await asyncio.wait_for(asked.wait(), 8)
        await screen.page.locator("inbox-list .row", has_text="Aya").click()
        await screen.page.wait_for_url(f"**/inbox/{first['id']}")
    await screen.page.locator("inbox-list .row", has_text="Chama").wait_for(state="detached")
    assert screen.page.url.split("?")[0].endswith(first["id"])


async def test_what_left_the_list_is_picked_no_more(double: Double, screen: Screen) -> None:
    one, other = double.customer("Aya"), double.customer("Badr")
    await screen.go("/inbox")
    await screen.live()
    await screen.page.locator("#tab-none").click()
    await screen.page.locator("inbox-list .row", has_text="Aya").wait_for()
    for name in ("Aya", "Badr"):
        await screen.page.locator("inbox-list .row", has_text=name).click(modifiers=["Control"])
    bar = screen.page.get_by_role("toolbar", name="Change what is picked")
    await bar.get_by_text("2 picked").wait_for()
    one |= {"assignee": {"id": COLLEAGUE, "name": "Sara"}, "version": one["version"] + 1}
    double.emit("conversation.assigned", {"conversation": one, "previous": None})
    await bar.get_by_text("1 picked").wait_for()
    assert other["assignee"] is None


async def test_a_reaction_that_was_refused_is_not_shown_as_given(double: Double, screen: Screen,
                                                                 salma: Resource) -> None:
    said = double.write(salma, "look")
    await screen.page.locator("inbox-thread .tx", has_text="look").wait_for()
    reaction = double.write(salma, type="reaction", body="👍", direction="outbound", context_wamid=said["wamid"],
                            status="sent")  # fmt: skip
    await screen.page.locator("inbox-thread .rx").wait_for()
    reaction |= {"status": "failed", "version": reaction["version"] + 1}
    double.emit("message.updated", {"message": reaction})
    await screen.page.locator("inbox-thread .rx").wait_for(state="detached")


async def test_what_could_not_be_marked_read_is_told_again(double: Double, screen: Screen) -> None:
    salma, other = double.customer("Salma", unread=1), double.customer("Badr")
    double.write(salma, "hello", quiet=True)
    double.write(other, "hi", quiet=True)
    salma["unread"] = 1
    refused = asyncio.Event()

    async def fail(route: Route) -> None:
        await route.abort()
        refused.set()

    await screen.page.route("**/read", fail)
    await screen.go(f"/inbox/{salma['id']}")
    await asyncio.wait_for(refused.wait(), 8)
    await screen.page.unroute("**/read")
    await screen.page.locator("inbox-list .row", has_text="Badr").click()
    await screen.page.locator("inbox-list .row", has_text="Salma").click()
    await screen.page.locator("inbox-list .row", has_text="Salma").locator(".badge").wait_for(state="detached")
    assert salma["unread"] == 0


async def test_a_page_that_fills_no_pane_is_followed_by_the_one_before(double: Double, screen: Screen) -> None:
    """Fifty pictures of one album are one bubble: there is nothing to scroll by."""
    salma = double.customer("Salma")
    double.write(salma, "long ago", quiet=True, at=BASE - timedelta(hours=2))
    for number in range(50):
        double.write(salma, type="image", attachments=[double.files.photo()], quiet=True,
                     at=BASE - timedelta(minutes=10, milliseconds=-100 * number))  # fmt: skip
    await screen.go(f"/inbox/{salma['id']}")
    await expect(screen.page.locator("inbox-thread .tx", has_text="long ago")).to_be_attached()


async def test_pages_that_do_not_come_are_told_once(double: Double, screen: Screen) -> None:
    salma = double.customer("Salma")
    for number in range(120):
        double.write(salma, f"Message {number}", quiet=True, at=BASE - timedelta(minutes=200 - number))
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.locator("inbox-thread .tx", has_text="Message 119").wait_for()

    async def fail(route: Route) -> None:
        await route.abort()

    await screen.page.route("**/messages?*cursor=*", fail)
    thread = screen.page.locator("inbox-thread .scroll")
    for top in (500, 400, 300, 200, 100, 0):
        await thread.evaluate("async (one, top) => { one.scrollTop = top; await new Promise(requestAnimationFrame); }",
                              top)  # fmt: skip
    await screen.page.locator(".toasts ui-toast").first.wait_for()
    await thread.evaluate("async (one) => { one.scrollTop = 60; await new Promise(requestAnimationFrame); }")
    assert await screen.page.locator(".toasts ui-toast").count() == 1


async def test_a_template_that_is_filled_in_stays_while_the_customer_writes(double: Double, screen: Screen) -> None:
    double.compose.template("order_ready", "en", "Hello {{1}}, your order is ready.")
    salma = double.customer("Salma")
    double.write(salma, "Bonjour", at=BASE - timedelta(days=2), quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.live()
    await screen.page.get_by_role("button", name="order ready").click()
    field = screen.page.get_by_label("Field 1")
    await field.fill("dear Salma")
    double.write(salma, "are you there?")
    await screen.page.locator("inbox-thread .tx", has_text="are you there?").wait_for()
    assert await field.input_value() == "dear Salma"
    await field.fill("Salma")  # as it stood: nothing is asked about
    await screen.page.get_by_role("button", name="Cancel").click()
    await expect(screen.page.get_by_label("Message to Salma")).to_be_visible()
