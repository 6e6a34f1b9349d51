"""Who mutes a conversation sees that they did, in the list and above the thread, on each of their pages."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_it_is_muted_from_the_header_and_unmuted_on_another_page(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    mark = page.locator("inbox-list .row").get_by_role("img", name="Muted", exact=True)
    await page.get_by_role("button", name="Mute for me alone").click()
    assert await violations(screen) == []
    await page.get_by_role("menuitem", name="Mute always").click()
    await page.get_by_text("Muted for you alone. Notes that call you are told all the same.").wait_for()
    await mark.wait_for()
    await page.get_by_role("button", name="Muted", exact=True).wait_for()
    assert await violations(screen) == []
    double.lists.mute({"conversation": salma["id"], "muted": False, "until": None})
    await mark.wait_for(state="detached")
    await page.get_by_role("button", name="Mute for me alone").wait_for()


async def test_the_palette_mutes_for_some_time_and_says_until_when(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    await page.keyboard.press("Control+k")
    await page.keyboard.type("8 hours")
    await page.get_by_role("option", name="Mute for 8 hours").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Muted until").wait_for()
    until = datetime.fromisoformat(double.lists.mutes[salma["id"]]["until"])
    assert abs(until - datetime.now(UTC) - timedelta(hours=8)) < timedelta(minutes=5)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("unmute")
    await page.get_by_role("option", name="Unmute").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Mute for me alone").wait_for()
    assert double.lists.mutes == {}


async def test_one_that_is_over_shows_no_mark_and_a_refusal_says_so(double: Double, screen: Screen) -> None:
    youssef = double.customer("Youssef")
    double.write(youssef, "Salam", quiet=True)
    over = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    double.lists.mutes[youssef["id"]] = {"conversation": youssef["id"], "muted": True, "until": over}
    await screen.go(f"/inbox/{youssef['id']}")
    double.refuse("PUT mute", 500)
    await screen.page.get_by_role("button", name="Mute for me alone").click()
    await screen.page.get_by_role("menuitem", name="Mute for a week").click()
    await screen.page.get_by_text("That was not saved").wait_for()
    await expect(screen.page.locator("inbox-list .row [role=img][aria-label^=Muted]")).to_have_count(0)


async def test_on_a_phone_it_is_behind_the_one_button(double: Double, screen: Screen, salma: Resource) -> None:
    page = screen.page
    await page.set_viewport_size({"width": 390, "height": 780})
    await expect(page.get_by_role("button", name="Mute for me alone")).to_be_hidden()
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Mute for a week").click()
    await expect(page.get_by_role("button", name="Muted until")).to_be_visible()
