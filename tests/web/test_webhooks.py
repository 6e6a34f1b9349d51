"""Webhooks and embedded pages in the settings: added with a secret seen once, watched, paused, sent again."""

import pytest

from .double import Double
from .furniture import office
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_a_webhook_is_added_and_its_secret_seen_once(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.webhooks")
    await page.get_by_role("button", name="New webhook").click()
    await page.get_by_role("button", name="Add the webhook").click()
    await page.get_by_text("Give it the name of the system that listens.").wait_for()
    await page.get_by_text("Choose at least one event.").wait_for()
    await page.get_by_label("Name", exact=True).fill("ERP")
    await page.get_by_label("Address").fill("http://erp.example.org/")
    await page.get_by_label("A customer wrote").check()
    assert await page.get_by_label("A number changed").is_disabled()
    await page.get_by_role("button", name="Add the webhook").click()
    await page.get_by_text("Use https.").wait_for()
    await page.get_by_label("Address").fill("https://erp.example.org/")
    await page.get_by_role("button", name="Add the webhook").click()
    await page.get_by_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").wait_for()
    await page.get_by_label("I have kept it").check()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("heading", name="ERP").wait_for()
    made = next(one for one in double.outward.hooks.values() if one["name"] == "ERP")
    assert made["types"] == ["message.received"]
    assert await page.get_by_text("whsec_").count() == 0


async def test_one_that_fails_says_since_when_and_what_can_be_done(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.webhooks/ill")
    await page.get_by_text("The next event failed 4 times.").wait_for()
    await page.get_by_text("the old secret is valid until").wait_for()
    await page.get_by_role("button", name="Leave this event out").click()
    await page.get_by_text("The next event failed 4 times.").wait_for(state="hidden")
    assert double.outward.deeds == ["skip"]
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Switch on").click()
    await page.get_by_role("button", name="Pause").wait_for()


async def test_deliveries_are_read_filtered_and_sent_again(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.webhooks/ill")
    rows = page.locator("settings-webhook-attempts li")
    await rows.nth(24).wait_for()
    await page.get_by_role("button", name="Older deliveries").click()
    await rows.nth(35).wait_for()
    await page.get_by_label("Outcome").select_option("refused")
    await page.get_by_text("It redirects: enter the address it leads to.").wait_for()
    await page.locator("settings-webhook-attempts li[data-outcome=delivered]").first.wait_for(state="hidden")
    assert await rows.count() == 2
    await rows.first.get_by_role("button", name="Send again").click()
    await page.get_by_text("It is sent again.").wait_for()
    assert double.outward.deeds[0].startswith("again ")
    await page.get_by_label("Outcome").select_option("")
    await page.get_by_role("button", name="Send a test event").click()
    await page.get_by_text("A test event is on its way.").wait_for()
    assert double.outward.deeds[1] == "test"


async def test_everything_since_a_time_is_sent_again_and_a_secret_is_replaced(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.webhooks/ill")
    await page.get_by_role("button", name="More on CRM").click()
    await page.get_by_role("menuitem", name="Send again from a time…").click()
    await page.locator("settings-webhook-replay").get_by_role("button", name="Send again").click()
    await page.get_by_text("Choose a day and a time.").wait_for()
    await page.get_by_label("Everything since").fill("2026-11-01T09:00")
    await page.locator("settings-webhook-replay").get_by_role("button", name="Send again").click()
    await page.get_by_text("It is sent again from there.").wait_for()
    assert double.outward.deeds == ["replay"]
    await page.get_by_role("button", name="More on CRM").click()
    await page.get_by_role("menuitem", name="Replace the secret…").click()
    await page.get_by_role("button", name="Replace", exact=True).click()
    await page.get_by_text("whsec_another").wait_for()


async def test_an_embedded_page_is_added_switched_off_and_removed(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    double.outward.frames.clear()
    await screen.go("/settings.frames")
    await page.get_by_text("No page yet.").wait_for()
    await page.get_by_role("button", name="New page").click()
    await page.get_by_label("Title").fill("Orders")
    await page.get_by_label("Address").fill("https://orders.example.org/panel")
    await page.get_by_role("button", name="Add the page").click()
    await page.get_by_text("frs_0hGmJ0M6yHFYw2ePzv1Jk3g1o5m8oC4b6xk1kYpC5nE").wait_for()
    await page.get_by_label("I have kept it").check()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="More on Orders").click()
    await page.get_by_role("menuitem", name="Switch off").click()
    await page.locator("settings-frames ui-chip", has_text="Off").wait_for()
    await page.get_by_role("button", name="More on Orders").click()
    await page.get_by_role("menuitem", name="Remove").click()
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_text("No page yet.").wait_for()
    assert double.outward.frames == {}
