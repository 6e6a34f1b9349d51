"""What the first screen waits for: nothing that it does not show."""

import asyncio

import pytest
from playwright.async_api import Request, Route

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_the_list_is_asked_for_while_the_modules_are_on_their_way(double: Double, screen: Screen) -> None:
    double.write(double.customer("Salma"), "hi", quiet=True)
    await screen.go("/inbox")
    await screen.page.get_by_role("option").wait_for()
    asked, lists = asyncio.Event(), []

    def note(request: Request) -> None:
        if "/api/v1/conversations?" in request.url:
            lists.append(request.url)
            asked.set()

    async def held(route: Route) -> None:
        await asked.wait()
        await route.continue_()

    screen.page.on("request", note)
    await screen.page.route("**/page.js", held)
    await screen.go("/inbox")
    await screen.page.get_by_role("option").wait_for()
    assert len(lists) == 1  # and not once more by the page itself


async def test_the_list_does_not_wait_for_what_an_open_conversation_is_drawn_with(
    double: Double, screen: Screen
) -> None:
    double.write(double.customer("Salma"), "hi", quiet=True)
    there = asyncio.Event()

    async def held(route: Route) -> None:
        await there.wait()
        await route.continue_()

    await screen.page.route("**/opened.js", held)
    await screen.go("/inbox")
    row = screen.page.get_by_role("option")
    await row.click()
    await screen.page.locator("inbox-page ui-skeleton[shape=thread]").wait_for(state="attached")
    there.set()
    await screen.page.locator("inbox-thread .tx", has_text="hi").wait_for()
