"""Answering: what is shown before the server knows, what is said when it refuses, and hands that stay on the keys."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from .double import Double, Resource, iso
from .screen import Screen

pytestmark = pytest.mark.browser


async def write(screen: Screen, words: str) -> None:
    await screen.page.get_by_label("Message to Salma").fill(words)
    await screen.page.keyboard.press("Enter")


async def test_ticks_follow_the_message_to_the_customer(double: Double, screen: Screen, salma: Resource) -> None:
    await write(screen, "On our way")
    bubble = screen.page.locator("inbox-thread .m.out", has_text="On our way")
    await bubble.get_by_role("img", name="Sending…").wait_for()
    assert await screen.page.locator("inbox-thread .m.out").count() == 1
    await double.sent()
    message = double.messages[salma["id"]][-1]
    for status, words in (("sent", "Sent"), ("delivered", "Delivered"), ("read", "Read")):
        double.status(message, status)
        await bubble.get_by_role("img", name=words, exact=True).wait_for()


async def test_a_refused_message_says_why_and_can_be_sent_again(
    double: Double, screen: Screen, salma: Resource
) -> None:
    double.refuse("POST messages", 422, kind="rejected", detail="This customer opted out.")
    await write(screen, "Special offer")
    await screen.page.get_by_text("This customer opted out.").wait_for()
    await screen.page.get_by_role("button", name="Retry").click()
    await screen.page.get_by_text("This customer opted out.").wait_for(state="detached")
    assert [one["body"] for one in await double.sent()] == ["Special offer"]
    assert await screen.page.locator("inbox-thread .m.out").count() == 1


async def test_a_failure_reported_by_whatsapp_offers_cause_cure_and_retry(
    double: Double, screen: Screen, salma: Resource
) -> None:
    message = double.write(salma, "Parcel", direction="outbound", status="queued")
    double.status(message, "failed", error={"code": 131026, "title": "Undeliverable", "cause": "No WhatsApp there.",
                                            "cure": "Call the customer."})
    await screen.page.get_by_text("Call the customer.").wait_for()
    await screen.page.get_by_role("button", name="Retry").click()
    await screen.page.get_by_text("Call the customer.").wait_for(state="detached")


async def test_an_uncertain_message_says_so_in_words(double: Double, screen: Screen, salma: Resource) -> None:
    double.status(double.write(salma, "Parcel", direction="outbound", status="queued"), "uncertain")
    await screen.page.get_by_text("WhatsApp has not confirmed this message.").wait_for()


async def test_newer_messages_are_offered_to_be_read_first(double: Double, screen: Screen, salma: Resource) -> None:
    newer = [{"id": "x", "author": "Yasmine", "at": iso(datetime.now(UTC))}]
    double.refuse("POST messages", 409, kind="newer-messages", newer=newer, count=1)
    await write(screen, "Too late")
    await screen.page.get_by_text("Yasmine wrote after what you saw.").wait_for()
    assert await screen.page.get_by_label("Message to Salma").input_value() == "Too late"
    await screen.page.get_by_role("button", name="Send anyway").click()
    bubble = screen.page.locator("inbox-thread .m.out", has_text="Too late")
    await bubble.get_by_role("img", name="Sending…").wait_for()
    await screen.page.get_by_text("Yasmine wrote after").wait_for(state="detached")
    assert (await double.sent())[0]["confirm"] is True
    assert double.posted[0]["last_seen"] == double.messages[salma["id"]][0]["id"]


async def test_a_closed_window_replaces_the_composer(double: Double, screen: Screen) -> None:
    conversation = double.customer("Nadia")
    double.write(conversation, "Long ago", at=datetime.now(UTC) - timedelta(hours=30), quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.page.get_by_text("The 24-hour window is closed.").wait_for()
    assert await screen.page.locator("inbox-composer textarea").count() == 0


async def test_a_quote_travels_with_the_answer(double: Double, screen: Screen, salma: Resource) -> None:
    await screen.page.locator("inbox-thread .m", has_text="Bonjour").hover()
    await screen.page.get_by_role("button", name="Reply to this message").click()
    await screen.page.keyboard.type("Yes?")
    async with screen.page.expect_response("**/messages"):
        await screen.page.keyboard.press("Enter")
    await screen.page.locator("inbox-thread .m.out .q", has_text="Bonjour").wait_for()
    assert (await double.sent())[0]["reply_to"] == double.messages[salma["id"]][0]["id"]


async def test_a_draft_survives_a_reload_and_shift_enter_breaks_the_line(screen: Screen, salma: Resource) -> None:
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("One")
    await screen.page.keyboard.press("Shift+Enter")
    await screen.page.keyboard.type("two")
    await screen.page.evaluate("() => new Promise((done) => setTimeout(done, 400))")  # the draft's own pause
    await screen.page.reload()
    assert await field.input_value() == "One\ntwo"


async def test_enter_during_composition_does_not_send(double: Double, screen: Screen, salma: Resource) -> None:
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("か")
    await field.evaluate("""(element) => element.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, composed: true }))""")
    assert await field.input_value() == "か"
    assert double.posted == []


async def test_a_reaction_sits_on_its_bubble(double: Double, screen: Screen, salma: Resource) -> None:
    target = double.messages[salma["id"]][0]
    double.write(salma, "👍", type="reaction", context_wamid=target["wamid"])
    await screen.page.get_by_role("button", name="Reactions: 👍").wait_for()
    double.write(salma, "", type="reaction", context_wamid=target["wamid"])
    await screen.page.get_by_role("button", name="Reactions: 👍").wait_for(state="detached")


async def test_edits_and_deletions_are_shown_as_what_they_are(double: Double, screen: Screen, salma: Resource) -> None:
    message = double.messages[salma["id"]][0]
    original = {"type": "text", "body": "Bonjour", "content": {}}
    edited = message | {"body": "Bonsoir", "edited_at": iso(datetime.now(UTC)), "original": original, "version": 2}
    double.emit("message.updated", {"message": edited})
    bubble = screen.page.locator(f'inbox-thread .m[data-id="{message["id"]}"]')
    await bubble.locator(".tx", has_text="Bonsoir").wait_for()
    await bubble.get_by_text("Edited", exact=True).wait_for()
    gone = edited | {"body": "", "content": {}, "revoked_at": iso(datetime.now(UTC)), "version": 3}
    double.emit("message.updated", {"message": gone})
    await bubble.get_by_text("The customer deleted this message.").wait_for()
    assert await bubble.get_by_text("Edited", exact=True).count() == 0
    await bubble.hover()
    await bubble.get_by_role("button", name="More for this message").wait_for()
    assert await bubble.get_by_role("button", name="Reply to this message").count() == 0
    await screen.page.locator("inbox-list .row", has_text="The customer deleted this message.").wait_for()
    double.write(salma, "", type="system", content={"type": "user_id_update"})
    await screen.page.get_by_text("WhatsApp knows this customer under a new id.").first.wait_for()
    double.write(salma, "", type="unsupported", content={"type": "edit"})
    await screen.page.locator("inbox-thread").get_by_text("The customer edited a message.").wait_for()


async def test_what_is_typed_before_its_field_stands_is_in_it_and_is_no_key_of_ours(
    double: Double, screen: Screen
) -> None:
    """Over a slow line: an E in a word that is typed too soon may not close the conversation."""
    page, made = screen.page, double.customer("Salma")
    double.write(made, "Bonjour", quiet=True)
    arrived = {name: asyncio.Event() for name in ("opened", "panel")}

    async def slow(route: Route) -> None:
        await arrived[route.request.url.rpartition("/")[2].removesuffix(".js")].wait()
        await route.continue_()

    for held in ("**/static/*/opened.js", "**/search/panel.js"):
        await page.context.route(held, slow)
    await screen.go("/inbox")
    await screen.live()
    await page.locator("inbox-list .nm", has_text="Salma").wait_for()
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    await page.keyboard.type("Here we are")
    arrived["opened"].set()
    await expect(page.get_by_label("Message to Salma")).to_have_value("Here we are", timeout=8000)
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await page.keyboard.type("merci")
    arrived["panel"].set()
    await expect(page.locator("inbox-search input")).to_have_value("merci", timeout=8000)
    assert double.conversations[made["id"]]["status"] == "open"


async def test_the_keyboard_alone_opens_answers_closes_and_goes_on(double: Double, screen: Screen) -> None:
    second, first = double.customer("Second"), double.customer("First")
    double.write(second, "two", quiet=True)
    double.write(first, "one", quiet=True)
    await screen.go("/inbox")
    await screen.live()
    await screen.page.locator("inbox-list .row").first.wait_for()
    press = screen.page.keyboard.press
    await press("j")
    await screen.page.wait_for_url(f"**/inbox/{first['id']}")
    await screen.page.get_by_label("Message to First").wait_for()
    await press("r")
    await screen.page.keyboard.type("Hello, j and e are letters here")
    await press("Enter")
    await screen.page.locator("inbox-thread .m.out").wait_for()
    await press("Escape")
    await press("m")
    await screen.page.get_by_role("button", name="Assigned to Amine Kadiri").wait_for()
    await press("e")
    await screen.page.wait_for_url(f"**/inbox/{second['id']}")
    assert first["status"] == "closed"
    await press("?")
    await screen.page.get_by_role("heading", name="Keyboard shortcuts").wait_for()
    await press("Escape")
    await screen.page.get_by_role("heading", name="Keyboard shortcuts").wait_for(state="hidden")
    await press("/")
    await screen.page.locator("inbox-search input:focus").wait_for()


async def test_keys_work_on_an_arabic_layout(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    double.write(conversation, "one", quiet=True)
    await screen.go("/inbox")
    await screen.live()
    await screen.page.locator("inbox-list .row").first.wait_for()
    await screen.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ت', code: 'KeyJ', bubbles: true }))")
    await screen.page.wait_for_url(f"**/inbox/{conversation['id']}")


async def test_the_list_is_walked_with_arrows(double: Double, screen: Screen) -> None:
    for name in ("Aya", "Badr", "Chadi"):
        double.write(double.customer(name), "hi", quiet=True)
    await screen.go("/inbox")
    rows = screen.page.get_by_role("option")
    await rows.first.focus()
    await screen.page.keyboard.press("End")
    await screen.page.locator("inbox-list .row[aria-posinset='3']:focus").wait_for()
    await screen.page.keyboard.press("Enter")
    await screen.page.wait_for_url("**/inbox/*")
