"""The pages before login and the first steps after it: clean, readable on a phone, and saying what is wrong."""

import pytest
from playwright.async_api import Browser

from .double import Double
from .looks import LOOKS, violations
from .screen import Screen

pytestmark = pytest.mark.browser
BEFORE_LOGIN = ("/welcome", "/login", "/forgot", "/reset#good", "/reset", "/invitation#good", "/invitation#bad",
                "/suspended")
AFTER_LOGIN = ("/welcome/number", "/welcome/colleagues", "/nowhere")
STEPS = ["accounts.manage", "members.manage"]
LOOKED_OVER = (("en", "light"), ("ar", "dark"), ("fr", "light"))  # by axe, which is slow: each language, each theme


def addressed(path: str, locale: str) -> str:
    page, _, fragment = path.partition("#")
    return f"{page}?lang={locale}" + (f"#{fragment}" if fragment else "")


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
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
