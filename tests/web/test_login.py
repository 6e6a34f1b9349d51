"""Logging in by every way there is, and getting back in."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.async_api import Browser, Page, expect

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser
RIGHT = "right"
GOOD = "six green olive trees"


async def test_a_wrong_password_is_said_on_the_page_and_a_right_one_goes_on(double: Double, screen: Screen) -> None:
    double.signed_in = False
    await screen.go("/contacts")
    await screen.page.get_by_role("button", name="Log in", exact=True).click()
    await screen.page.get_by_text("Enter your password.").wait_for()
    await log_in(screen.page, "wrong")
    await screen.page.get_by_text("do not match").wait_for()
    await log_in(screen.page)
    await screen.page.wait_for_url("**/contacts")


async def log_in(page: Page, password: str = RIGHT) -> None:
    await page.get_by_label("Email").fill("amine@atlas.test")
    await page.get_by_label("Password", exact=True).fill(password)
    await page.keyboard.press("Enter")


async def test_a_second_factor_is_asked_for_and_each_way_can_be_chosen(double: Double, screen: Screen) -> None:
    double.signed_in, double.entrance.factors = False, ["totp", "recovery_code"]
    page = screen.page
    await screen.go("/contacts")
    await log_in(page)
    code = page.get_by_label("Code", exact=True)
    await expect(code).to_be_focused()
    assert await code.get_attribute("autocomplete") == "one-time-code"
    await page.keyboard.type("12")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A code has six digits.")).to_be_visible()
    await code.fill("654321")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("This code is not right.")
    await expect(code).to_be_focused()
    await page.get_by_role("button", name="Use a recovery code").click()
    await page.get_by_label("Recovery code").fill("aaaa-bbbb")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/contacts")


async def test_after_too_many_codes_it_begins_again_with_the_password(double: Double, screen: Screen) -> None:
    double.signed_in, double.entrance.factors = False, ["totp"]
    await screen.go("/login")
    await log_in(screen.page)
    await screen.page.get_by_label("Code", exact=True).fill("000000")
    await screen.page.keyboard.press("Enter")
    await expect(screen.page.get_by_role("heading", name="Log in to Comptoir")).to_be_visible()
    await expect(screen.page.get_by_role("alert")).to_contain_text("took too long, or too many tries")


async def test_a_passkey_alone_logs_in(browser: Browser, double: Double) -> None:
    double.signed_in = False
    screen = await Screen.open(browser, double.url.replace("127.0.0.1", "localhost"))
    session = await screen.context.new_cdp_session(screen.page)
    await session.send("WebAuthn.enable")
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})  # fmt: skip
    known = {"authenticatorId": added["authenticatorId"], "credential": credential()}
    await session.send("WebAuthn.addCredential", known)
    await screen.go("/login")
    await screen.page.get_by_role("button", name="Log in with a passkey").click()
    await screen.page.wait_for_url("**/inbox")
    path, given = double.entrance.heard[-1]
    assert (path, given["challenge"]) == ("/session/passkey", "c2")
    assert given["credential"]["response"]["signature"]
    assert screen.errors == []
    await screen.context.close()


def credential() -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {"credentialId": base64.b64encode(b"credential-1").decode(), "isResidentCredential": True,
            "rpId": "localhost", "privateKey": base64.b64encode(private).decode(),
            "userHandle": base64.b64encode(b"person-1").decode(), "signCount": 1}  # fmt: skip


async def test_a_forgotten_password_is_answered_the_same_and_a_link_changes_it_once(
    double: Double, screen: Screen
) -> None:
    double.signed_in = False
    page = screen.page
    await screen.go("/login")
    await page.get_by_role("link", name="Forgot your password?").click()
    await page.get_by_label("Email").fill("amine@atlas.test")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Look at your mail")).to_be_focused()
    await expect(page.get_by_text("amine@atlas.test")).to_be_visible()
    await screen.go("/reset#good")
    await page.get_by_label("New password").fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your password is changed")).to_be_focused()
    assert "good" not in page.url
    await screen.go("about:blank")
    await screen.go("/reset#spent")
    await page.get_by_label("New password").fill(GOOD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Ask for another link")).to_be_visible()


async def test_a_login_into_a_suspended_organisation_says_what_that_means(double: Double, screen: Screen) -> None:
    double.signed_in = False
    double.refuse("POST session", 403, kind="suspended", detail="Suspended.")
    await screen.go("/login")
    await log_in(screen.page)
    await expect(screen.page.get_by_role("heading", name="Your organisation is suspended")).to_be_visible()
