"""Tags of the organisation: listed with how many conversations have them, made, renamed, recoloured, deleted."""

import pytest

from .double import Double
from .looks import violations
from .screen import Screen
from .test_lists import furnish

pytestmark = pytest.mark.browser


async def test_tags_are_made_changed_and_deleted(double: Double, screen: Screen) -> None:
    page = screen.page
    furnish(double)
    double.permissions.append("tags.manage")
    await screen.go("/settings.tags")
    await screen.live()
    await page.get_by_role("link", name="Tags").wait_for()
    await page.get_by_role("link", name="VIP").get_by_text("4 conversations").wait_for()
    await page.get_by_role("button", name="New tag").click()
    await page.get_by_label("Name").fill("vip")
    await page.get_by_role("button", name="Create tag").click()
    await page.get_by_text("There is a tag of this name.").wait_for()
    assert await violations(screen) == []
    await page.get_by_label("Name").fill("Refund")
    await page.get_by_role("radio", name="Green").check()
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Refund").get_by_text("0 conversations").wait_for()
    made = next(one for one in double.lists.tags if one["name"] == "Refund")
    assert made["colour"] == "green"
    await page.get_by_role("link", name="Late").click()
    await page.get_by_label("Name").fill("Very late")
    await page.get_by_role("radio", name="Red").check()
    await page.get_by_role("button", name="Save").click()
    late = page.get_by_role("link", name="Very late")
    await late.locator(".tag.red").wait_for()
    await page.get_by_role("button", name="More on VIP").click()
    await page.get_by_role("menuitem", name="Delete…").click()
    await page.get_by_text("It is taken off for good: 4 conversations.").wait_for()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_role("link", name="VIP").wait_for(state="detached")
    assert [one["name"] for one in double.lists.tags if one["name"] == "VIP"] == []
    assert await violations(screen) == []
    await page.set_viewport_size({"width": 390, "height": 780})
    await late.wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert screen.errors == []
