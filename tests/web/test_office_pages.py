"""The pages of the office in every language and theme, on a phone, and in their bad moments."""

import pytest
from playwright.async_api import Browser

from .double import Double
from .furniture import office
from .looks import LOOKS, violations
from .screen import Screen
from .test_people_pages import OVERFLOWING

pytestmark = pytest.mark.browser
READY = {
    "/settings.organisation": "settings-exports li",
    "/settings.numbers": "settings-numbers a.number",
    "/settings.numbers/new": "settings-number-connect ui-field",
    "/settings.costs": "settings-rates .rate",
    "/settings.keys": "settings-keys .tr:not(.head)",
    "/settings.webhooks": "settings-webhooks .tr:not(.head)",
    "/settings.webhooks/new": "settings-webhook-form ui-check",
    "/settings.webhooks/ill": "settings-webhook-attempts li",
    "/settings.webhooks/off": "settings-webhook ui-notice",
    "/settings.frames": "settings-frames .tr:not(.head)",
    "/settings.audit": "settings-audit-entry",
    "/settings.journal": "settings-journal-find li",
    "/settings.journal/quarantine": "settings-journal-quarantine li",
    "/settings.journal/message/one": "settings-journal-steps li",
    "/settings.platform": "settings-platform-tenants .tr:not(.head)",
    "/settings.platform/people": "settings-platform-people .tr:not(.head)",
    "/settings.platform/plugins": "settings-platform-plugins .tr:not(.head)",
    "/settings.platform/plugins/acme_pins": "settings-platform-plugin .incident",
    "/settings.platform/plugins/acme_orders": "settings-platform-plugin ui-notice",
    "/settings.platform/health": "settings-platform-lanes .tr:not(.head)",
}
LISTS = {"/settings.organisation": "tenant", "/settings.numbers": "accounts", "/settings.keys": "api-keys",
         "/settings.costs": "costs", "/settings.webhooks": "webhooks", "/settings.frames": "frames",
         "/settings.audit": "audit", "/settings.platform": "tenants", "/settings.platform/people": "people",
         "/settings.platform/plugins": "plugins", "/settings.platform/health": "health"}


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_pages_are_clean(browser: Browser, double: Double, locale: str, theme: str) -> None:
    numbers = office(double)
    screen = await Screen.open(browser, double.url, theme=theme)
    for path, sign in {**READY, f"/settings.numbers/{numbers['well']['id']}": "settings-number-profile form"}.items():
        await screen.go(f"{path}?lang={locale}")
        await screen.page.locator(sign).first.wait_for()
        await screen.live()
        assert await violations(screen) == [], path
    assert screen.errors == []
    await screen.context.close()


async def test_nothing_is_wider_than_a_phone(browser: Browser, double: Double) -> None:
    numbers = office(double)
    screen = await Screen.open(browser, double.url, width=390, height=780)
    for path, sign in {**READY, f"/settings.numbers/{numbers['ill']['id']}": "settings-number-profile form"}.items():
        await screen.go(path)
        await screen.page.locator(sign).first.wait_for()
        assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390, path
        assert await screen.page.evaluate(OVERFLOWING) == [], path
        assert await violations(screen) == [], path
    assert screen.errors == []
    await screen.context.close()


@pytest.mark.parametrize(("path", "key"), LISTS.items())
async def test_what_cannot_be_loaded_is_said_and_asked_for_again(double: Double, screen: Screen, path: str,
                                                                key: str) -> None:
    office(double)
    for _ in range(9):  # it asks again by itself when the socket is live
        double.refuse(f"GET {key}", 500)
    await screen.go(path)
    await screen.live()
    await screen.page.get_by_text("could not be").first.wait_for()
    double.faults.clear()
    await screen.page.get_by_role("button", name="Retry").first.click()
    await screen.page.locator(READY[path]).first.wait_for()


@pytest.mark.parametrize(("path", "key"), LISTS.items())
async def test_who_may_not_see_it_is_told_whom_to_ask(double: Double, screen: Screen, path: str, key: str) -> None:
    office(double)
    for _ in range(9):
        double.refuse(f"GET {key}", 403, kind="forbidden")
    await screen.go(path)
    await screen.page.get_by_text("Your role does not let you see this.").first.wait_for()


async def test_an_operator_reads_the_lanes_page_by_page(browser: Browser, double: Double) -> None:
    office(double)
    screen = await Screen.open(browser, double.url, width=390, height=780)
    await screen.go("/settings.platform/health")
    rows = screen.page.locator("settings-platform-lanes .tr:not(.head)")
    await rows.first.wait_for()
    more = screen.page.locator("settings-platform-lanes .more ui-button")
    count = await rows.count()
    await more.wait_for()
    assert await violations(screen) == []
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390
    while await more.count():
        await more.click()
        count += 1
        await rows.nth(count - 1).wait_for()
    assert count > 1
    assert await rows.count() == count
    assert screen.errors == []
    await screen.context.close()


async def test_the_rest_of_a_plugin_is_ended_where_it_is_shown(double: Double, screen: Screen) -> None:
    office(double)
    await screen.go("/settings.platform/plugins")
    await screen.page.get_by_role("link", name="acme_pins").click()
    await screen.page.get_by_text("KeyError: 'order'").first.wait_for()
    await screen.page.get_by_role("button", name="End the rest").click()
    await screen.page.get_by_text("Running").wait_for()
