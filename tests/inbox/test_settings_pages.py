"""The inbox's pages among the settings: with the Tab key alone, by a screen reader's rules, and every dialog hands back
where one was."""

from typing import Any

import pytest

from core.harness.agent import Agent
from core.harness.kernel import Kernel
from tests.web.looks import LOOKS, stumbles, violations
from tests.web.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
BASE = "/api/v1/p/inbox"
READY = {
    "/inbox.quick_replies": "inbox-quick-replies .list li",
    "/inbox.assignment": "inbox-desks .list li",
    "/inbox.targets": "inbox-targets .list li",
    "/inbox.notifications": "inbox-notifications table",
}
DIALOGS = {  # what opens it, by its name
    "/inbox.quick_replies": ("New quick reply", "More on Opening hours"),
    "/inbox.assignment": ("New rule", "Change Nights"),
    "/inbox.targets": ("New target", "Change VIP"),
}
ACTIVE = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return (at.getAttribute('aria-label') || at.innerText || at.getRootNode().host?.innerText || at.localName).trim();
}"""
IN_DIALOG = """() => {
    let at = document.activeElement;
    const dialog = (one) => { for (let up = one; up; up = up.assignedSlot ?? up.parentElement ?? up.getRootNode().host) if (up.matches('dialog')) return true; return false; };
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at !== document.body && dialog(at);
}"""  # noqa: E501 - a browser's


@pytest.fixture
async def owner(comptoir: Kernel) -> Agent:
    """With two of everything."""
    shop = await comptoir.tenant(plugins={"contacts": {}, "inbox": {}, "settings": {}})
    owner = await shop.agent("owner")
    await shop.agent()
    for shortcut, title in (("hours", "Opening hours"), ("شكرا", "شكر")):
        reply: dict[str, Any] = {"shortcut": shortcut, "title": title, "body": "9-18", "language": None,
                                 "files": [], "shared": True}  # fmt: skip
        assert (await owner.post(f"{BASE}/quick-replies", json=reply)).status == 201
    assert (await owner.post("/api/v1/tags", json={"name": "VIP", "colour": "red"})).status == 201
    version = (await owner.get(f"{BASE}/assignment")).json()["version"]
    rules = {"capacity": 10, "absent_minutes": 15, "regive_minutes": None, "version": version,
             "rules": [{"name": "Nights", "off_hours": "wait"}, {"name": "الجميع", "enabled": False}]}
    assert (await owner.put(f"{BASE}/assignment", json=rules)).status == 200
    target: dict[str, Any] = {"account": None, "team": None, "first_response_minutes": 30, "resolution_minutes": None,
              "working": True, "warn_minutes": 10}  # fmt: skip
    targets = [{"name": name, **target} for name in ("VIP", "الكل")]
    assert (await owner.put(f"{BASE}/timers/targets", json={"items": targets})).status == 200
    return owner


async def arrive(page: Any, path: str, locale: str = "en") -> None:
    await page.goto(f"{path}?lang={locale}")
    await page.locator(READY[path]).first.wait_for()


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_pages_and_their_dialogs_are_clean(owner: Agent, theme: str, locale: str) -> None:
    page = await owner.page(f"/inbox.quick_replies?lang={locale}", color_scheme=theme)
    screen = Screen(page.context, page, "")
    found: dict[str, list[str]] = {}
    for path in READY:
        await arrive(page, path, locale)
        found[path] = await violations(screen)
        if path in DIALOGS:
            await page.locator("main ui-button[variant=primary]").first.click()
            await page.locator("dialog:modal").wait_for()
            found[f"{path}, its dialog"] = await violations(screen)
            await page.keyboard.press("Escape")
    assert {path: told for path, told in found.items() if told} == {}


async def test_tab_comes_by_everything_and_is_held_by_nothing(owner: Agent) -> None:
    page = await owner.page("/inbox.quick_replies?lang=en")
    found: dict[str, list[str]] = {}
    for path in READY:
        await arrive(page, path)
        found[path] = await stumbles(page)
    assert {path: told for path, told in found.items() if told} == {}


@pytest.mark.parametrize("path", DIALOGS)
async def test_a_dialog_is_walked_and_hands_back_where_one_was(owner: Agent, path: str) -> None:
    page = await owner.page(f"{path}?lang=en")
    await arrive(page, path)
    for opener in DIALOGS[path]:
        await opens(page, opener)
        assert await stumbles(page) == [], opener
        await page.keyboard.press("Escape")
        await back(page, opener)
        await opens(page, opener)
        await page.get_by_role("button", name="Cancel").focus()
        await page.keyboard.press("Enter")
        await back(page, opener)
    await opens(page, opener)
    await page.get_by_role("button", name="Save").last.focus()
    await page.keyboard.press("Enter")
    await back(page, opener)


async def opens(page: Any, opener: str) -> None:
    await page.get_by_role("button", name=opener).first.focus()
    await page.keyboard.press("Enter")
    if opener.startswith("More on"):
        await page.get_by_role("menuitem", name="Edit").wait_for()
        await page.keyboard.press("Enter")
    await page.locator("dialog:modal").wait_for()
    await page.wait_for_function(IN_DIALOG)


async def back(page: Any, opener: str) -> None:
    await page.locator("dialog:modal").wait_for(state="detached")
    await page.wait_for_function("() => !document.querySelector('dialog:modal')")
    assert await page.evaluate(ACTIVE) == opener
