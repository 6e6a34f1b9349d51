"""The phones in a real browser: no console error under the strict policy, everything by keyboard too."""

import json
import re
import shutil
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import TYPE_CHECKING

import httpx2
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Send, Start, Write

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "fr", "ar")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:

    async with async_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        launched = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield launched
        await launched.close()


async def visit(
    browser: Browser, sandbox: httpx2.AsyncClient, lang: str = "en", width: int = 1440
) -> tuple[Page, list[str]]:
    """The page, and the list its console errors go into."""
    page = await browser.new_page(viewport={"width": width, "height": 860})
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{sandbox.base_url}?lang={lang}")
    await expect(page.locator(".phone")).to_have_count(4)
    return page, errors


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_every_language_shows_four_phones_without_a_console_error(
    browser: Browser, sandbox: httpx2.AsyncClient, write: "Write", lang: str
) -> None:
    await write("lucas", type="image", image={"sample": True})
    await sandbox.post("/sandbox/api/numbers", json={"business_name": "Rif Café"})
    page, errors = await visit(browser, sandbox, lang, width=390)
    inside = "bar => [...bar.children].every(one => one.getBoundingClientRect().right <= innerWidth)"
    assert await page.locator("#bar").evaluate(inside)
    assert await page.locator("html").get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.locator(".tabs button").nth(1).click()
    picture = page.locator("#phone-lucas .m img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 480
    assert errors == []


async def test_a_customer_writes_is_answered_and_reads_by_keyboard_alone(
    browser: Browser, sandbox: httpx2.AsyncClient, hook: "Hook", send: "Send"
) -> None:
    page, errors = await visit(browser, sandbox)
    await page.get_by_label("Message, أمينة العلوي").focus()
    await page.keyboard.type("سلام")
    await page.keyboard.press("Enter")
    await hook.until(lambda: bool(hook.messages))
    mine = page.locator("#phone-amina .m.mine")
    await expect(mine.get_by_role("img", name="Delivered")).to_be_visible()
    answer = await send(text={"body": "وعليكم السلام"})
    await expect(page.locator("#phone-amina .m:not(.mine) .tx")).to_have_text("وعليكم السلام")
    wamid = answer.json()["messages"][0]["id"]
    await hook.until(lambda: any(s["id"] == wamid and s["status"] == "read" for s in hook.statuses))
    assert errors == []


async def test_a_refused_webhook_is_shown_with_its_status_and_cure_until_it_is_taken(
    browser: Browser, sandbox: httpx2.AsyncClient, hook: "Hook", write: "Write"
) -> None:
    await sandbox.patch("/sandbox/api/delivery", json={"retry_seconds": 600})
    page, _ = await visit(browser, sandbox)
    hook.answers = [401]
    await write("james", text="Hi")
    notice = page.get_by_role("alert")
    await expect(notice).to_contain_text("answered 401")
    await expect(notice).to_contain_text("app secret")
    await expect(page.get_by_role("img", name="Not received by the business yet")).to_be_visible()
    await page.get_by_role("button", name="Retry now").click()
    await expect(notice).to_be_hidden()


async def test_reply_reaction_and_button_taps_reach_the_business(
    browser: Browser, sandbox: httpx2.AsyncClient, hook: "Hook", send: "Send", write: "Write"
) -> None:
    await write()
    buttons = {"buttons": [{"type": "reply", "reply": {"id": "swap", "title": "Échange"}}]}
    asked = {"type": "button", "body": {"text": "Alors ?"}, "action": buttons}
    wamid = (await send(type="interactive", interactive=asked)).json()["messages"][0]["id"]
    page, _ = await visit(browser, sandbox)
    bubble = page.locator("#phone-amina .m:not(.mine)")
    await bubble.hover()
    await bubble.get_by_role("button", name="React with 👍").click()
    await expect(bubble.locator(".reactions")).to_have_text("👍")
    await bubble.hover()
    await bubble.get_by_role("button", name="Reply").click()
    await page.keyboard.type("Pourquoi ?")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Échange").click()
    await hook.until(lambda: len(hook.messages) == 4)
    said = {message["type"]: message for message in hook.messages[1:]}
    reaction, reply, tap = said["reaction"], said["text"], said["interactive"]
    assert reaction["reaction"] == {"message_id": wamid, "emoji": "👍"}
    assert reply["context"]["id"] == tap["context"]["id"] == wamid
    assert tap["interactive"]["button_reply"] == {"id": "swap", "title": "Échange"}


async def test_a_button_keeps_its_click_when_news_of_its_message_come_while_it_is_pressed(
    browser: Browser, sandbox: httpx2.AsyncClient, hook: "Hook", send: "Send", write: "Write"
) -> None:
    await write()
    await send(text={"body": "Bonjour"})
    page, _ = await visit(browser, sandbox)
    bubble = page.locator("#phone-amina .m:not(.mine)")
    await bubble.hover()
    await bubble.get_by_role("button", name="React with 👍").hover()
    await page.mouse.down()
    await hook.until(lambda: any(status["status"] == "read" for status in hook.statuses))
    await page.mouse.up()
    await expect(bubble.locator(".reactions")).to_have_text("👍")


async def test_faults_are_switched_on_from_the_page(
    browser: Browser, sandbox: httpx2.AsyncClient, send: "Send"
) -> None:
    page, _ = await visit(browser, sandbox)
    await page.get_by_role("button", name=re.compile("^Misbehav")).click()
    await page.get_by_label("token_expired_190", exact=True).check()
    await expect(page.get_by_text("Misbehaving: ")).to_be_attached()
    assert (await send()).json()["error"]["code"] == 190


async def test_the_policy_allows_no_inline_script_or_style(sandbox: httpx2.AsyncClient) -> None:
    answer = await sandbox.get("/", headers={"Accept-Language": "fr-MA,fr;q=0.9"})
    assert 'lang="fr"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert (await sandbox.get("/static/__init__.py")).status_code == 404


def test_the_three_catalogues_have_the_same_words_and_every_word_used_is_there() -> None:
    page = files("comptoir_sdk.sandbox.page")
    english, *others = (json.loads((page / f"{lang}.json").read_text("utf-8")) for lang in LANGUAGES)
    for other in others:
        assert other.keys() == english.keys()
        for key, text in english.items():
            assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", text)), key
    scripts = "".join(file.read_text("utf-8") for file in page.iterdir() if file.name.endswith(".js"))
    used = set(re.findall(r"""\bt\("(\w+)\"""", scripts))
    assert used <= english.keys()


async def test_another_number_has_its_own_phones_and_its_keys_can_be_read(
    browser: Browser, sandbox: httpx2.AsyncClient, hook: "Hook"
) -> None:
    made = await sandbox.post("/sandbox/api/numbers", json={"business_name": "Rif Café", "webhook_url": "/hook"})
    number = made.json()
    page, errors = await visit(browser, sandbox)
    await page.get_by_label("Simulated number").select_option(number["phone_number_id"])
    await expect(page.locator("#phone-lucas h2")).to_have_text("Rif Café")
    await page.get_by_label("Message, Lucas Martin").fill("Bonjour")
    await page.keyboard.press("Enter")
    await hook.until(lambda: bool(hook.messages))
    assert hook.values[0]["metadata"]["phone_number_id"] == number["phone_number_id"]
    await page.get_by_label("Language").select_option("fr")
    await expect(page.locator("#phone-lucas h2")).to_have_text("Rif Café")
    await page.get_by_role("button", name="Clés de ce numéro").click()
    await expect(page.get_by_text(number["token"])).to_be_visible()
    assert errors == []


async def test_the_phones_appear_by_themselves_once_there_is_a_number(browser: Browser, start: "Start") -> None:
    sandbox = await start(empty=True)
    page = await browser.new_page()
    await page.goto(str(sandbox.base_url))
    await expect(page.get_by_text("No simulated number yet")).to_be_visible()
    await sandbox.post("/sandbox/api/numbers", json={})
    await expect(page.locator(".phone")).to_have_count(4)
