"""From a stranger to somebody who answers: the pages before login and the first steps after it."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.async_api import Browser, Page, expect

from .double import Double
from .screen import Screen
from .test_pages import LOCALES, THEMES, violations

pytestmark = pytest.mark.browser
GOOD = "six green olive trees"
BEFORE_LOGIN = ("/welcome", "/login", "/forgot", "/reset#good", "/reset", "/invitation#good", "/invitation#bad",
                "/suspended")
AFTER_LOGIN = ("/welcome/number", "/welcome/colleagues", "/nowhere")
STEPS = ["accounts.manage", "members.manage"]
LOOKED_OVER = (("en", "light"), ("ar", "dark"), ("fr", "light"))  # by axe, which is slow: each language, each theme


def addressed(path: str, locale: str) -> str:
    page, _, fragment = path.partition("#")
    return f"{page}?lang={locale}" + (f"#{fragment}" if fragment else "")


@pytest.fixture
def stranger(double: Double) -> Double:
    """Nobody is logged in, and nobody has made an organisation yet."""
    double.signed_in, double.entrance.new = False, True
    return double


@pytest.fixture
def founder(double: Double) -> Double:
    """Somebody who has just made an organisation."""
    double.permissions += STEPS
    return double


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("theme", THEMES)
async def test_the_pages_are_clean(browser: Browser, double: Double, locale: str, theme: str) -> None:
    double.permissions += STEPS
    double.entrance.new = double.entrance.code_needed = True
    screen = await Screen.open(browser, double.url, theme=theme)
    for path in (*BEFORE_LOGIN, *AFTER_LOGIN):
        double.signed_in = path in AFTER_LOGIN
        await screen.go("about:blank")  # else only the fragment changes
        await screen.go(addressed(path, locale))
        await screen.page.wait_for_load_state("networkidle")
        if (locale, theme) in LOOKED_OVER:
            assert await violations(screen) == [], path
    assert screen.errors == []
    await screen.context.close()


@pytest.mark.parametrize("locale", ["fr", "ar"])
async def test_nothing_is_wider_than_a_phone(browser: Browser, founder: Double, locale: str) -> None:
    founder.entrance.new = True
    screen = await Screen.open(browser, founder.url, width=390, height=780)
    for path in (*BEFORE_LOGIN, *AFTER_LOGIN):
        founder.signed_in = path in AFTER_LOGIN
        await screen.go("about:blank")
        await screen.go(addressed(path, locale))
        await screen.page.wait_for_load_state("networkidle")
        assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390, path
    assert screen.errors == []
    await screen.context.close()


async def test_a_new_installation_leads_from_its_address_into_the_inbox_by_keyboard_alone(
    stranger: Double, screen: Screen
) -> None:
    stranger.permissions += STEPS
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


async def test_a_wrong_password_is_said_on_the_page_and_a_right_one_goes_on(double: Double, screen: Screen) -> None:
    double.signed_in = False
    await screen.go("/contacts")
    await screen.page.get_by_role("button", name="Log in", exact=True).click()
    await screen.page.get_by_text("Enter your password.").wait_for()
    await log_in(screen.page, "wrong")
    await screen.page.get_by_text("do not match").wait_for()
    await log_in(screen.page)
    await screen.page.wait_for_url("**/contacts")


RIGHT = "right"


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


async def test_a_login_into_a_suspended_organisation_says_what_that_means(double: Double, screen: Screen) -> None:
    double.signed_in = False
    double.refuse("POST session", 403, kind="suspended", detail="Suspended.")
    await screen.go("/login")
    await log_in(screen.page)
    await expect(screen.page.get_by_role("heading", name="Your organisation is suspended")).to_be_visible()


async def test_an_inbox_without_a_number_leads_whoever_may_to_one(founder: Double, screen: Screen) -> None:
    await screen.go("/inbox")
    await screen.page.get_by_role("button", name="Choose a number").click()
    await expect(screen.page.get_by_role("heading", name="Which number")).to_be_visible()


async def test_a_page_that_is_not_there_and_one_that_is_not_for_me_are_told_apart(double: Double) -> None:
    client = double.app.test_client()
    missing, forbidden = await client.get("/nowhere"), await client.get("/acme")
    assert (missing.status_code, forbidden.status_code) == (404, 403)
    assert "There is nothing here" in await missing.get_data(as_text=True)
    assert "not open to you" in await forbidden.get_data(as_text=True)


async def test_secrets_in_the_address_leave_no_trace_on_the_server(double: Double) -> None:
    """The tokens of links stand in the fragment; the pages name no other origin that could be told the address."""
    double.signed_in = False
    answer = await double.app.test_client().get("/reset")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
