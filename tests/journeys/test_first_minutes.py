"""A stranger's first ten minutes, in a real browser against a real `up`: from the welcome page to a colleague who has
accepted, with a message from a simulated phone answered on the way."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from benchmarks.stack import comptoir_up
from tests.journeys.mailbox import invitation
from tests.web.conftest import chromium
from tests.web.screen import Screen

pytestmark = pytest.mark.browser
PASSWORD = "six green olive trees"
COLLEAGUE = "yasmine@rif.test"


@pytest.fixture(scope="module")
def installation() -> Iterator[dict[str, Any]]:
    """An empty data folder, started a moment ago: what demo.json tells."""
    with comptoir_up() as demo:
        yield demo


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        await launched.close()


async def window(browser: Browser, url: str) -> Screen:
    """Somebody's own browser."""
    screen = await Screen.open(browser, url)
    screen.context.set_default_timeout(30_000)
    return screen


async def test_a_stranger_gets_from_the_welcome_page_to_an_answer_and_a_colleague(
    browser: Browser, installation: dict[str, Any]
) -> None:
    founder = await window(browser, installation["url"])
    await found(founder.page)
    phones = await take_a_number(founder)
    await invite(founder.page)
    await converse(founder.page, phones)
    colleague = await window(browser, installation["url"])
    await accept(colleague, await invitation(Path(installation["data"]), COLLEAGUE))
    await expect(colleague.page.locator("inbox-list .row", has_text="Lucas")).to_be_visible()
    for screen in (founder, colleague):
        assert screen.errors == []


async def found(page: Page) -> None:
    """The first step: an organisation."""
    await page.goto("/")
    await page.wait_for_url("**/welcome")
    await page.get_by_label("Name of your organisation").fill("Rif Café")
    await page.get_by_label("Your name").fill("Salma Idrissi")
    await page.get_by_label("Email").fill("salma@rif.test")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Make my organisation").click()


async def take_a_number(founder: Screen) -> Page:
    """The second step: a simulated number, and its phones in a second window."""
    await founder.page.get_by_role("button", name="Try it").click()
    await expect(founder.page.get_by_role("heading", name="Your number is ready")).to_be_visible()
    async with founder.context.expect_page() as opened:
        await founder.page.get_by_role("link", name="Open the phones").click()
    phones = await opened.value
    await expect(phones.locator("#phone-lucas")).to_be_visible()
    await founder.page.get_by_role("link", name="Go on").click()
    return phones


async def invite(page: Page) -> None:
    """The third step: a colleague."""
    await page.get_by_label("Email addresses").fill(COLLEAGUE)
    await page.get_by_role("button", name="Invite").click()
    await expect(page.get_by_role("listitem").filter(has_text=COLLEAGUE)).to_contain_text("invited")
    await page.get_by_role("link", name="Into the inbox").click()
    await page.wait_for_url("**/inbox")


async def converse(page: Page, phones: Page) -> None:
    """Lucas writes from his phone, Salma answers from the inbox, Lucas sees it."""
    await phones.get_by_label("Message, Lucas Martin").fill("Bonjour, êtes-vous ouverts demain ?")
    await phones.keyboard.press("Enter")
    await page.locator("inbox-list .row", has_text="Lucas").click()
    await page.locator("inbox-thread .tx", has_text="ouverts demain").wait_for()
    await page.get_by_label("Message to Lucas Martin").fill("Oui, dès neuf heures.")
    await page.keyboard.press("Enter")
    await expect(phones.locator("#phone-lucas .m:not(.mine) .tx")).to_have_text("Oui, dès neuf heures.")
    bubble = page.locator("inbox-thread .m.out", has_text="neuf heures")
    await bubble.get_by_role("img", name=re.compile("Delivered|Read")).wait_for()


async def accept(colleague: Screen, link: str) -> None:
    page = colleague.page
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Rif Café")).to_be_visible()
    await page.get_by_label("Your name").fill("Yasmine Bennis")
    await page.get_by_label("Choose a password").fill(PASSWORD)
    await page.get_by_role("button", name="Join").click()
    await page.wait_for_url("**/inbox")
    await colleague.live()


async def test_once_there_is_an_organisation_the_welcome_is_over_and_the_demo_still_opens(
    browser: Browser, installation: dict[str, Any]
) -> None:
    screen = await window(browser, installation["url"])
    await screen.go("/")
    await screen.page.wait_for_url("**/login")
    await screen.go("/login?demo")
    await expect(screen.page.get_by_label("Email")).to_have_value(installation["email"])
    await screen.page.get_by_role("button", name="Log in", exact=True).click()
    await screen.page.wait_for_url("**/inbox")
    assert screen.errors == []
