"""A part of the page that comes only when it is needed, wanted while there is no network."""

import pytest
from playwright.async_api import expect

from .double import Resource
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_what_could_not_come_says_so_and_comes_when_asked_for_again(screen: Screen, salma: Resource) -> None:
    page = screen.page
    await page.locator("inbox-thread .m").first.wait_for()
    await screen.context.set_offline(offline=True)
    await page.locator("inbox-thread .scroll").press("?")
    await expect(page.locator(".toasts").get_by_text("could not be loaded")).to_be_visible()
    await screen.context.set_offline(offline=False)
    await page.locator("inbox-thread .scroll").press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


async def test_what_comes_once_the_browser_has_time_comes_when_the_server_is_back(screen: Screen,
                                                                                  salma: Resource) -> None:
    async def refuse(route: object) -> None:
        await route.abort()  # type: ignore[attr-defined]

    await screen.context.route("**/availability.js*", refuse)
    await screen.page.reload()
    await screen.live()
    await screen.until("async () => document.querySelector('inbox-page')?.rested === false")
    await screen.context.unroute("**/availability.js*", refuse)
    await screen.context.set_offline(offline=True)
    await screen.context.set_offline(offline=False)
    await screen.until("async () => document.querySelector('inbox-page').rested")
    await screen.until("async () => Boolean(customElements.get('inbox-availability'))")
