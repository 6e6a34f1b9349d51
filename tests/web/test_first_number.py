"""The first number: examined before it is stored, and what to do where there is none."""


import pytest
from playwright.async_api import expect

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_the_doctor_examines_before_anything_is_stored_and_cures_afterwards(
    founder: Double, screen: Screen
) -> None:
    page = screen.page
    await screen.go("/welcome/number")
    await page.get_by_role("button", name="Connect it").click()
    await page.get_by_role("button", name="Examine").click()
    await expect(page.get_by_label("Phone number ID")).to_be_focused()
    for label, typed in (("Phone number ID", "1234567"), ("WhatsApp Business account ID", "7654321"),
                         ("Access token", "EAAG"), ("App secret", "s3cret")):  # fmt: skip
        await page.get_by_label(label).fill(typed)
    await page.keyboard.press("Enter")
    findings = page.get_by_role("complementary", name="Findings").get_by_role("listitem")
    await expect(findings).to_have_count(4)
    await expect(findings.nth(2)).to_contain_text("Must be cured")
    assert [path for path, _ in founder.entrance.heard] == ["/account-examinations"]
    await page.get_by_role("button", name="Connect anyway").click()
    await page.get_by_role("button", name="Subscribe our app").click()
    await expect(findings.nth(2)).to_contain_text("Our app listens")
    await expect(page.get_by_text("+15550112345 is connected.")).to_be_visible()
    joined = next(given for path, given in founder.entrance.heard if path == "/accounts")
    assert joined == {"phone_number_id": "1234567", "waba_id": "7654321", "access_token": "EAAG",
                      "meta_app": {"app_secret": "s3cret"}}  # fmt: skip
    await page.get_by_role("link", name="Go on").click()
    await page.wait_for_url("**/welcome/colleagues")


async def test_what_meta_says_against_a_number_stands_beside_its_field_and_in_the_report(
    founder: Double, screen: Screen
) -> None:
    page = screen.page
    await screen.go("/welcome/number")
    await page.get_by_role("button", name="Connect it").click()
    for label, typed in (("Phone number ID", "10000"), ("WhatsApp Business account ID", "7654321"),
                         ("Access token", "EAAG"), ("App secret", "s3cret")):  # fmt: skip
        await page.get_by_label(label).fill(typed)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Connect anyway").click()
    await expect(page.get_by_label("Access token")).to_be_focused()
    await expect(page.get_by_label("Access token")).to_have_accessible_description("is not the number's")
    await expect(page.get_by_role("complementary", name="Findings").get_by_role("listitem")).to_have_count(1)
    await page.get_by_label("Access token").fill("EAAG2")
    await expect(page.get_by_role("button", name="Connect anyway")).to_be_hidden()


async def test_whoever_may_not_connect_numbers_is_led_on(double: Double, screen: Screen) -> None:
    await screen.go("/welcome/number")
    await screen.page.wait_for_url("**/inbox")
    double.signed_in = False
    await screen.go("/welcome/number")
    await screen.page.wait_for_url("**/login?next=/welcome/number")


async def test_an_inbox_without_a_number_leads_whoever_may_to_one(founder: Double, screen: Screen) -> None:
    await screen.go("/inbox")
    await screen.page.get_by_role("button", name="Choose a number").click()
    await expect(screen.page.get_by_role("heading", name="Which number")).to_be_visible()
