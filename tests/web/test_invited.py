"""An invitation is taken by a newcomer and by a colleague, once."""


import pytest
from playwright.async_api import expect

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser
GOOD = "six green olive trees"


async def test_an_invited_newcomer_chooses_a_name_and_a_password(double: Double, screen: Screen) -> None:
    double.signed_in = False
    page = screen.page
    await screen.go("/invitation#good")
    await expect(page.get_by_role("heading", name="متجر الأطلس")).to_be_visible()
    await expect(page.get_by_label("Your name")).to_be_focused()
    await page.keyboard.type("Salma")
    await page.get_by_label("Choose a password").fill(GOOD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox")
    accepted = {"token": "good", "name": "Salma", "password": GOOD}
    assert double.entrance.heard[-1] == ("/invitations/acceptances", accepted)


async def test_an_invited_colleague_with_an_account_proves_it_and_their_second_factor(
    double: Double, screen: Screen
) -> None:
    double.signed_in, double.entrance.known, double.entrance.factors = False, True, ["totp"]
    page = screen.page
    await screen.go("/invitation#good")
    await page.get_by_label("Your password").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("the invitation stays good")
    await page.get_by_label("Your password").fill("right")
    await page.keyboard.press("Enter")
    await page.get_by_label("Code", exact=True).fill("123456")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox")


async def test_an_invitation_that_is_over_says_so_and_one_that_cannot_be_read_can_be_tried_again(
    double: Double, screen: Screen
) -> None:
    double.signed_in = False
    page = screen.page
    await screen.go("/invitation#old")
    await expect(page.get_by_role("heading", name="This invitation no longer works")).to_be_visible()
    double.refuse("POST lookups", 500)
    await screen.go("about:blank")
    await screen.go("/invitation#good")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_label("Your name")).to_be_visible()
