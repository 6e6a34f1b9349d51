"""Two agents leave each other notes in the thread, between the messages: seen at once, and by nobody outside."""

from typing import Any

from comptoir_sdk.testing import Kernel

_BASE = "/api/v1/p/inbox"


async def _settled(page: Any) -> None:
    await page.evaluate("""async () => {
        const { socket } = await import('@comptoir/sdk/ledger.js');
        const heard = (done) => socket.addEventListener('state', () => socket.state === 'live' && done());
        if (socket.state !== 'live') await new Promise(heard);
    }""")


async def _conversation(comptoir: Kernel) -> tuple[Any, str, Any]:
    """An agent, the only conversation there is, and their page of it."""
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina = await shop.agent()
    await shop.receives("Bonjour", sender="+212600000001")
    await comptoir.drain()
    conversation = (await amina.get("/api/v1/conversations")).json()["items"][0]["id"]
    page = await amina.page(f"/inbox/{conversation}?lang=en")
    await page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    await _settled(page)
    return amina, conversation, page


async def test_a_note_is_written_with_the_keyboard_calls_a_colleague_and_is_seen_at_once(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    await shop.receives("Bonjour", sender="+212600000001")
    await comptoir.drain()
    conversation = (await amina.get("/api/v1/conversations")).json()["items"][0]["id"]
    ours, theirs = [await one.page(f"/inbox/{conversation}?lang=en") for one in (amina, said)]
    for page in (ours, theirs):
        await page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
        await _settled(page)
    await ours.keyboard.press("n")
    field = ours.get_by_label("Note for your team", exact=True)
    await field.wait_for()
    await ours.keyboard.type("ask @sa")
    await ours.get_by_role("option", name="Said", exact=True).wait_for()
    await ours.keyboard.press("Enter")
    await ours.keyboard.type("about https://atlas.ma/7 today")
    await ours.keyboard.press("Enter")
    note = theirs.locator("inbox-thread .note")
    await note.locator(".at.me", has_text="@Said").wait_for()
    assert await note.locator("a").get_attribute("href") == "https://atlas.ma/7"
    assert "only your team sees this" in await note.inner_text()
    assert comptoir.graph.sent == []
    assert (await said.get(f"{_BASE}/mentions/count")).json() == {"unread": 1}

    mine = ours.locator("inbox-thread .note")
    await mine.get_by_label("Edit the note").click()
    await field.fill("no more calls")
    await ours.keyboard.press("Enter")
    await theirs.locator("inbox-thread .note", has_text="no more calls").wait_for()
    assert (await said.get(f"{_BASE}/mentions/count")).json() == {"unread": 0}
    assert await note.get_by_label("Delete the note").count() == 0
    await mine.get_by_label("Delete the note").click()
    await ours.keyboard.press("Control+z")
    await mine.wait_for()
    await ours.keyboard.press("r")
    assert await ours.evaluate("document.activeElement.shadowRoot.activeElement.shadowRoot.activeElement.localName") \
        == "inbox-composer"


_LOSE = """() => {
    const reach = window.fetch;
    window.fetch = async (path, options) => {
        const answer = await reach(path, options);
        if (options?.method !== 'POST' || !String(path).includes('/notes')) return answer;
        window.fetch = reach;
        throw new TypeError('the answer was lost');
    };
}"""


async def test_a_note_whose_answer_was_lost_is_one_when_it_is_pressed_again(comptoir: Kernel) -> None:
    amina, conversation, page = await _conversation(comptoir)
    await page.evaluate(_LOSE)
    await page.keyboard.press("n")
    await page.get_by_label("Note for your team", exact=True).wait_for()
    await page.keyboard.type("she called")
    await page.keyboard.press("Enter")
    await page.locator("inbox-note-writer .wrong").wait_for()
    await page.keyboard.press("Enter")
    await page.locator("inbox-note-writer .wrong").wait_for(state="detached")
    await page.keyboard.type("she called")
    await page.keyboard.press("Enter")
    await page.locator("inbox-thread .note").nth(1).wait_for()
    notes = (await amina.get(f"{_BASE}/conversations/{conversation}/notes")).json()["items"]
    assert [one["body"] for one in notes] == ["she called"] * 2


_ROWS = """async () => {
    const chat = document.querySelector('inbox-page').shadowRoot.querySelector('inbox-chat');
    const { thread } = chat;
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    while (thread.thread.next) await ledger.olderMessages(thread.conversation.id);
    const missing = () => thread.notes.loading || !thread.notes.loaded;
    while (missing()) await new Promise(requestAnimationFrame);
    await thread.updateComplete;
    thread.willUpdate();
    return thread.rows.filter(({ message, note }) => message || note).map(({ message, note }) => (message ?? note).id);
}"""


async def test_notes_stand_between_the_messages_of_their_time_on_every_page_of_a_long_thread(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina = await shop.agent()
    path = ""
    for turn in range(4):
        for n in range(20):
            await shop.receives(f"m{turn} {n}", sender="+212600000001")
        await comptoir.drain()
        if not path:
            path = "/conversations/" + (await amina.get("/api/v1/conversations")).json()["items"][0]["id"]
        await amina.post(f"{_BASE}{path}/notes", json={"body": f"n{turn}"})
    messages = (await amina.get(f"/api/v1{path}/messages?limit=100")).json()["items"]
    notes = (await amina.get(f"{_BASE}{path}/notes")).json()["items"]
    times = [(one["at"], 0, one["id"]) for one in messages] + [(one["created_at"], 1, one["id"]) for one in notes]
    page = await amina.page(f"/inbox/{path.split('/')[-1]}?lang=en")
    await page.locator("inbox-thread .tx", has_text="m3 19").wait_for()
    shown = await page.evaluate(_ROWS)
    assert shown == [identifier for _, _, identifier in sorted(times)]
    assert len(shown) == 84


_HOLD = """() => {
    const reach = window.fetch;
    window.asked = new Promise((asked) => {
        window.fetch = async (path, options) => {
            if (options?.method !== 'POST' || !String(path).endsWith('/notes')) return reach(path, options);
            asked();
            await new Promise((goOn) => { window.goOn = goOn; });
            return reach(path, options);
        };
    });
}"""


async def test_what_is_typed_while_a_note_is_kept_is_another_note(comptoir: Kernel) -> None:
    _, _, page = await _conversation(comptoir)
    await page.evaluate(_HOLD)
    await page.keyboard.press("n")
    field = page.get_by_label("Note for your team", exact=True)
    await field.fill("the first")
    await page.keyboard.press("Enter")
    await page.evaluate("() => window.asked")
    await page.keyboard.type(" and the second")
    await page.evaluate("() => window.goOn()")
    await page.locator("inbox-thread .note", has_text="the first").wait_for()
    await page.wait_for_function("(field) => field.value === 'and the second'", arg=await field.element_handle())
