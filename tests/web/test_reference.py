"""The reference of the API: clean in every language and theme, found by words, fit for a phone and for Arabic."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect
from quart_auth import QuartAuth

from core.http import api
from core.http.openapi import document

from .double import Double
from .looks import LOOKS, violations
from .screen import Screen

pytestmark = pytest.mark.browser


@pytest.fixture
def described(double: Double) -> dict[str, Any]:
    """The kernel's own document, served by the double."""
    built = api.build(QuartAuth())
    told = document(built.operations, built.prefix, api.VERSION)
    double.told = told
    return told


async def opened(browser: Browser, double: Double, path: str = "/api/docs", **options: Any) -> Screen:
    double.signed_in = False
    screen = await Screen.open(browser, double.url, **options)
    await screen.go(path)
    return screen


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_it_is_clean(
    browser: Browser, double: Double, described: dict[str, Any], locale: str, theme: str
) -> None:
    screen = await opened(browser, double, f"/api/docs?lang={locale}", theme=theme)
    for chosen in ("guide", "create_contact", "list_conversations"):
        await screen.go(f"/api/docs#{chosen}")
        await screen.page.locator("main h1").first.wait_for()
        assert await violations(screen) == []
    assert screen.errors == []
    await screen.context.close()


async def test_an_operation_is_found_by_words_and_shown_whole(
    browser: Browser, double: Double, described: dict[str, Any]
) -> None:
    screen = await opened(browser, double)
    await screen.page.locator(".list li a").first.wait_for()
    await screen.page.keyboard.press("/")
    await screen.page.keyboard.type("create contacts.write post")
    entries = screen.page.locator(".list li a")
    await expect(entries).to_contain_text(["Create a contact"])
    await screen.page.keyboard.press("Enter")
    shown = screen.page.locator("x-api-operation")
    await expect(shown.locator("h1")).to_have_text("Create a contact")
    await expect(shown).to_contain_text("/api/v1/contacts")
    await expect(shown).to_contain_text("contacts.write")
    await expect(shown).to_contain_text('-H "Authorization: Bearer $COMPTOIR_KEY"')
    await expect(shown).to_contain_text("Idempotency-Key")
    assert screen.page.url.endswith("#create_contact")
    await screen.page.get_by_role("searchbox").fill("no such thing anywhere")
    await expect(screen.page.locator(".none")).to_be_visible()
    assert screen.errors == []
    await screen.context.close()


async def test_the_command_is_safe_to_paste(browser: Browser, double: Double, described: dict[str, Any]) -> None:
    content = described["paths"]["/api/v1/contacts"]["post"]["requestBody"]["content"]["application/json"]
    content["example"] = {"name": "L'Atlas $(reboot) `id` \"x\""}
    screen = await opened(browser, double, "/api/docs#create_contact")
    command = await screen.page.locator("x-api-operation pre").first.inner_text()
    assert """L'\\''Atlas $(reboot) `id`""" in command
    await screen.context.close()


async def test_every_operation_has_its_page(browser: Browser, double: Double, described: dict[str, Any]) -> None:
    screen = await opened(browser, double)
    await screen.page.locator(".list li a").first.wait_for()
    names = [one["operationId"] for path in described["paths"].values() for one in path.values()]
    for name in names:
        await screen.page.evaluate("(name) => { location.hash = name; }", name)
        await expect(screen.page.locator("x-api-operation h2").last).to_be_visible()
    assert await screen.page.locator(".list li a").count() == len(names)
    assert screen.errors == []
    await screen.context.close()


@pytest.mark.parametrize("locale", ["en", "ar"])
async def test_on_a_phone_it_is_a_list_and_then_a_page(
    browser: Browser, double: Double, described: dict[str, Any], locale: str
) -> None:
    screen = await opened(browser, double, f"/api/docs?lang={locale}", width=390, height=780)
    await screen.page.locator(".list li a", has_text="Create a contact").click()
    await expect(screen.page.locator("x-api-operation h1")).to_be_visible()
    await expect(screen.page.locator(".list")).to_be_hidden()
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390
    assert await screen.page.locator("main").evaluate("(main) => main.scrollWidth <= main.clientWidth")
    await screen.page.locator(".back").click()
    await expect(screen.page.locator(".list")).to_be_visible()
    assert screen.errors == []
    await screen.context.close()


async def test_a_failure_is_said_and_tried_again(browser: Browser, double: Double, described: dict[str, Any]) -> None:
    double.faults["GET openapi.json"] = [(503, {"type": "/problems/unavailable", "status": 503, "detail": "Away."})]
    screen = await opened(browser, double)
    await screen.page.get_by_role("alert").wait_for()
    await screen.page.get_by_role("button", name="Retry").click()
    await expect(screen.page.locator(".list li a").first).to_be_visible()
    await screen.context.close()


