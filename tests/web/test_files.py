"""Files from the composer: several at once with words, watched, stopped, tried again, refused before they leave."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, Route

from core.messaging.media.limits import CONVERTED, LARGEST_CONVERTED, LIMITS

from .double import ROOT, Double, Resource
from .looks import violations
from .screen import Screen
from .test_extras import choose

browser_test = pytest.mark.browser
PNG: FilePayload = {"name": "tajine.png", "mimeType": "image/png", "buffer": b"\x89PNG tajine"}
PDF: FilePayload = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
OGG: FilePayload = {"name": "voix.ogg", "mimeType": "audio/ogg", "buffer": b"OggS"}


def test_the_screen_checks_what_the_server_checks() -> None:
    source = (ROOT / "plugins/inbox/static/limits.js").read_text()
    found = re.search(r"LIMITS = (\{.*?\n\});", source, re.DOTALL)
    largest = re.search(r"LARGEST_CONVERTED = (\d+)", source)
    assert found is not None
    assert largest is not None
    kinds: dict[Any, Any] = {kind: limit for kind, limit in LIMITS.items() if kind != "sticker"}
    assert json.loads(found[1]) == {
        kind: {"types": list(limit.types), "converted": list(CONVERTED.get(kind, ())), "size": limit.size}
        for kind, limit in kinds.items()}  # fmt: skip
    assert int(largest[1]) == LARGEST_CONVERTED


async def put(screen: Screen, *files: FilePayload) -> None:
    await screen.page.locator("inbox-extras input[type=file]").set_input_files(list(files))


async def press_send(screen: Screen) -> None:
    await screen.page.get_by_role("button", name="Send", exact=True).click()


async def everything_left(screen: Screen) -> None:
    """A bubble is drawn before the server has its message."""
    await screen.page.evaluate("""async () => {
        const { outbox } = await import('@comptoir/sdk/ledger.js');
        const heard = (done) => outbox.addEventListener('change', () => outbox.waiting || done());
        if (outbox.waiting) await new Promise(heard);
    }""")


@browser_test
async def test_several_files_leave_in_their_order_with_the_words_on_the_first(
    double: Double, screen: Screen, salma: Resource
) -> None:
    await put(screen, OGG, PNG, PDF)
    rows = screen.page.locator("inbox-composer .tray li")
    await rows.get_by_text("Ready to send").nth(2).wait_for()
    assert await violations(screen) == []
    await screen.page.get_by_placeholder("Caption…").fill("Comme promis")
    await press_send(screen)
    await screen.page.locator("inbox-thread .m.out .card", has_text="facture.pdf").wait_for()
    await everything_left(screen)
    assert [one["type"] for one in await double.sent(3)] == ["audio", "image", "document"]
    assert [one[one["type"]].get("caption") for one in double.posted] == [None, "Comme promis", None]
    assert len({one[one["type"]]["attachment_id"] for one in double.posted}) == 3
    assert await rows.count() == 0
    assert await screen.page.get_by_label("Message to Salma").input_value() == ""


@browser_test
async def test_one_that_is_slow_is_watched_and_stopped_and_the_others_go(
    double: Double, screen: Screen, salma: Resource
) -> None:
    held = asyncio.Event()

    async def slow(route: Route) -> None:
        if "facture.pdf" in (route.request.post_data or "facture.pdf"):
            await held.wait()
            await route.abort()
        else:
            await route.continue_()

    await screen.page.route("**/api/v1/attachments", slow)
    await put(screen, PDF, PNG)
    await screen.page.get_by_role("progressbar", name="Upload of facture.pdf").wait_for()
    await screen.page.get_by_text("Ready to send").wait_for()
    await screen.page.get_by_label("Message to Salma").fill("Voilà")
    await press_send(screen)
    await screen.page.get_by_text("Leaves after the files before it").wait_for()
    assert double.posted == []
    await screen.page.get_by_role("button", name="Stop sending facture.pdf").click()
    await screen.page.locator("inbox-thread .m.out").first.wait_for()
    assert [one["type"] for one in await double.sent()] == ["image"]
    held.set()
    await screen.page.unroute_all(behavior="wait")


@browser_test
async def test_what_whatsapp_does_not_take_never_leaves(double: Double, screen: Screen, salma: Resource) -> None:
    await screen.page.evaluate("""() => {
        const made = (name, type, bytes) => new File([new ArrayBuffer(bytes)], name, { type });
        const files = new DataTransfer();
        for (const file of [made("film.mp4", "video/mp4", 17 * 1048576), made("tout.zip", "application/zip", 9), made("rien.pdf", "application/pdf", 0)])
            files.items.add(file);
        const dig = (root, selector) => root.querySelector(selector) ?? [...root.querySelectorAll("*")].map((one) => one.shadowRoot && dig(one.shadowRoot, selector)).find(Boolean);
        dig(document, ".line").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, composed: true, cancelable: true }));
    }""")  # noqa: E501
    for words in ("WhatsApp takes videos of at most 16 MB, and this one has 17 MB.",
                  "WhatsApp takes no files of this kind.", "There is nothing in this file."):
        await screen.page.get_by_text(words).wait_for()
    assert await screen.page.get_by_role("button", name="Send", exact=True).is_disabled()
    assert await violations(screen) == []
    await screen.page.get_by_role("button", name="Remove tout.zip").click()
    assert await screen.page.locator("inbox-composer .tray li").count() == 2
    assert double.uploaded == []


@browser_test
async def test_what_the_server_refuses_is_said_and_what_broke_off_is_tried_again(
    double: Double, screen: Screen, salma: Resource
) -> None:
    double.refuse("POST attachments", 503, kind="unavailable", detail="The store is away.")
    await put(screen, PDF)
    await screen.page.get_by_text("The store is away.").wait_for()
    assert await screen.page.get_by_role("button", name="Send", exact=True).is_disabled()
    await screen.page.get_by_role("button", name="Try again").click()
    await screen.page.get_by_text("Ready to send").wait_for()
    await press_send(screen)
    await screen.page.locator("inbox-thread .m.out .card", has_text="facture.pdf").wait_for()
    double.refuse("POST attachments", 422, kind="invalid", detail="This file is text/html.")
    await put(screen, PDF)
    await screen.page.get_by_text("This file is text/html.").wait_for()
    assert await screen.page.get_by_role("button", name="Try again").count() == 0


@browser_test
async def test_a_file_stays_while_another_conversation_is_read_and_when_newer_messages_hold_it_up(
    double: Double, screen: Screen, salma: Resource
) -> None:
    other = double.customer("Hugo")
    double.write(other, "Allô")
    await put(screen, PDF)
    await screen.page.get_by_text("Ready to send").wait_for()
    await screen.page.get_by_role("option", name="Hugo").click()
    await screen.page.get_by_label("Message to Hugo").wait_for()
    assert await screen.page.locator("inbox-composer .tray li").count() == 0
    await screen.page.get_by_role("option", name="Salma").click()
    await screen.page.get_by_text("Ready to send").wait_for()
    double.refuse("POST messages", 409, kind="newer-messages", newer=[], count=1)
    await press_send(screen)
    await screen.page.get_by_text("There are newer messages.").wait_for()
    await screen.page.locator("inbox-composer .tray li", has_text="facture.pdf").wait_for()
    assert await screen.page.get_by_label("Message to Salma").input_value() == ""
    await screen.page.get_by_role("button", name="Send anyway").click()
    await screen.page.locator("inbox-thread .m.out .card", has_text="facture.pdf").wait_for()
    assert (await double.sent())[-1]["confirm"] is True


@browser_test
async def test_files_that_newer_messages_hold_up_come_back_once_each_wherever_somebody_looks_meanwhile(
    double: Double, screen: Screen, salma: Resource
) -> None:
    double.write(double.customer("Hugo"), "Allô")
    held = asyncio.Event()

    async def slow(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await put(screen, PDF, PNG)
    rows = screen.page.locator("inbox-composer .tray li")
    await rows.get_by_text("Ready to send").nth(1).wait_for()
    double.refuse("POST messages", 409, kind="newer-messages", newer=[], count=1)
    await screen.page.route(f"**/conversations/{salma['id']}/messages", slow)
    await screen.page.get_by_placeholder("Caption…").fill("Comme promis")
    await press_send(screen)
    await screen.page.get_by_role("option", name="Hugo").click()
    await screen.page.get_by_label("Message to Hugo").wait_for()
    async with screen.page.expect_response(f"**/conversations/{salma['id']}/messages"):
        held.set()
    for name in ("Salma", "Hugo", "Salma"):
        await screen.page.get_by_role("option", name=name).click()
        await screen.page.get_by_label(f"Message to {name}").wait_for()
    await screen.page.get_by_text("There are newer messages.").wait_for()
    await rows.nth(1).wait_for()
    assert ["Comme promis" in told for told in await rows.all_text_contents()] == [True, False]
    await screen.page.get_by_label("Message to Salma").fill("Bonne journée")
    await screen.page.get_by_role("button", name="Send anyway").click()
    await screen.page.locator("inbox-thread .m.out").nth(1).wait_for()
    await everything_left(screen)
    assert [one["type"] for one in await double.sent(2)] == ["document", "image"]
    assert double.posted[0]["document"]["caption"] == "Comme promis\nBonne journée"
    assert all(one["confirm"] is True for one in double.posted)
    await screen.page.unroute_all(behavior="wait")


@browser_test
@pytest.mark.parametrize("status", [422, 503])
async def test_words_whose_file_does_not_arrive_stand_in_the_composer_again(
    double: Double, screen: Screen, salma: Resource, status: int
) -> None:
    held = asyncio.Event()

    async def slow(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await screen.page.route("**/api/v1/attachments", slow)
    double.refuse("POST attachments", status, kind="refused", detail="It did not arrive.")
    await put(screen, PDF)
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("Votre facture")
    await press_send(screen)
    assert await field.input_value() == ""
    await field.fill("Merci")
    held.set()
    await screen.page.get_by_text("It did not arrive.").wait_for()
    assert await field.input_value() == "Votre facture\nMerci"
    assert double.posted == []
    await screen.page.unroute_all(behavior="wait")


@browser_test
async def test_words_whose_file_is_taken_back_stand_in_the_composer_again(screen: Screen, salma: Resource) -> None:
    await screen.page.route("**/api/v1/attachments", lambda _: None)
    await put(screen, PDF)
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("Votre facture")
    await press_send(screen)
    await screen.page.get_by_role("button", name="Stop sending facture.pdf").click()
    await screen.page.locator("inbox-composer .tray").wait_for(state="detached")
    assert await field.input_value() == "Votre facture"


@browser_test
async def test_an_upload_stopped_while_the_session_is_renewed_does_not_leave(
    double: Double, screen: Screen, salma: Resource
) -> None:
    double.csrf = "renewed"
    told = await screen.page.evaluate("""async () => {
        const { upload } = await import('@comptoir/sdk');
        const stop = new AbortController(), form = new FormData(), { fetch } = window;
        form.append('file', new File(['%PDF-1.7'], 'facture.pdf', { type: 'application/pdf' }));
        window.fetch = (url, ...rest) => { if (String(url).endsWith('/bootstrap')) stop.abort(); return fetch(url, ...rest); };
        try { return await upload('/api/v1/attachments', form, { signal: stop.signal }); } catch (error) { return error.name; }
    }""")  # noqa: E501
    assert (told, double.uploaded) == ("AbortError", [])


@browser_test
@pytest.mark.parametrize("kind", ["Location", "Contact card", "Buttons", "List"])
async def test_the_dialogs_are_clean(double: Double, screen: Screen, salma: Resource, kind: str) -> None:
    await choose(screen, kind)
    await screen.page.get_by_role("dialog", name=kind).wait_for()
    assert await violations(screen) == []
    await screen.page.get_by_role("button", name="Send", exact=True).last.click()
    await screen.page.locator("ui-dialog .error, ui-field .error").first.wait_for()
    assert await violations(screen) == []
