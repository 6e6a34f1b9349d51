"""My account: the ways in, changed by whoever knows the password."""

import pytest
from playwright.async_api import Browser

from .double import Double
from .double_account import CODE
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_screens_are_as_one_likes_them_and_stay_so(browser: Browser, double: Double, screen: Screen) -> None:
    for name in ("Aya", "Badr"):
        double.write(double.customer(name), "hello", quiet=True)
    await screen.go("/settings.me")
    await screen.page.get_by_label("Density of lists").select_option("compact")
    await screen.page.get_by_label("Appearance").select_option("dark")
    await screen.page.get_by_label("Single-key shortcuts are on").uncheck()
    html = screen.page.locator("html")
    await screen.page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    elsewhere = await Screen.open(browser, double.url)  # another device: no cookie of this one
    await elsewhere.go("/inbox")
    await elsewhere.page.locator("inbox-list .row").first.wait_for()
    for seen in (html, elsewhere.page.locator("html")):
        assert (await seen.get_attribute("data-theme"), await seen.get_attribute("data-density")) == ("dark", "compact")
    assert [await row.evaluate("(row) => row.offsetHeight") for row in
            await elsewhere.page.locator("inbox-list .row").all()] == [56, 56]
    assert double.account.preferences == {"density": "compact", "theme": "dark", "digits": "latn", "keys": False,
                                          "sending": "enter"}
    assert elsewhere.errors == []
    await elsewhere.context.close()


async def test_a_choice_that_is_not_kept_is_taken_back(double: Double, screen: Screen) -> None:
    await screen.go("/settings.me")
    double.refuse("PATCH me", 500)
    await screen.page.get_by_label("Appearance").select_option("dark")
    await screen.page.get_by_text("The server failed.").wait_for()
    assert await screen.page.locator("html").get_attribute("data-theme") is None


async def test_the_language_of_a_person_holds_in_a_browser_that_was_used_in_another(double: Double,
                                                                                   screen: Screen) -> None:
    await screen.go("/inbox?lang=fr")
    double.account.me["locale"] = "ar"  # chosen on another device
    await screen.go("/inbox")
    assert await screen.page.locator("html").get_attribute("lang") == "ar"
    double.signed_in = False
    await screen.go("/login")
    assert await screen.page.locator("html").get_attribute("lang") == "ar"


async def test_arabic_digits_are_for_those_who_want_them(double: Double, screen: Screen) -> None:
    double.account.me["locale"] = "ar"
    double.account.preferences["digits"] = "arab"
    double.write(double.customer("أحمد"), "سلام", quiet=True)
    await screen.go("/inbox")
    said = await screen.page.locator("inbox-list .row time").inner_text()
    assert any(digit in said for digit in "٠١٢٣٤٥٦٧٨٩")


async def test_the_password_is_changed_by_whoever_knows_it(double: Double, screen: Screen) -> None:
    page = screen.page
    double.account.session("Mozilla/5.0 Firefox/140.0 (Windows)")
    await screen.go("/settings.me")
    await page.get_by_text("Firefox on Windows").wait_for()
    await page.get_by_label("New password").fill("short")
    await page.get_by_label("Current password").fill("wrong")
    await page.get_by_role("button", name="Change password").click()
    await page.get_by_text("Use at least 8 characters.").wait_for()
    await page.get_by_label("New password").fill("password")
    await page.keyboard.press("Enter")
    await page.get_by_text("This is not the password you use now.").wait_for()
    await page.get_by_label("Current password").fill("right")
    await page.keyboard.press("Enter")
    await page.get_by_text("one of the commonest").wait_for()
    await page.get_by_label("New password").fill("three calm words")
    await page.keyboard.press("Enter")
    await page.get_by_text("Password changed.").wait_for()
    await page.get_by_text("Firefox on Windows").wait_for(state="detached")
    assert double.account.password == "three calm words"


async def test_a_password_can_be_looked_at_while_it_is_typed(double: Double, screen: Screen) -> None:
    await screen.go("/settings.me")
    field = screen.page.get_by_label("New password")
    await field.fill("three calm words")
    assert await field.get_attribute("type") == "password"
    await screen.page.get_by_role("button", name="Show password").last.click()
    assert await field.get_attribute("type") == "text"


async def test_another_session_is_ended_and_comes_back_when_refused(double: Double, screen: Screen) -> None:
    page = screen.page
    phone = double.account.session("Mozilla/5.0 (iPhone) Mobile Safari/604.1")
    double.refuse(f"DELETE {phone['id']}", 500)
    await screen.go("/settings.me")
    await page.get_by_role("button", name="Log out Safari on iPhone").click()
    await page.get_by_text("The server failed.").wait_for()
    await page.get_by_role("button", name="Log out Safari on iPhone").click()
    await page.get_by_text("Safari on iPhone is logged out.").wait_for()
    assert phone["id"] not in double.account.sessions


async def test_logging_out_everywhere_is_asked_about_and_ends_here_too(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/settings.me")
    await page.get_by_role("button", name="Log out everywhere").click()
    await page.keyboard.press("Escape")
    assert double.signed_in
    await page.get_by_role("button", name="Log out everywhere").click()
    await page.locator("ui-confirm").get_by_role("button", name="Log out everywhere").click()
    await page.wait_for_url("**/login")


async def test_a_second_factor_is_set_up_by_the_keyboard_alone(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/settings.me")
    await page.get_by_role("button", name="Set up").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("First, your password").wait_for()
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await page.get_by_text("This is not your password.").wait_for()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("right")
    await page.keyboard.press("Enter")
    await page.get_by_alt_text("QR code").wait_for()
    assert await page.get_by_alt_text("QR code").evaluate("(image) => image.decode().then(() => image.naturalWidth)")
    await page.keyboard.type("000 000")
    await page.keyboard.press("Enter")
    await page.get_by_text("This code is not right.").wait_for()
    await page.keyboard.press("Control+a")
    await page.keyboard.type(f"{CODE[:3]} {CODE[3:]}")
    await page.keyboard.press("Enter")
    await page.get_by_text("0009-abcd-efgh").wait_for()
    done = page.get_by_role("button", name="Done")
    await page.keyboard.press("Escape")
    assert await done.is_disabled()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    assert "0009-abcd-efgh" in (await (await download.value).path()).read_text()
    await page.get_by_label("I have kept it").check()
    await done.click()
    await page.get_by_text("10 recovery codes left.").wait_for()
    assert double.account.totp


async def test_the_second_factor_is_turned_off_with_the_password(double: Double, screen: Screen) -> None:
    page = screen.page
    double.account.totp, double.account.codes = double.people.ago(days=1), 1
    await screen.go("/settings.me")
    await page.get_by_text("Only 1 recovery code is left.").wait_for()
    await page.get_by_role("button", name="Turn off").click()
    await page.keyboard.type("right")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Set up").wait_for()
    assert double.account.totp is None


async def test_a_passkey_is_made_named_and_removed_with_a_way_back(browser: Browser, double: Double) -> None:
    screen = await Screen.open(browser, double.url.replace("127.0.0.1", "localhost"))
    page = screen.page
    await with_authenticator(screen)
    await screen.go("/settings.me")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.keyboard.type("right")
    await page.keyboard.press("Enter")
    await page.get_by_text("Name this passkey").wait_for()
    await page.locator("settings-passkeys").get_by_label("Name", exact=True).fill("Desk")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="More on Desk").click()
    await page.get_by_role("menuitem", name="Remove").click()
    await page.get_by_role("button", name="More on Desk").wait_for(state="detached")
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("button", name="More on Desk").wait_for()
    assert [one["name"] for one in double.account.passkeys.values()] == ["Desk"]
    assert screen.errors == []
    await screen.context.close()


async def test_passkeys_are_spoken_of_also_where_the_browser_does_not_convert_them(browser: Browser,
                                                                                  double: Double) -> None:
    screen = await Screen.open(browser, double.url.replace("127.0.0.1", "localhost"))
    await screen.context.add_init_script("""
        delete PublicKeyCredential.parseCreationOptionsFromJSON;
        delete PublicKeyCredential.prototype.toJSON;""")
    await with_authenticator(screen)
    await screen.go("/settings.me")
    await screen.page.get_by_role("button", name="Add a passkey").click()
    await screen.page.keyboard.type("right")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("Name this passkey").wait_for()
    assert len(double.account.passkeys) == 1
    await screen.context.close()


async def with_authenticator(screen: Screen) -> None:
    session = await screen.context.new_cdp_session(screen.page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})


async def test_a_session_renewed_in_another_tab_is_noticed(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/settings.me")
    double.csrf = "newer"
    await page.get_by_label("Name").fill("Amina")
    await page.keyboard.press("Enter")
    await page.get_by_text("Saved.").wait_for()
