"""A person at the real inbox in a real browser, a customer at the simulated phone: message, answer, blue ticks."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import async_playwright

from tests.journeys.conftest import Running
from tests.journeys.entering import log_in
from tests.web.conftest import chromium
from tests.web.screen import Screen

pytestmark = pytest.mark.browser


@pytest.fixture
async def agent(running: Running) -> AsyncIterator[Screen]:
    """Logged in with the demo's password, at the inbox. The test fails if the page logged an error."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        screen = await log_in(browser, running.demo["url"], running.demo["email"], running.demo["password"])
        yield screen
        await browser.close()
        assert screen.errors == []


async def test_an_agent_answers_a_customer_and_sees_the_answer_read(
    agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    question, answer = f"Is it shipped? {uuid4()}", f"Yes, today {uuid4()}"
    await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": question})
    page = agent.page
    await page.locator("inbox-list .row", has_text=question[:30]).click()
    await page.locator("inbox-thread .tx", has_text=question).wait_for()
    await page.locator("inbox-list .row", has_text=question[:30]).locator(".badge").wait_for(state="detached")
    await page.get_by_label(f"Message to {phone['name']}").fill(answer)
    await page.keyboard.press("Enter")
    bubble = page.locator("inbox-thread .m.out", has_text=answer)
    await bubble.get_by_role("img", name="Delivered").wait_for()
    await meta.post(f"/phones/{phone['id']}/open")
    await bubble.get_by_role("img", name="Read").wait_for()
    await page.get_by_role("button", name="Assign", exact=True).click()
    await page.get_by_role("option", name="Me (").click()
    await page.locator("inbox-list .row", has_text=answer[:20]).locator(".who").wait_for()
    await page.locator("inbox-detail ui-slot details").first.wait_for()
    await page.locator("inbox-detail ui-fragment form").first.wait_for()


async def test_a_picture_from_the_phone_is_seen(agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]) -> None:
    await meta.post(f"/phones/{phone['id']}/messages", json={"type": "image", "image": {"sample": True}})
    await agent.page.locator("inbox-list .row", has_text=phone["name"]).click()
    picture = agent.page.locator("inbox-thread .media img")
    await picture.wait_for()
    await picture.evaluate("(image) => image.decode()")


async def test_contacts_are_searched_and_renamed(
    agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    page = agent.page
    await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": "hello"})
    await page.locator("inbox-list .row", has_text=phone["name"]).wait_for()
    await page.get_by_role("link", name="Contacts").click()
    await page.get_by_label("Search contacts").fill(phone["name"])
    await page.locator("contacts-page .count", has_text=re.compile("^1$")).wait_for()
    await page.locator("a.row", has_text=phone["name"]).click()
    await page.get_by_label("Phone").fill("not a number")
    await page.get_by_role("button", name="Save").click()
    await page.locator("contacts-form ui-field[name=phone] .error, contacts-form .problem").wait_for()
    await page.get_by_label("Phone").fill(phone["number"])
    await page.get_by_label("Name", exact=True).fill(f"Renamed {phone['number']}")
    await page.get_by_role("button", name="Save").click()
    await page.locator("a.row", has_text=f"Renamed {phone['number']}").wait_for()


async def test_what_whatsapp_refused_says_why_and_is_sent_again_by_a_click(
    agent: Screen, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    page, answer = agent.page, f"Tomorrow {uuid4()}"
    await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": "When?"})
    await page.locator("inbox-list .row", has_text=phone["name"]).click()
    await page.locator("inbox-thread .tx", has_text="When?").wait_for()
    await meta.put("/faults/undeliverable_131026", json={"count": 1})
    await page.get_by_label(f"Message to {phone['name']}").fill(answer)
    await page.keyboard.press("Enter")
    bubble = page.locator("inbox-thread .m.out", has_text=answer)
    await bubble.get_by_text("WhatsApp's code: 131026").wait_for()
    await bubble.hover()
    await bubble.get_by_role("button", name="More for this message").click()
    await page.get_by_role("menuitem", name="Message details").click()
    steps = page.locator("inbox-message-details")
    await steps.get_by_text("Attempt to send: accepted by WhatsApp").wait_for()
    await steps.get_by_text("Status from WhatsApp: failed").wait_for()
    await page.keyboard.press("Escape")
    await bubble.get_by_role("button", name="Retry").click()
    await bubble.get_by_role("img", name="Delivered", exact=True).wait_for()
    assert await bubble.get_by_text("131026").count() == 0
