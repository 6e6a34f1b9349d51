"""A voice message is not lost: when one goes elsewhere, by a key pressed too much, without a network."""

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

HUM = """() => {
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext(), hum = context.createOscillator();
        const heard = context.createMediaStreamDestination();
        hum.connect(heard);
        hum.start();
        return heard.stream;
    };
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def recorder(double: Double, screen: Screen, salma: Resource) -> Locator:
    """Some seconds are recorded, and it goes on."""
    double.write(double.customer("Hugo"), "Allô")
    await screen.page.evaluate(HUM)
    await screen.page.get_by_role("button", name="Record a voice message").click()
    found = screen.page.locator("inbox-recorder")
    await found.get_by_role("timer").filter(has_text="0:02").wait_for()
    return found


def waiting(screen: Screen) -> Locator:
    return screen.page.locator("inbox-composer .tray li", has_text="Voice message")


async def test_it_is_sent_although_its_author_has_gone_on(double: Double, screen: Screen, recorder: Locator) -> None:
    page = screen.page
    await page.evaluate("""() => {
        const { prototype } = XMLHttpRequest;
        const { send } = prototype;
        globalThis.letGo = new Promise((done) => { globalThis.go = done; });
        prototype.send = function (form) { globalThis.letGo.then(() => send.call(this, form)); };
    }""")
    await recorder.get_by_role("button", name="Send the voice message").click()
    await waiting(screen).wait_for()
    await page.get_by_role("option", name="Hugo").click()
    await page.get_by_label("Message to Hugo").wait_for()
    await page.evaluate("() => globalThis.go()")
    [sent] = await double.sent()
    assert (sent["type"], sent["audio"]["voice"]) == ("audio", True)


async def test_it_is_sent_once_the_network_is_back(double: Double, screen: Screen, recorder: Locator) -> None:
    await screen.context.set_offline(True)
    await recorder.get_by_role("button", name="Send the voice message").click()
    await screen.page.get_by_text("Offline: 1 message will be sent.").wait_for()
    await screen.context.set_offline(False)
    [sent] = await double.sent()
    assert sent["audio"]["voice"] is True
    assert sent["audio"]["attachment_id"]


async def test_who_leaves_while_recording_is_asked_and_finds_it_again(
    double: Double, screen: Screen, recorder: Locator
) -> None:
    page = screen.page
    asked = page.get_by_role("dialog", name="Stop recording?")
    await page.get_by_role("option", name="Hugo").click()
    await asked.wait_for()
    assert await violations(screen) == []
    await page.get_by_role("button", name="Stay").click()
    await recorder.get_by_role("button", name="Pause").wait_for()
    await page.get_by_role("option", name="Hugo").click()
    await page.get_by_role("button", name="Leave").click()
    await page.get_by_label("Message to Hugo").wait_for()
    await page.get_by_role("option", name="Salma").click()
    await waiting(screen).get_by_text("Ready to send").wait_for()
    double.refuse("POST messages", 409, kind="newer-messages", newer=[], count=1)
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("button", name="Send anyway").click()
    [sent] = await double.sent()
    assert (sent["type"], sent["audio"]["voice"]) == ("audio", True)


async def test_what_escape_discarded_comes_back(double: Double, screen: Screen, recorder: Locator) -> None:
    await recorder.get_by_role("button", name="Listen to it first").click()
    await recorder.locator("audio").wait_for()
    await recorder.get_by_role("button", name="Send the voice message").press("Escape")
    await expect(recorder).to_have_count(0)
    assert await waiting(screen).count() == 0
    await screen.page.get_by_role("button", name="Undo").click()
    await waiting(screen).get_by_text("Ready to send").wait_for()


async def test_what_was_recorded_outlives_the_place_where_one_writes(
    double: Double, screen: Screen, salma: Resource, recorder: Locator
) -> None:
    """A colleague blocks the customer, and thinks better of it."""
    told = {"contact_id": salma["contact"]["id"], "account_id": salma["account"]["id"]}
    double.emit("contact.blocked", told | {"blocked_at": "2026-11-26T10:00:00+00:00"})
    await expect(recorder).to_have_count(0)
    double.emit("contact.unblocked", told)
    await waiting(screen).get_by_text("Ready to send").wait_for()
