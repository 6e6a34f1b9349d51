"""The thread as agents use it: files looked at and heard in place, messages walked through, nothing jumps."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from .double import BASE, Double, Resource, iso
from .double_thread import PDF
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser
PLAYER = "async (what) => { const { player } = await import('inbox/player/player.js'); return player[what]; }"


async def test_an_album_is_looked_through_by_keyboard_and_the_focus_comes_back(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    for number in range(6):
        double.write(salma, type="image", attachments=[double.files.photo(hue=40 * number)],
                     at=BASE - timedelta(minutes=5, seconds=-number))  # fmt: skip
    album = page.locator("inbox-thread .album")
    await expect(album.get_by_text("+2")).to_be_visible()
    assert await album.locator("a").count() == 4
    await album.locator("a").nth(3).focus()
    await page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="File viewer")
    await expect(viewer.get_by_text("4 / 6")).to_be_visible()
    assert await violations(screen) == []
    await page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_text("5 / 6")).to_be_visible()
    await page.keyboard.press("+")
    await expect(viewer.locator("img.close")).to_be_visible()
    await page.keyboard.press("End")
    await expect(viewer.get_by_role("button", name="Next file")).to_have_count(0)
    await page.keyboard.press("Home")
    await expect(viewer.get_by_role("button", name="Previous file")).to_have_count(0)
    await page.keyboard.press("Escape")
    await viewer.wait_for(state="detached")
    assert await album.locator("a").nth(3).evaluate("(one) => one.getRootNode().activeElement === one")


async def test_a_pdf_is_drawn_in_place_and_a_text_is_read(double: Double, screen: Screen, salma: Resource) -> None:
    page = screen.page
    pdf = double.files.attachment("application/pdf", PDF, filename="facture.pdf")
    double.write(salma, "facture.pdf", type="document", attachments=[pdf])
    note = double.files.attachment("text/plain", "مرحبا <b>".encode(), filename="note.txt")
    double.write(salma, "note.txt", type="document", attachments=[note])
    await page.locator("inbox-thread .card", has_text="note.txt").locator("a.whole").click()
    await page.get_by_role("dialog", name="File viewer").get_by_text("مرحبا <b>").wait_for()
    await page.get_by_role("button", name="Close viewer").click()
    await page.locator("inbox-thread .card", has_text="facture.pdf").locator("a.whole").click()
    if await page.evaluate("navigator.pdfViewerEnabled"):
        await page.locator("inbox-viewer iframe[title='facture.pdf']").wait_for()


# As a hand does that goes on scrolling while the last messages come in.
TO_THE_TOP = """() => {
    const { renderRoot: thread } = document.querySelector('inbox-page').chat.thread;
    thread.querySelector('.scroll').scrollTop = 0;
    return thread.querySelector('inbox-voice');
}"""


async def test_one_voice_plays_on_through_scrolling_other_pages_and_the_next_voice(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    first = double.write(salma, type="audio", attachments=[double.files.voice(1.2)])
    second = double.write(salma, type="audio", attachments=[double.files.voice(60)])
    for number in range(40):
        double.write(salma, f"Plus {number}")
    await page.locator("inbox-thread .tx", has_text="Plus 39").wait_for()
    await page.wait_for_function(TO_THE_TOP)
    voice = page.locator("inbox-voice").first
    await voice.get_by_role("button", name="Play").click()
    await voice.get_by_role("button", name="Speed: 1×").click()
    await page.locator("inbox-thread").evaluate("(one) => one.latest()")
    bar = page.get_by_role("region", name="Now playing")
    await screen.until("async (id) => (await import('inbox/player/player.js')).player.message?.id === id", second["id"])
    await expect(bar.get_by_role("button", name="Speed: 1.5×")).to_be_visible()
    await page.get_by_role("link", name="Contacts").click()
    await expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    assert await violations(screen) == []
    await bar.get_by_title("Show the message").click()
    playing = page.locator(f"inbox-thread .m[data-id='{second['id']}'] inbox-voice")
    await playing.get_by_role("slider").press("ArrowRight")
    assert await page.evaluate(PLAYER, "position") > 5
    await bar.get_by_role("button", name="Stop").click()
    await expect(bar).to_have_count(0)
    heard = page.locator(f"inbox-thread .m[data-id='{first['id']}']")
    await expect(heard.get_by_role("img", name="Listened to", exact=True)).to_be_visible()


async def test_a_file_that_failed_is_fetched_again(double: Double, screen: Screen, salma: Resource) -> None:
    failed = double.files.photo() | {"state": "failed", "failure": "unreachable"}
    message = double.write(salma, type="image", attachments=[failed])
    await screen.page.locator("inbox-thread").get_by_role("button", name="Try again").click()
    await screen.page.get_by_text("Fetching from WhatsApp…").wait_for()
    assert double.files.retried == [failed["id"]]
    failed |= {"state": "stored"}
    message["version"] += 1
    double.emit("message.updated", {"message": message})
    await screen.page.locator("inbox-thread .media img").wait_for()


async def test_messages_are_walked_through_and_used_by_keyboard(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    double.permissions.append("messages.explain")
    edited = double.write(salma, "Demain", direction="outbound", status="failed", edited_at=iso(BASE), original={
        "type": "text", "body": "Hier", "content": {}}, error={"code": 131047, "title": "Window closed"})  # fmt: skip
    double.write(salma, "👍", type="reaction", context_wamid=edited["wamid"])
    await page.locator("inbox-thread .rx").wait_for()
    await page.locator("inbox-thread").get_by_role("log").focus()
    await page.keyboard.press("ArrowUp")
    focused = page.locator("inbox-thread .m:focus")
    assert await focused.get_attribute("aria-label") is not None
    assert "Not delivered" in str(await focused.get_attribute("aria-label"))
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("inbox-thread .m:focus", has_text="Bonjour")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Copy text").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "Bonjour"
    await page.locator("inbox-thread .m", has_text="Bonjour").focus()
    await page.keyboard.press("r")
    await page.locator("inbox-composer").get_by_text("Bonjour").wait_for()
    await page.get_by_role("button", name="Edited", exact=True).click()
    await page.locator("inbox-thread .before", has_text="Hier").wait_for()
    await page.locator("inbox-thread .m", has_text="Demain").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Message details").click()
    await page.get_by_role("dialog", name="Message details").wait_for()
    details = page.locator("inbox-message-details")
    await expect(details.get_by_text("WhatsApp's code: 131047")).to_be_visible()
    await expect(details.get_by_text("Hier")).to_be_visible()
    assert await violations(screen) == []


async def test_the_files_of_a_conversation_stand_on_their_shelves(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    double.write(salma, type="image", attachments=[double.files.photo()], quiet=True)
    double.write(salma, "Voir https://atlas.ma/7 et *www.atlas.ma*", quiet=True)
    archive = double.files.attachment("application/zip", filename="a.zip")
    double.write(salma, "a.zip", type="document", attachments=[archive])
    await page.get_by_role("button", name="Files, links and voice").click()
    shelves = page.locator("inbox-gallery")
    await shelves.locator("button.tile img").wait_for()
    assert await violations(screen) == []
    await shelves.get_by_role("tab", name="Links").click()
    assert await shelves.get_by_role("link").all_text_contents() == ["https://atlas.ma/7", "www.atlas.ma"]
    await shelves.get_by_role("tab", name="Documents").click()
    await shelves.get_by_role("link", name="a.zip").wait_for()
    await shelves.get_by_role("tab", name="Voice").click()
    await shelves.get_by_text("No voice messages yet.").wait_for()
