"""Pages of others beside a conversation, in a real browser: what a good one may ask, and what a hostile one cannot."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from .double import Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser

FRAME = "x-frame iframe"
TOLD = ["comptoir", "contact", "conversation", "dir", "expires_at", "locale", "theme", "token", "type"]
PAGES = Path(__file__).with_name("others")


@pytest_asyncio.fixture(loop_scope="session")
async def others() -> AsyncIterator[str]:
    """A web site of somebody else's, on an origin of its own. /hangs never answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode().partition("?")[0]
        if path != "/hangs":
            file = PAGES / f"{path.strip('/')}.html"
            page = file.read_bytes() if file.exists() else b""
            kind = f"Content-Type: text/html\r\nContent-Length: {len(page)}"
            writer.write(f"HTTP/1.1 {200 if page else 404} Said\r\n{kind}\r\n\r\n".encode() + page)
            await writer.drain()
            writer.close()

    open_ones: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for writer in open_ones:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def shown(double: Double, screen: Screen, url: str) -> Resource:
    """The conversation beside which it stands, on the screen."""
    salma = double.customer("Salma")
    double.write(salma, "Bonjour", quiet=True)
    double.outward.show("Orders", url)
    await screen.go(f"/inbox/{salma['id']}")
    return salma


async def heard(screen: Screen, words: str) -> Resource:
    """What the frame was told last, once it holds these words."""
    place = screen.page.frame_locator(FRAME).locator("#heard", has_text=words)
    await place.wait_for()
    told: Resource = json.loads(await place.inner_text())
    return told


async def test_it_is_told_ids_language_theme_and_a_token_and_nothing_else(
    double: Double, screen: Screen, others: str
) -> None:
    salma = await shown(double, screen, f"{others}/good")
    told = await heard(screen, "context")
    assert sorted(told) == TOLD
    assert (told["conversation"], told["contact"]) == (salma["id"], salma["contact"]["id"])
    assert (told["locale"], told["dir"], told["theme"], told["token"]) == ("en", "ltr", "light", "a.signed.token")
    assert [one["conversation"] for one in double.outward.tokens] == [salma["id"]]
    await screen.page.emulate_media(color_scheme="dark")
    assert (await heard(screen, "theme"))["theme"] == "dark"


async def test_the_frame_has_no_origin_and_the_policy_names_its_own(
    double: Double, screen: Screen, others: str
) -> None:
    double.outward.show("Orders", f"{others}/good")
    salma = double.customer("Salma")
    answer = await screen.page.goto(f"/inbox/{salma['id']}")
    assert answer is not None
    assert f"frame-src 'self' {others}" in answer.headers["content-security-policy"]
    frame = screen.page.locator(FRAME)
    await frame.wait_for()
    assert await frame.get_attribute("sandbox") == "allow-scripts allow-forms"
    assert await frame.get_attribute("referrerpolicy") == "no-referrer"
    assert await frame.get_attribute("title") == "Orders"
    double.panels.clear()
    answer = await screen.page.goto(f"/inbox/{salma['id']}")
    assert answer is not None
    assert "frame-src" not in answer.headers["content-security-policy"]


async def test_words_reach_the_composer_after_the_agents_click(double: Double, screen: Screen, others: str) -> None:
    await shown(double, screen, f"{others}/good")
    await heard(screen, "context")
    page, frame = screen.page, screen.page.frame_locator(FRAME)
    await frame.locator("#words").click()
    question = page.get_by_role("group", name="Orders suggests these words:")
    await question.get_by_text("Your parcel left today.").wait_for()
    composer = page.get_by_role("textbox", name="Message to Salma")
    assert await composer.input_value() == ""
    await frame.locator("#go").click()  # one question at a time
    await page.wait_for_timeout(450)  # a click sooner was meant for something else
    await question.get_by_role("button", name="Insert").click()
    await question.wait_for(state="hidden")
    assert await composer.input_value() == "Your parcel left today."


async def test_another_conversation_opens_after_the_agents_click_and_not_before(
    double: Double, screen: Screen, others: str
) -> None:
    other = double.customer("Driss")
    double.write(other, "Salam", quiet=True)
    await shown(double, screen, f"{others}/good?other={other['id']}")
    await heard(screen, "context")
    page, frame = screen.page, screen.page.frame_locator(FRAME)
    before = page.url
    await frame.locator("#go").click()
    question = page.get_by_role("group", name="Orders wants to open another conversation.")
    await question.wait_for()
    await question.get_by_role("button", name="No").click()
    assert page.url == before
    await frame.locator("#go").click()
    await question.wait_for()
    await page.wait_for_timeout(450)
    await question.get_by_role("button", name="Open").click()
    await page.wait_for_url(f"**/inbox/{other['id']}")


async def test_a_link_is_shown_before_it_opens_and_the_height_has_an_end(
    double: Double, screen: Screen, others: str
) -> None:
    await shown(double, screen, f"{others}/good")
    await heard(screen, "context")
    frame = screen.page.frame_locator(FRAME)
    await frame.locator("#page").click()
    await screen.page.get_by_text("https://example.org/track/1").wait_for()
    await frame.locator("#tall").click()
    await expect(screen.page.locator(FRAME)).to_have_css("block-size", "900px")


@pytest.mark.parametrize("path", ["/silent", "/hangs", "/nowhere"])
async def test_one_that_does_not_say_it_is_ready_is_a_card_with_retry(
    double: Double, screen: Screen, others: str, path: str
) -> None:
    await shown(double, screen, others + path)
    await screen.page.get_by_text("Orders could not load.").wait_for()
    await screen.page.get_by_text("Bonjour").first.wait_for()
    double.outward.tokens.clear()
    await screen.page.get_by_role("button", name="Retry").click()
    await screen.page.get_by_text("Orders could not load.").wait_for(state="hidden")
    await screen.page.get_by_text("Orders could not load.").wait_for()
    assert double.outward.tokens == []


async def test_a_hostile_page_reads_nothing_goes_nowhere_and_opens_nothing(
    double: Double, screen: Screen, others: str
) -> None:
    dialogs: list[str] = []
    screen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await shown(double, screen, f"{others}/hostile")
    page = screen.page
    log = page.frame_locator(FRAME).locator("#log", has_text="told:")
    await log.wait_for()
    found = dict(line.split(": ", 1) for line in (await log.inner_text()).splitlines())
    for deed in ("dom", "location", "top", "cookie", "storage"):
        assert found[deed] == "SecurityError", found
    assert found["popup"] == "NoPopup"
    assert found["told"] == ",".join(TOLD)
    assert dialogs == []
    assert page.url.startswith(f"{double.url}/inbox/")
    assert len(page.context.pages) == 1
    assert await page.locator("x-frame .ask").count() == 0
    assert await page.get_by_role("textbox", name="Message to Salma").input_value() == ""
    screen.errors = [one for one in screen.errors if not any(words in one for words in BLOCKED)]


BLOCKED = ("sandboxed", "evil.example", "allow-modals", "allow-popups", "allow-top-navigation", "from origin 'null'")
"""What the browser says when it stops such a page."""


async def test_a_page_that_floods_is_stopped_and_the_screen_stays_quick(
    double: Double, screen: Screen, others: str
) -> None:
    salma = await shown(double, screen, f"{others}/floods")
    await screen.page.get_by_text("Orders was stopped.").wait_for()
    assert await screen.page.locator(FRAME).count() == 0
    double.write(salma, "Still here?")
    await screen.page.locator("inbox-thread .tx", has_text="Still here?").wait_for()


async def test_what_other_windows_say_is_not_heard(double: Double, screen: Screen, others: str) -> None:
    await shown(double, screen, f"{others}/good")
    await heard(screen, "context")
    await screen.page.evaluate("""() => {
        const forged = { comptoir: 1, type: "insert", text: "forged" };
        window.postMessage(forged, "*");
        const beside = document.body.appendChild(document.createElement("iframe"));
        dispatchEvent(new MessageEvent("message", { data: forged, origin: "null", source: beside.contentWindow }));
        beside.remove();
    }""")
    await screen.page.frame_locator(FRAME).locator("#words").click()
    await screen.page.get_by_text("Your parcel left today.").wait_for()
    assert await screen.page.get_by_text("forged").count() == 0
