"""From an address to an organisation of one's own."""


import pytest
from playwright.async_api import Page, expect

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser
GOOD = "six green olive trees"


async def test_a_new_installation_leads_from_its_address_into_the_inbox_by_keyboard_alone(
    stranger: Double, screen: Screen
) -> None:
    stranger.permissions += ["accounts.manage", "members.manage"]
    page = screen.page
    await screen.go("/")
    await page.wait_for_url("**/welcome")
    await expect(page.get_by_label("Name of your organisation")).to_be_focused()
    for typed in ("Rif Café", "Salma Idrissi", "salma@rif.test", GOOD):
        await page.keyboard.type(typed)
        await page.keyboard.press("Tab")
        if typed == GOOD:
            break
    await page.keyboard.press("Enter")  # on the eye beside the password: it is shown
    await expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    await page.get_by_label("Password", exact=True).press("Enter")
    await page.wait_for_url("**/welcome/number")
    path, registered = stranger.entrance.heard[0]
    assert path == "/registrations"
    assert registered == {
        "tenant": {"name": "Rif Café", "locale": "en", "timezone": "Africa/Casablanca"}, "name": "Salma Idrissi",
        "email": "salma@rif.test", "password": GOOD,
    }  # fmt: skip
    await page.get_by_role("button", name="Try it").press("Enter")
    await expect(page.get_by_role("heading", name="Your number is ready")).to_be_visible()
    phones = page.get_by_role("link", name="Open the phones")
    assert await phones.get_attribute("href") == "http://127.0.0.1:8602/?number=1234567&lang=en"
    await page.get_by_role("link", name="Go on").press("Enter")
    await page.get_by_label("Email addresses").fill("yasmine@rif.test, amine@rif.test")
    await page.get_by_role("button", name="Invite").press("Enter")
    await expect(page.get_by_role("listitem").filter(has_text="yasmine@rif.test")).to_contain_text("invited")
    await page.get_by_role("link", name="Into the inbox").press("Enter")
    await page.wait_for_url("**/inbox")


async def test_an_address_that_is_none_is_named_and_nobody_is_invited_yet(founder: Double, screen: Screen) -> None:
    errors = [{"loc": ["invitations", 1, "email"], "msg": "is not an address"}]
    founder.refuse("POST invitations", 422, kind="invalid", errors=errors)
    await screen.go("/welcome/colleagues")
    await screen.page.get_by_label("Email addresses").fill("yasmine@rif.test\namine@")
    await screen.page.get_by_role("button", name="Invite").click()
    field = screen.page.get_by_label("Email addresses")
    await expect(field).to_be_focused()
    await expect(screen.page.get_by_text("Not an email address: amine@")).to_be_visible()
    assert founder.people.invitations == {}


async def test_an_empty_form_says_beside_each_field_what_to_do_and_stands_at_the_first(
    stranger: Double, screen: Screen
) -> None:
    page = screen.page
    await screen.go("/welcome")
    await page.get_by_label("Email").fill("salma")
    await page.get_by_role("button", name="Make my organisation").click()
    await expect(page.get_by_label("Name of your organisation")).to_be_focused()
    described = page.get_by_label("Email")
    await expect(described).to_have_attribute("aria-invalid", "true")
    await expect(described).to_have_accessible_description(
        "This is not an email address: write it like name@example.com."
    )
    await page.get_by_label("Email").fill("salma@rif.test")
    await expect(described).to_have_attribute("aria-invalid", "false")
    assert stranger.entrance.heard == []


async def test_what_the_server_refuses_stands_beside_its_field_and_what_was_typed_is_kept(
    stranger: Double, screen: Screen
) -> None:
    page = screen.page
    await screen.go("/welcome")
    await found(page, password="password")
    await expect(page.get_by_text("This password is too easy to guess.")).to_be_visible()
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    await expect(page.get_by_label("Your name")).to_have_value("Salma")
    stranger.refuse("POST registrations", 429, kind="too-many-requests", detail="Slow down.")
    await page.get_by_label("Password", exact=True).fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Too many attempts")
    stranger.offline = True
    await page.get_by_role("button", name="Make my organisation").click()
    await expect(page.get_by_role("alert")).to_contain_text("What you typed is kept")


async def found(page: Page, *, organisation: str = "Rif Café", password: str = GOOD) -> None:
    await page.get_by_label("Name of your organisation").fill(organisation)
    await page.get_by_label("Your name").fill("Salma")
    await page.get_by_label("Email").fill("salma@rif.test")
    await page.get_by_label("Password", exact=True).fill(password)
    await page.keyboard.press("Enter")


async def test_a_taken_name_is_said_though_the_form_has_no_field_for_it(stranger: Double, screen: Screen) -> None:
    await screen.go("/welcome")
    await found(screen.page, organisation="Atlas")
    await expect(screen.page.get_by_role("alert")).to_contain_text("is taken")


async def test_in_production_the_first_person_knows_the_setup_code(stranger: Double, screen: Screen) -> None:
    stranger.entrance.code_needed = True
    page = screen.page
    await screen.go("/welcome")
    await found(page)
    await expect(page.get_by_text("Enter the setup code.")).to_be_visible()
    await page.get_by_label("Setup code").fill("WRONG")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("comptoir setup-code")
    await page.get_by_label("Setup code").fill("AAAA-BBBB")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/welcome" not in url or "/number" in url)


async def test_the_welcome_is_over_once_there_is_an_organisation(stranger: Double, screen: Screen) -> None:
    stranger.entrance.new = False
    await screen.go("/welcome")
    await screen.page.wait_for_url("**/login")
    await screen.page.get_by_role("link", name="Make an organisation").click()
    await expect(screen.page.get_by_role("heading", name="Make an organisation")).to_be_visible()
    stranger.entrance.registration = "closed"
    await screen.page.reload()
    await expect(screen.page.get_by_text("Registration is closed here.")).to_be_visible()
    assert await screen.page.get_by_label("Your name").count() == 0


async def test_the_demos_login_is_filled_in_for_whoever_asks_for_it(stranger: Double, screen: Screen) -> None:
    stranger.entrance.demo_login = {"email": "demo@comptoir.local", "password": "right"}
    page = screen.page
    await screen.go("/login")
    await expect(page.get_by_label("Email")).to_have_value("")
    await screen.go("/welcome")
    await page.get_by_role("link", name="Look at the demo first").click()
    await expect(page.get_by_label("Email")).to_have_value("demo@comptoir.local")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.wait_for_url("**/inbox")
