"""Without a network: the application opens, shows what was read last, takes what is written, and sends it once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page

from .double import Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser

KEPT = """async ([conversations, threads]) => {
    const shelf = (await caches.keys()).some((name) => name.startsWith('comptoir:shell:'));
    if (!shelf || !(await caches.match('/offline'))) return false;
    const found = (await indexedDB.databases()).find(({ name }) => name.endsWith(':copy'));
    if (!found) return false;
    const opened = (done) => { indexedDB.open(found.name).onsuccess = ({ target }) => done(target.result); };
    const database = await new Promise(opened);
    const read = (store, how) => new Promise((done) => {
        how(database.transaction(store).objectStore(store)).onsuccess = (event) => done(event.target.result);
    });
    const rows = await read('facts', (facts) => facts.get('conversations'));
    const kept = await read('threads', (store) => store.getAllKeys());
    database.close();
    return rows?.length === conversations && kept.length === threads;
}"""
COUNT = """await new Promise(async (done) => {
    const found = (await indexedDB.databases()).find(({ name }) => name.endsWith(':files'));
    if (!found) return done(0);
    indexedDB.open(found.name).onsuccess = ({ target: { result: database } }) => {
        database.transaction('files').objectStore('files').count().onsuccess = (event) => {
            database.close();
            done(event.target.result);
        };
    };
})"""
NAMES = """async () => [...Object.keys(localStorage), ...(await indexedDB.databases()).map(({ name }) => name),
    ...(await caches.keys())].filter((name) => name.startsWith('comptoir:'))"""


@pytest_asyncio.fixture(loop_scope="session")
async def traveller(browser: Browser, double: Double) -> AsyncIterator[Screen]:
    opened = await Screen.open(browser, double.url, worker=True)
    yield opened
    await opened.context.close()
    assert opened.errors == []


async def kept(page: Page, conversations: int, threads: int) -> None:
    """Until the copy has this much, and the shell is put by."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(200):
        if await page.evaluate(KEPT, [conversations, threads]):
            return
        await page.wait_for_timeout(100)
    raise AssertionError("nothing was kept")


async def two(double: Double, screen: Screen) -> tuple[Resource, Resource]:
    """Salma's conversation, read; Badr's, not; both kept."""
    salma, badr = double.customer("Salma"), double.customer("Badr")
    double.write(salma, "Bonjour", quiet=True)
    double.write(badr, "Salam", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await kept(screen.page, 2, 1)
    return salma, badr


async def write(screen: Screen, words: str, name: str = "Salma") -> None:
    await screen.page.get_by_label(f"Message to {name}").fill(words)
    await screen.page.keyboard.press("Enter")


async def until(page: Page, holds: str) -> None:
    await page.evaluate(f"async () => {{ while (!({holds})) await new Promise((done) => setTimeout(done, 50)); }}")


async def sent(page: Page) -> None:
    """Until nothing waits any more."""
    await page.evaluate("""async () => {
        const { outbox } = await import('@comptoir/sdk/ledger.js');
        const nothing = (done) => {
            const look = () => outbox.waiting || done();
            outbox.addEventListener('change', look);
            look();
        };
        await new Promise(nothing);
    }""")


def bodies(double: Double) -> list[Any]:
    return [one["body"] for one in double.posted]


async def test_it_opens_shows_what_was_read_and_sends_what_was_written_once(double: Double, traveller: Screen) -> None:
    page = traveller.page
    salma, _ = await two(double, traveller)
    await traveller.context.set_offline(True)
    await page.reload()
    await page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    assert await page.locator("inbox-list .row").count() == 2
    await write(traveller, "from the train")
    await write(traveller, "and again")
    await page.get_by_text("Offline: 2 messages will be sent.").wait_for()
    await page.reload()
    await page.locator("inbox-thread .tx", has_text="and again").wait_for()
    await page.get_by_text("Offline: 2 messages will be sent.").wait_for()
    double.write(salma, "meanwhile", quiet=True)
    double.posted.clear()
    await traveller.context.set_offline(False)
    await page.get_by_text("Offline").wait_for(state="detached")
    await page.locator("inbox-thread .tx", has_text="meanwhile").wait_for()
    await sent(page)
    assert bodies(double) == ["from the train", "and again"]
    shown = await page.locator("inbox-thread .tx").all_inner_texts()
    for words in ("Bonjour", "meanwhile", "from the train", "and again"):
        assert sum(words in one for one in shown) == 1, words


async def test_any_page_opens_at_its_address_and_the_list_leads_to_what_was_read(double: Double,
                                                                                 traveller: Screen) -> None:
    page = traveller.page
    await two(double, traveller)
    await traveller.context.set_offline(True)
    await page.goto("/inbox")
    await page.locator("inbox-list .row", has_text="Salma").click()
    await page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await page.locator("inbox-list .row", has_text="Badr").click()
    await page.get_by_text("The messages could not be loaded.").wait_for()
    await traveller.context.set_offline(False)
    await page.locator("inbox-thread .tx", has_text="Salam").wait_for()


async def test_what_was_given_away_or_erased_meanwhile_is_gone_at_the_first_contact(double: Double,
                                                                                    traveller: Screen) -> None:
    page = traveller.page
    salma, badr = await two(double, traveller)
    await page.locator("inbox-list .row", has_text="Badr").click()
    await page.locator("inbox-thread .tx", has_text="Salam").wait_for()
    await kept(page, 2, 2)
    await traveller.context.set_offline(True)
    await page.goto(f"/inbox/{badr['id']}")
    await page.locator("inbox-thread .tx", has_text="Salam").wait_for()
    del double.conversations[salma["id"]], double.messages[salma["id"]]  # no event tells of it
    await traveller.context.set_offline(False)
    await page.get_by_text("Offline").wait_for(state="detached")
    await page.locator("inbox-list .row", has_text="Salma").wait_for(state="detached")
    await kept(page, 1, 1)


async def test_while_the_server_is_there_an_answer_that_fails_is_not_taken_from_the_copy(double: Double,
                                                                                         traveller: Screen) -> None:
    """A thread of hours ago would look like that of now, and be marked read."""
    page = traveller.page
    salma, _ = await two(double, traveller)
    await page.evaluate("""async () => {
        const { navigate } = await import('@comptoir/sdk');
        const { ledger } = await import('@comptoir/sdk/ledger.js');
        navigate('/inbox');
        ledger.keepThreads(0, null); // as after a dozen others
    }""")
    double.write(salma, "meanwhile")
    await page.locator("inbox-list .row", has_text="meanwhile").wait_for()
    double.refuse("GET messages", 502)
    await page.locator("inbox-list .row", has_text="Salma").click()
    await page.get_by_text("The messages could not be loaded.").wait_for()
    assert salma["unread"] == 1
    await page.locator("inbox-thread").get_by_role("button", name="Retry").click()
    await page.locator("inbox-thread .tx", has_text="meanwhile").wait_for()


async def test_a_file_chosen_without_a_network_is_uploaded_and_sent_on_return(double: Double,
                                                                              traveller: Screen) -> None:
    page = traveller.page
    await two(double, traveller)
    await traveller.context.set_offline(True)
    file = FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 bill")
    await page.locator("inbox-extras input[type=file]").set_input_files([file])
    await page.get_by_label("Message to Salma").fill("Your bill")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_text("Offline: 1 message will be sent.").wait_for()
    await page.reload()
    await page.get_by_text("Offline: 1 message will be sent.").wait_for()
    assert not double.uploaded
    await traveller.context.set_offline(False)
    await sent(page)
    assert double.uploaded == ["bill.pdf"]
    [posted] = double.posted
    assert posted["document"]["caption"] == "Your bill"
    assert posted["document"]["attachment_id"]


HOLD = """() => {
    const { prototype } = XMLHttpRequest;
    prototype.send = () => { globalThis.began = (globalThis.began ?? 0) + 1; };
}"""


async def test_files_on_their_way_when_the_page_closes_go_on_at_return(double: Double, traveller: Screen) -> None:
    """One was sent with its words, one only chosen; another tab that is open does not take them."""
    page = traveller.page
    salma, badr = await two(double, traveller)
    other = await traveller.context.new_page()
    await other.goto(f"/inbox/{badr['id']}")
    await other.locator("inbox-thread .tx", has_text="Salam").wait_for()
    await page.evaluate(HOLD)
    files = page.locator("inbox-extras input[type=file]")
    await files.set_input_files([FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 bill")])
    await page.get_by_label("Message to Salma").fill("Your bill")
    await page.get_by_role("button", name="Send", exact=True).click()
    await files.set_input_files([FilePayload(name="map.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 map")])
    await until(page, "globalThis.began === 2")
    await until(page, f"({COUNT}) === 2")
    assert double.uploaded == []
    await other.reload()
    await other.locator("inbox-thread .tx", has_text="Salam").wait_for()
    await page.goto("about:blank")
    await until(other, f"({COUNT}) === 1")
    await sent(other)
    assert sorted(double.uploaded) == ["bill.pdf", "map.pdf"]
    [posted] = double.posted
    assert posted["document"]["caption"] == "Your bill"
    async with other.expect_response(f"**/{salma['id']}/draft"):
        await other.locator("inbox-list .row", has_text="Salma").click()
    await other.locator(".tray li", has_text="map.pdf").get_by_text("Ready to send").wait_for()
    await until(other, f"({COUNT}) === 0")  # the draft has it
    assert double.compose.drafts[salma["id"]]["files"][0]["filename"] == "map.pdf"


async def test_a_file_that_is_gone_from_the_disk_holds_nothing_up(double: Double, traveller: Screen,
                                                                  tmp_path: Path) -> None:
    page = traveller.page
    await two(double, traveller)
    file = tmp_path / "bill.pdf"
    file.write_bytes(b"%PDF-1.4 bill")
    await traveller.context.set_offline(True)
    await page.locator("inbox-extras input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="Send", exact=True).click()
    await write(traveller, "after it")
    await page.get_by_text("Offline: 2 messages will be sent.").wait_for()
    file.unlink()
    await traveller.context.set_offline(False)
    await page.get_by_text("This file cannot be read any more. Choose it again.").wait_for()
    await sent(page)
    assert bodies(double) == ["after it"]


async def test_two_tabs_of_one_person_send_once(double: Double, traveller: Screen) -> None:
    salma, _ = await two(double, traveller)
    other = await traveller.context.new_page()
    await other.goto(f"/inbox/{salma['id']}")
    await other.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await traveller.context.set_offline(True)
    await write(traveller, "from one tab")
    await other.locator("inbox-thread .tx", has_text="from one tab").wait_for()
    await other.get_by_text("Offline: 1 message will be sent.").wait_for()
    await traveller.context.set_offline(False)
    for page in (traveller.page, other):
        await page.get_by_text("Offline").wait_for(state="detached")
        await sent(page)
        assert await page.locator("inbox-thread .tx", has_text="from one tab").count() == 1
    assert bodies(double) == ["from one tab"]


async def test_a_tab_that_closes_leaves_its_words_to_the_other(double: Double, traveller: Screen) -> None:
    salma, _ = await two(double, traveller)
    other = await traveller.context.new_page()
    await other.goto(f"/inbox/{salma['id']}")
    await other.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await traveller.context.set_offline(True)
    await write(traveller, "last words")
    await other.locator("inbox-thread .tx", has_text="last words").wait_for()
    await traveller.page.close()
    await traveller.context.set_offline(False)
    await other.get_by_text("Offline").wait_for(state="detached")
    await sent(other)
    assert bodies(double) == ["last words"]


async def test_what_an_earlier_version_kept_is_sent(double: Double, traveller: Screen) -> None:
    salma, _ = await two(double, traveller)
    await traveller.page.evaluate("""async (conversation) => {
        const { storageKey } = await import('@comptoir/sdk');
        const draft = { id: crypto.randomUUID(), conversation_id: conversation, body: 'from before', state: 'waiting',
                        at: new Date().toISOString() };
        localStorage.setItem(storageKey('outbox'), JSON.stringify([draft]));
    }""", salma["id"])
    await traveller.page.reload()
    await traveller.page.locator("inbox-thread .tx", has_text="from before").wait_for()
    await sent(traveller.page)
    assert bodies(double) == ["from before"]
    assert not [name for name in await traveller.page.evaluate("() => Object.keys(localStorage)") if "outbox" in name]


async def test_what_was_written_waits_for_whoever_must_log_in_again(double: Double, traveller: Screen) -> None:
    page = traveller.page
    salma, _ = await two(double, traveller)
    await traveller.context.set_offline(True)
    await page.reload()
    await page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await write(traveller, "kept for later")
    await page.get_by_text("Offline: 1 message will be sent.").wait_for()
    double.signed_in = False  # the session ended meanwhile
    await traveller.context.set_offline(False)
    await page.wait_for_url("**/login**")
    assert not double.posted
    double.signed_in = True
    await traveller.go(f"/inbox/{salma['id']}")
    await page.locator("inbox-thread .tx", has_text="kept for later").wait_for()
    await sent(page)
    assert bodies(double) == ["kept for later"]


async def test_logging_out_with_words_unsent_is_asked_about(double: Double, traveller: Screen) -> None:
    page = traveller.page
    salma, badr = await two(double, traveller)
    await traveller.go(f"/inbox/{badr['id']}")
    double.refuse("PUT draft", 422)
    await page.get_by_label("Message to Badr").fill("not taken")
    await until(page, "Object.entries(localStorage).some((one) => /draft:.*refused/.test(one.join()))")
    await traveller.go(f"/inbox/{salma['id']}")
    await page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await page.keyboard.press("n")
    await page.get_by_label("Note for your team").fill("Ask her")
    await page.keyboard.press("Escape")
    await page.evaluate(HOLD)
    double.offline = True
    await write(traveller, "half way")
    file = FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 bill")
    await page.locator("inbox-extras input[type=file]").set_input_files([file])
    await until(page, f"({COUNT}) === 1")
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await page.get_by_text("1 message has not been sent. 1 file is on its way. 1 draft was refused by the server. "
                           "1 note was begun.").wait_for()  # fmt: skip
    await page.keyboard.press("Escape")
    double.offline = False
    await sent(page)
    assert bodies(double) == ["half way"]
    assert salma["id"] in page.url


async def test_logging_out_leaves_nothing_and_an_ended_session_no_copy(double: Double, traveller: Screen) -> None:
    page = traveller.page
    await two(double, traveller)
    double.signed_in = False
    await page.goto("/inbox")
    await page.wait_for_url("**/login**")
    await until(page, """!(await caches.keys()).length
        && !(await indexedDB.databases()).some(({ name }) => name.endsWith(':copy'))""")
    assert [name for name in await page.evaluate(NAMES) if not name.endswith(":outbox")] == []
    double.signed_in = True
    await traveller.go("/inbox")
    await traveller.live()
    await kept(page, 2, 0)
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await page.wait_for_url("**/login")
    await until(page, "!(await indexedDB.databases()).length")
    assert await page.evaluate(NAMES) == []


@pytest.mark.parametrize("worker", [True, False])  # plain HTTP has none
async def test_another_person_finds_nothing_of_the_one_before(browser: Browser, double: Double, worker: bool) -> None:
    traveller = await Screen.open(browser, double.url, worker=worker)
    page = traveller.page
    await traveller.go("/inbox")
    await traveller.live()
    await page.evaluate("() => localStorage.setItem('comptoir:tenant:somebody-else:draft:1', 'secret')")
    await page.evaluate("""() => new Promise((done) => {
        const asked = indexedDB.open('comptoir:tenant:somebody-else:outbox');
        asked.onsuccess = () => { asked.result.close(); done(); };
    })""")
    await page.reload()
    await until(page, "!(await indexedDB.databases()).some(({ name }) => name.includes('somebody-else'))")
    assert not [name for name in await page.evaluate(NAMES) if "somebody-else" in name]
    await traveller.context.close()
    assert traveller.errors == []


async def test_a_thread_that_is_gone_does_not_stop_the_copy_and_one_tab_fetches_it(double: Double,
                                                                                   traveller: Screen) -> None:
    page = traveller.page
    await two(double, traveller)
    await page.locator("inbox-list .row", has_text="Badr").click()
    await page.locator("inbox-thread .tx", has_text="Salam").wait_for()
    await kept(page, 2, 2)
    await page.goto("/contacts")
    await traveller.live()
    await until(page, "performance.getEntriesByType('resource').filter(({ name, responseEnd }) => "
                      "name.includes('/messages?') && responseEnd).length === 2")  # else the refusal is another's
    await kept(page, 2, 2)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    double.refuse("GET messages", 404, kind="not-found")
    await page.reload()
    await traveller.live()
    await kept(page, 2, 1)
    assert len([url for url in asked if "/messages?" in url]) == 2
    other = await traveller.context.new_page()
    other.on("request", lambda one: asked.append(one.url))
    del asked[:]
    await other.goto("/contacts")
    await until(other, "(await navigator.locks.query()).held.some(({ name }) => name.endsWith(':copy'))")
    await other.wait_for_function("document.querySelector('ui-skeleton') === null")
    await until(other, "performance.getEntriesByName(`${location.origin}/offline`).length > 0")  # put by after the copy
    assert not [url for url in asked if "/messages?" in url or "status=all" in url]
    assert await other.evaluate(KEPT, [2, 1])


FORBIDDEN = """Object.defineProperty(window, 'indexedDB', {
    get() { throw new DOMException('no', 'SecurityError'); } });"""
FULL = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };"


@pytest.mark.parametrize("broken", [FORBIDDEN, FULL])
async def test_a_browser_that_keeps_nothing_says_so_and_still_sends(browser: Browser, double: Double,
                                                                    broken: str) -> None:
    screen = await Screen.open(browser, double.url, worker=True)
    await screen.context.add_init_script(broken)
    conversation = double.customer("Salma")
    double.write(conversation, "Bonjour", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await screen.page.evaluate("navigator.serviceWorker.ready.then(() => true)")  # else the browser logs its fetch
    await screen.context.set_offline(True)
    await write(screen, "into the void")
    await screen.page.get_by_text("This browser keeps nothing: leave this tab open until then.").wait_for()
    await screen.context.set_offline(False)
    await screen.page.get_by_text("Offline").wait_for(state="detached")
    await sent(screen.page)
    assert bodies(double) == ["into the void"]
    assert screen.errors == []
    await screen.context.close()
