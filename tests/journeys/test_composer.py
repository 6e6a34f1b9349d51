"""Written in a real browser, read on the simulated phone: a voice message, an emoji, a template out of the window."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx2
import pytest
from playwright.async_api import async_playwright, expect

from tests.journeys.conftest import Running
from tests.journeys.entering import log_in
from tests.web.conftest import chromium
from tests.web.screen import Screen

pytestmark = pytest.mark.browser

MICROPHONE = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
async def agent(running: Running) -> AsyncIterator[Screen]:
    """At the inbox, before a microphone that beeps."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=MICROPHONE)
        screen = await log_in(browser, running.demo["url"], running.demo["email"], running.demo["password"])
        yield screen
        await browser.close()
        assert screen.errors == []


async def _wrote(agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]) -> None:
    await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": "Salam"})
    await agent.page.locator("inbox-list .row", has_text=phone["name"]).click()
    await agent.page.locator("inbox-thread .tx", has_text="Salam").wait_for()


async def _received(meta: httpx2.AsyncClient, phone: dict[str, Any], kind: str) -> dict[str, Any]:
    items = (await meta.get(f"/phones/{phone['id']}/messages")).json()["items"]
    found: dict[str, Any] = next(one for one in reversed(items) if one["type"] == kind)
    return found


async def test_a_voice_message_reaches_the_phone_as_one(
    agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    await _wrote(agent, meta, phone)
    page = agent.page
    await page.get_by_role("button", name="Record a voice message").click()
    clock = page.get_by_role("timer")
    await expect(clock).to_have_text("0:01")
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Go on recording").click()
    await expect(clock).to_have_text("0:02")
    await page.get_by_role("button", name="Listen to it first").click()
    await page.get_by_label("Your recording").wait_for()
    await page.get_by_role("button", name="Send the voice message").click()
    bubble = page.locator("inbox-thread .m.out").last
    await bubble.get_by_role("img", name="Delivered").wait_for()
    content = (await _received(meta, phone, "audio"))["content"]
    assert content["voice"] is True
    told = (await meta.get(f"/media/{content['id']}")).content
    assert (told[:4], told[told.index(b"OpusHead") + 9]) == (b"OggS", 1)  # one channel


async def test_an_emoji_is_found_in_another_language_and_given_as_a_reaction(
    agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    await _wrote(agent, meta, phone)
    page = agent.page
    await page.get_by_role("button", name="Emoji").click()
    await page.get_by_label("Search emoji").fill("تصفيق")
    await page.get_by_role("combobox", name="Skin tone").select_option(label="✋🏽")
    await page.get_by_role("button", name="clapping hands").first.click()
    await expect(page.get_by_label(f"Message to {phone['name']}")).to_have_value("👏🏽")
    await page.keyboard.press("Enter")
    await page.locator("inbox-thread .m.out", has_text="👏🏽").get_by_role("img", name="Delivered").wait_for()
    await page.locator("inbox-thread .m").first.hover()
    await page.get_by_role("button", name="React to this message").first.click()
    await page.get_by_role("menuitem", name="Another emoji…").click()
    await page.get_by_label("Search emoji").fill("éléphant")
    await page.get_by_role("button", name="elephant").first.click()
    await page.get_by_role("button", name="Reactions: 🐘").wait_for()


async def test_when_the_window_is_closed_a_template_is_chosen_filled_in_and_sent(
    agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any], ledger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await _wrote(agent, meta, phone)
    page = agent.page
    await page.get_by_label(f"Message to {phone['name']}").fill("What I wanted to say")
    await ledger.execute(
        "update conversations v set last_inbound_at = now() - interval '25 hours' from contacts c "
        "where c.tenant_id = v.tenant_id and c.id = v.contact_id and c.phone = $1", phone["number"])
    await page.reload()
    await page.get_by_text("Your draft is kept until then:").wait_for()
    await page.get_by_label("Search templates").fill("order shipped")
    await page.locator("inbox-templates li", has_text="fr").first.click()
    await page.get_by_label("Field 2").fill("112")
    await page.get_by_label("Field 1").fill("Salma")
    await page.get_by_text("Bonjour Salma, votre commande 112 est partie et arrive sous deux jours.").wait_for()
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.locator("inbox-thread .m.out").last.get_by_role("img", name="Delivered").wait_for()
    sent = await _received(meta, phone, "template")
    assert sent["content"]["text"] == "Bonjour Salma, votre commande 112 est partie et arrive sous deux jours."
