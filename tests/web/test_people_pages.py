"""The pages about people in every language and theme, on a phone, and in their bad moments."""

import pytest
from playwright.async_api import Browser

from .double import Double
from .furniture import people
from .looks import LOOKS, violations
from .screen import Screen

pytestmark = pytest.mark.browser
READY = {
    "/settings.me": "settings-sessions li",
    "/settings.members": "settings-member-list .tr:not(.head)",
    "/settings.members/invitations": "settings-waiting .tr:not(.head)",
    "/settings.members/invite": "settings-invite ui-picker",
    "/settings.teams": "settings-teams li",
    "/settings.teams/new": "settings-team-form ui-picker",
    "/settings.roles/night-shift": "settings-roles :is(.box, ui-switch)",
}
LISTS = {"/settings.me": "sessions", "/settings.members": "members", "/settings.teams": "teams",
         "/settings.roles": "permissions"}


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_pages_are_clean(browser: Browser, double: Double, locale: str, theme: str) -> None:
    people(double)
    screen = await Screen.open(browser, double.url, theme=theme)
    for path, sign in READY.items():
        await screen.go(f"{path}?lang={locale}")
        await screen.page.locator(sign).first.wait_for()
        await screen.live()
        assert await violations(screen) == [], path
    assert screen.errors == []
    await screen.context.close()


async def test_nothing_is_wider_than_a_phone(browser: Browser, double: Double) -> None:
    people(double)
    screen = await Screen.open(browser, double.url, width=390, height=780)
    for path, sign in READY.items():
        await screen.go(path)
        await screen.page.locator(sign).first.wait_for()
        assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390, path
        assert await screen.page.evaluate(OVERFLOWING) == [], path
        assert await violations(screen) == [], path
    assert screen.errors == []
    await screen.context.close()


OVERFLOWING = """() => {
    const wide = [];
    const walk = (root) => root.querySelectorAll("*").forEach((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        if (width > 1 && (right > innerWidth + 1 || left < -1)) wide.push(one.outerHTML.slice(0, 80));
        if (one.shadowRoot) walk(one.shadowRoot);
    });
    walk(document.querySelector("x-settings"));
    return wide;
}"""


@pytest.mark.parametrize(("path", "key"), LISTS.items())
async def test_what_cannot_be_loaded_is_said_and_asked_for_again(double: Double, screen: Screen, path: str,
                                                                key: str) -> None:
    people(double)
    for _ in range(9):  # it asks again by itself when the socket is live
        double.refuse(f"GET {key}", 500)
    await screen.go(path)
    await screen.live()
    await screen.page.get_by_text("could not be loaded.").first.wait_for()
    double.faults.clear()
    await screen.page.get_by_role("button", name="Retry").first.click()
    await screen.page.locator(READY[path if path in READY else f"{path}/night-shift"]).first.wait_for()


@pytest.mark.parametrize(("path", "key"), LISTS.items())
async def test_who_may_not_see_it_is_told_whom_to_ask(double: Double, screen: Screen, path: str, key: str) -> None:
    people(double)
    for _ in range(9):
        double.refuse(f"GET {key}", 403)
    await screen.go(path)
    await screen.page.get_by_text("Your role does not let you see this.").wait_for()


async def test_a_page_that_one_may_not_see_is_not_in_the_list(double: Double, screen: Screen) -> None:
    await screen.go("/settings.me")
    await screen.page.get_by_role("link", name="My account").wait_for()
    assert await screen.page.get_by_role("link", name="Roles").count() == 0
