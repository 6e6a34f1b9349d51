"""Every page, in every language and theme: no error in the console, nothing refused by the policy, axe content."""

from typing import Any

import pytest
from playwright.async_api import Browser

from .double import COLLEAGUE, Double
from .looks import LOOKS, violations
from .screen import Screen

pytestmark = pytest.mark.browser


def furnish(double: Double) -> tuple[str, str]:
    """Conversations of many kinds; (a conversation's id, a contact's)."""
    for name in ("Hugo Bernard", "أحمد التازي", "Léa Moreau"):
        conversation = double.customer(name)
        double.write(conversation, "Bonjour", quiet=True)
        double.write(conversation, "السلام عليكم https://example.com/1", direction="outbound", quiet=True)
    conversation["assignee"] = {"id": COLLEAGUE, "name": "Yasmine Bennis"}
    stored: dict[str, Any] = {"id": "a", "kind": "image", "mime_type": "image/png", "filename": "a.png", "size": 9,
                              "voice": False, "state": "stored"}
    for fields in (
        {"type": "image", "attachments": [stored]},
        {"type": "image", "attachments": [stored | {"state": "pending"}]},
        {"type": "document", "attachments": [stored | {"kind": "document"}]},
        {"type": "audio", "attachments": [stored | {"waveform": [n % 9 * 12 for n in range(64)], "duration": 65.4}]},
        {"type": "image", "attachments": [stored | {"thumbnail": True, "width": 1600, "height": 1200}]},
        {"type": "video", "attachments": [stored | {"thumbnail": True, "duration": 12.0}]},
        {"type": "image", "attachments": [stored | {"state": "failed", "failure": "unreachable"}]},
        {"type": "document", "attachments": [stored | {"state": "failed", "failure": "expired"}]},
        {"type": "location", "content": {"latitude": 33.9, "longitude": -6.8}}, {"type": "mystery"},
        {"type": "contacts", "content": {"contacts": [{"name": {"formatted_name": "K"}, "phones": [{"phone": "+1"}]}]}},
        {"direction": "outbound", "status": "failed",
         "error": {"code": 131026, "title": "T", "cause": "C", "cure": "D"}},
        {"direction": "outbound", "status": "uncertain"},
    ):
        last = double.write(conversation, "Voilà", quiet=True, **fields)
    double.write(conversation, "👍", type="reaction", context_wamid=last["wamid"], quiet=True)
    double.write(conversation, "Oui", context_wamid=last["wamid"])
    return conversation["id"], conversation["contact"]["id"]


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_pages_are_clean(browser: Browser, double: Double, locale: str, theme: str) -> None:
    conversation, contact = furnish(double)
    double.panels = [{"plugin": "inbox", "name": "p", "slot": "conversation.detail", "title": "P",
                      "fragment": "hello"}]
    screen = await Screen.open(browser, double.url, theme=theme)
    ready = {"/inbox": "inbox-list .row", f"/inbox/{conversation}": "inbox-thread .rx",
             "/contacts": "contacts-page a.row",
             f"/contacts/{contact}": "contacts-form ui-field", "/contacts/new": "contacts-form ui-field"}
    for path, sign in ready.items():
        await screen.go(f"{path}?lang={locale}")
        await screen.page.locator(sign).first.wait_for()
        await screen.live()
        assert await violations(screen) == [], path
    assert screen.errors == []
    await screen.context.close()


@pytest.mark.parametrize("path", ["/inbox", "/inbox/{}", "/contacts"])
async def test_nothing_is_wider_than_a_phone(browser: Browser, double: Double, path: str) -> None:
    conversation, _ = furnish(double)
    screen = await Screen.open(browser, double.url, width=390, height=780)
    await screen.go(path.format(conversation))
    await screen.live()
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390
    assert screen.errors == []
    await screen.context.close()


async def test_contacts_are_edited_created_and_deleted_with_a_way_back(double: Double, screen: Screen) -> None:
    _, contact = furnish(double)
    page = screen.page
    await screen.go(f"/contacts/{contact}")
    await page.get_by_label("Phone").fill("12")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("This is not a phone number.").wait_for()
    await page.get_by_label("Phone").fill("+212 600000000")
    await page.get_by_label("Name", exact=True).fill("Aïcha")
    await page.keyboard.press("Enter")
    await page.locator("a.row", has_text="Aïcha").wait_for()
    await page.get_by_role("button", name="New contact").click()
    await page.get_by_label("Name", exact=True).fill("Brahim")
    await page.get_by_role("button", name="Create contact").click()
    await page.locator("a.row", has_text="Brahim").click()
    await page.get_by_role("button", name="Delete").click()
    await page.locator("a.row", has_text="Brahim").wait_for(state="detached")
    await page.get_by_role("button", name="Undo").click()
    await page.locator("a.row", has_text="Brahim").wait_for()
    assert "Brahim" in [one["name"] for one in double.contacts.values()]


async def test_search_asks_the_server(double: Double, screen: Screen) -> None:
    furnish(double)
    await screen.go("/contacts")
    await screen.page.get_by_label("Search contacts").fill("hugo")
    await screen.page.locator("a.row", has_text="Léa").wait_for(state="detached")
    assert await screen.page.locator("a.row").count() == 1
