"""Panels of plugins behind their wall: one that breaks takes nothing with it."""

import asyncio

import pytest
from playwright.async_api import Route

from .double import Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser


def panel(name: str, **fields: str) -> Resource:
    return {"plugin": "acme", "name": name, "slot": "conversation.detail", "title": name.title()} | fields


async def show(double: Double, screen: Screen, *panels: Resource) -> None:
    double.panels = list(panels)
    conversation = double.customer("Salma")
    double.write(conversation, "hello", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")


async def arrived(screen: Screen, title: str, text: str) -> bool:
    """A panel that a busy machine had no time for in its two seconds comes when it is asked once more. Tells whether
    it came at once."""
    panel, late = screen.page.get_by_text(text), screen.page.locator("ui-error", has_text=f"{title} could not load.")
    await panel.or_(late).first.wait_for()
    in_time = not await late.count()
    if not in_time:
        await late.get_by_role("button", name="Retry").click()
    await panel.wait_for()
    return in_time


async def test_an_element_gets_its_context(double: Double, screen: Screen) -> None:
    await show(double, screen, panel("good", element="acme-good", module="good.js"))
    await screen.page.locator("acme-good b", has_text="Salma").wait_for()


async def test_a_page_that_is_long_on_its_way_blames_no_plugin(double: Double, screen: Screen) -> None:
    fetched = asyncio.Event()

    async def slow(route: Route) -> None:
        await fetched.wait()
        await (route.fulfill(content_type="image/svg+xml") if "slow" in route.request.url else route.continue_())

    for held in ("**/good.js", "**/slow.svg"):
        await screen.page.context.route(held, slow)
    await screen.page.add_init_script("addEventListener('DOMContentLoaded', () => document.body.append("
                                      "Object.assign(new Image(), { src: '/slow.svg', alt: '' })))")  # fmt: skip
    going = asyncio.create_task(show(double, screen, panel("good", element="acme-good", module="good.js")))
    await screen.page.wait_for_function("() => performance.now() > 6000 && document.querySelector('inbox-page')")
    assert double.office.troubles == []
    fetched.set()
    await going
    await screen.page.locator("acme-good b", has_text="Salma").wait_for()


@pytest.mark.parametrize("module", ["throws.js", "hangs.js", "absent.js", "thief.js", "torn.js", "draws.js"])
async def test_a_broken_element_is_a_card_and_the_thread_lives(double: Double, screen: Screen, module: str) -> None:
    await show(double, screen, panel("broken", element="acme-broken", module=module), panel("hello", fragment="hello"))
    await screen.page.get_by_text("Broken could not load.").wait_for()
    blamed = {"broken"} if await arrived(screen, "Hello", "acme says hello") else {"broken", "hello"}
    await screen.page.locator("inbox-thread .tx", has_text="hello").wait_for()
    # The operator is told, by whoever saw it first.
    async with asyncio.timeout(8):
        while {told["piece"] for told in double.office.troubles} != blamed:  # noqa: ASYNC110 - another task's
            await asyncio.sleep(0.02)
    assert len(double.office.troubles) == len(blamed)
    expected = tuple(f"panel acme.{one}" for one in blamed)
    screen.errors = [error for error in screen.errors if not error.startswith(expected)]


async def test_a_fragment_posts_its_form_and_shows_what_is_wrong(double: Double, screen: Screen) -> None:
    await show(double, screen, panel("hello", fragment="hello"))
    await screen.page.get_by_label("Note").fill("abc")
    await screen.page.get_by_role("button", name="Save").click()
    await screen.page.get_by_text("3 letters").wait_for()
