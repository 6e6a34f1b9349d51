"""Ctrl+K: wherever one is, everything is a few letters away, without a mouse."""

import asyncio

import pytest
from playwright.async_api import Page, Route

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

FOCUSED = """() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one?.getAttribute('aria-label');
}"""


async def opened(screen: Screen, path: str = "/inbox") -> None:
    await screen.go(path)
    await screen.live()
    await screen.page.keyboard.press("Control+k")
    await screen.page.get_by_role("combobox").wait_for()


async def test_a_page_is_found_by_a_few_letters_and_gone_to(double: Double, screen: Screen) -> None:
    await opened(screen)
    await screen.page.keyboard.type("cont")
    await screen.page.get_by_role("option", name="Contacts", selected=True).wait_for()
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_role("heading", name="Contacts").wait_for()
    assert await screen.page.get_by_role("combobox").count() == 0


async def test_it_opens_while_writing_and_gives_the_keyboard_back(screen: Screen, salma: Resource) -> None:
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("Bonj")
    await screen.page.keyboard.press("Control+k")
    await screen.page.get_by_role("combobox").wait_for()
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_role("combobox").wait_for(state="detached")
    await screen.page.keyboard.type("our")
    assert await field.input_value() == "Bonjour"


async def test_the_focus_goes_round_inside_and_the_arrows_move(screen: Screen) -> None:
    await opened(screen)
    await screen.page.get_by_role("option", name="Snoozed").wait_for()  # what the page offers stands below the rest
    first = await screen.page.get_by_role("option", selected=True).inner_text()
    await screen.page.keyboard.press("ArrowUp")
    last = screen.page.get_by_role("option").last
    assert await last.get_attribute("aria-selected") == "true"
    await screen.page.keyboard.press("ArrowDown")
    assert await screen.page.get_by_role("option", selected=True).inner_text() == first
    for label in ("Close dialog", "Search pages and commands"):
        await screen.page.keyboard.press("Tab")
        assert await screen.page.evaluate(FOCUSED) == label
    await screen.page.keyboard.press("Control+k")
    await screen.page.get_by_role("combobox").wait_for(state="detached")


async def test_language_theme_shortcuts_and_leaving_are_in_it(double: Double, screen: Screen) -> None:
    await opened(screen)
    for name in ("العربية", "Dark", "Log out", "Search"):
        assert await screen.page.get_by_role("option", name=name).count() >= 1
    await screen.page.keyboard.type("dark")
    await screen.page.keyboard.press("Enter")
    await screen.page.locator("html[data-theme=dark]").wait_for()


async def test_whoever_types_at_once_has_typed_into_it(double: Double, screen: Screen) -> None:
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await screen.page.route("**/palette.js", late)
    await screen.go("/inbox")
    await screen.live()
    await screen.page.keyboard.press("Control+k")
    await screen.page.keyboard.type("contactz")
    await screen.page.keyboard.press("Backspace")
    await screen.page.keyboard.type("s")
    come.set()
    await screen.page.get_by_role("option", name="Contacts", selected=True).wait_for()
    assert await screen.page.get_by_role("combobox", name="Search pages and commands").input_value() == "contacts"
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_role("heading", name="Contacts").wait_for()


async def test_a_plugins_command_is_done_by_its_server(double: Double, screen: Screen) -> None:
    double.offered.offer("commands", name="sync", title="Sync orders now", post="sync", icon="refresh-cw")
    double.offered.answers["sync"] = {"toast": "12 orders came.", "navigate": "/contacts"}
    await opened(screen)
    await screen.page.keyboard.type("sync")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("12 orders came.").wait_for()
    await screen.page.get_by_role("heading", name="Contacts").wait_for()
    double.offered.answers["sync"] = ({"type": "/problems/unavailable", "detail": "Try again.", "status": 503}, 503)
    await screen.page.keyboard.press("Control+k")
    await screen.page.keyboard.type("sync")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("Sync orders now did not work").wait_for()
    double.offered.answers["sync"] = {}
    await screen.page.get_by_role("button", name="Retry").click()
    await screen.page.get_by_text("Sync orders now: done.").wait_for()


async def test_a_command_that_would_write_where_nothing_is_written_still_says_that_it_is_done(double: Double,
                                                                                             screen: Screen) -> None:
    double.offered.offer("commands", name="sync", title="Sync orders now", post="sync", icon="refresh-cw")
    double.offered.answers["sync"] = {"insert": "12 orders"}
    await opened(screen)
    await screen.page.keyboard.type("sync")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("Sync orders now: done.").wait_for()


async def test_what_is_not_there_is_said(screen: Screen) -> None:
    await opened(screen)
    await screen.page.keyboard.type("zzzz")
    await screen.page.get_by_text("Nothing is called that.").wait_for()
    assert await screen.page.get_by_role("status").filter(has_text="0 found").count() == 1
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_role("combobox").wait_for()


@pytest.mark.parametrize("locale", ["ar", "fr"])
async def test_it_reads_in_every_language_and_forgives_spelling(double: Double, screen: Screen, locale: str) -> None:
    double.locale = locale  # type: ignore[assignment]
    await opened(screen)
    await screen.page.keyboard.type({"ar": "جهات", "fr": "boite de reception"}[locale])
    await screen.page.get_by_role("option", selected=True).filter(
        has_text={"ar": "جهات الاتصال", "fr": "Boîte de réception"}[locale]).wait_for()
    assert await violations(screen) == []


async def test_a_phone_has_a_button_for_it(double: Double, screen: Screen) -> None:
    await screen.page.set_viewport_size({"width": 390, "height": 780})
    await screen.go("/inbox")
    await screen.live()
    await screen.page.get_by_role("button", name="Search and commands").click()
    await screen.page.get_by_role("combobox").wait_for()
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390
    await screen.page.get_by_role("option", name="Contacts").click()
    await screen.page.get_by_role("heading", name="Contacts").wait_for()


async def went_to(page: Page, conversation: Resource, letters: str, name: str) -> None:
    await page.keyboard.press("Control+k")
    await page.keyboard.type(letters)
    await page.get_by_role("option", name=name).wait_for()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/inbox/{conversation['id']}")


async def test_it_finds_conversations_and_does_with_the_open_one_what_can_be_done(
    double: Double, screen: Screen, salma: Resource
) -> None:
    driss = double.customer("Driss Élalaoui")
    page = screen.page
    await went_to(page, driss, "elala", "Driss Élalaoui")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("yasmine")
    await page.get_by_role("option", name="Yasmine Bennis", selected=True).wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Assigned to Yasmine Bennis").wait_for()
    for words in ("copy link", "snooze until tomorrow", "close and go"):
        await page.keyboard.press("Control+k")
        await page.keyboard.type(words)
        await page.locator("x-palette .one").first.wait_for()
        await page.keyboard.press("Escape")
        await page.locator("x-palette").wait_for(state="detached")


async def test_what_comes_after_it_was_opened_can_be_done_too(double: Double, screen: Screen, salma: Resource) -> None:
    driss = double.customer("Driss")
    page = screen.page
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route(f"**/api/v1/conversations/{driss['id']}", late)
    await went_to(page, driss, "driss", "Driss")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("yasmine")
    await page.get_by_text("Nothing is called that.").wait_for()
    come.set()
    await page.get_by_role("option", name="Yasmine Bennis", selected=True).wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Assigned to Yasmine Bennis").wait_for()


async def test_g_and_a_letter_go_to_pages_and_the_help_says_so(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/inbox")
    await screen.live()
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.get_by_role("heading", name="Contacts").wait_for()
    # On an Arabic layout, too: G says ل, I says ه.
    for key, code in (("ل", "KeyG"), ("ه", "KeyI")):
        await page.evaluate("([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', "
                            "{ key, code, bubbles: true }))", [key, code])
    await page.wait_for_url("**/inbox")
    await page.keyboard.press("?")
    dialog = page.locator("ui-dialog", has_text="Single-key shortcuts are on")
    await dialog.get_by_role("heading", name="Go to").wait_for()
    for name in ("Everywhere", "Conversation list", "Open conversation", "Writing"):
        assert await dialog.get_by_role("heading", name=name).count() == 1
    assert await violations(screen) == []
