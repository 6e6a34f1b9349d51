"""What happens elsewhere is told on the open page: a toast, the bell and its list; beside it Web Push is set up."""

from typing import Any

from comptoir_sdk.testing import Agent, Kernel, Shop
from playwright.async_api import FilePayload

_STUB = """() => {
    const bytes = (n) => new Uint8Array(n).fill(7);
    const address = { endpoint: 'https://push.example/send/3f1a', keys: {
        p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' } };
    let subscribed = null;
    const one = { endpoint: address.endpoint, toJSON: () => address, unsubscribe: async () => { subscribed = null; return true; } };
    PushManager.prototype.subscribe = async function (options) {
        globalThis.asked = options;
        subscribed = one;
        return one;
    };
    PushManager.prototype.getSubscription = async () => subscribed;
}"""  # noqa: E501 - a browser's


async def _conversation(comptoir: Kernel, shop: Shop, agent: Agent, sender: str, name: str) -> str:
    await shop.receives("salam", sender=sender, name=name)
    await comptoir.drain()
    found = (await agent.get("/api/v1/conversations")).json()["items"]
    return str(next(one["id"] for one in found if one["contact"]["name"] == name))


async def _assign(agent: Agent, conversation: str, to: Agent) -> None:
    path = f"/api/v1/conversations/{conversation}/assignment"
    assert (await agent.put(path, json={"assignee": str(to.user_id)})).status == 200


async def _live(page: Any) -> None:
    await page.evaluate("""async () => {
        const { socket } = await import('@comptoir/sdk/ledger.js');
        const heard = (done) => socket.addEventListener('state', () => socket.state === 'live' && done());
        if (socket.state !== 'live') await new Promise(heard);
    }""")


async def test_what_concerns_somebody_is_told_where_they_are_and_not_what_they_look_at(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    first = await _conversation(comptoir, shop, amina, "+212600000001", "Zineb")
    second = await _conversation(comptoir, shop, amina, "+212600000002", "Driss")
    page = await said.page(f"/inbox/{first}?lang=en")
    bell = page.locator("inbox-bell button").first
    await bell.wait_for()
    await _live(page)
    await page.locator("inbox-thread .tx").first.wait_for()
    await _assign(amina, second, said)
    await comptoir.drain()
    await page.get_by_text("Amina assigned Driss to you.").wait_for()
    await page.get_by_label("1 unread notification").wait_for()
    await bell.click()
    await page.locator("inbox-notices li.new", has_text="Amina assigned Driss to you.").click()
    await page.wait_for_url(f"**/inbox/{second}*")
    await page.get_by_label("Notifications", exact=True).first.wait_for()
    await shop.receives("read at once", sender="+212600000002", name="Driss")
    await comptoir.drain()
    await page.locator("inbox-thread .tx", has_text="read at once").wait_for()
    assert (await said.get("/api/v1/p/inbox/notices/count")).json() == {"unread": 0}
    await page.keyboard.press("a")
    await page.get_by_label("Find a colleague or a team").fill("ami")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Assigned to Amina").wait_for()


async def test_a_file_that_was_on_its_way_goes_on_at_any_page(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}, "settings": {}})
    said = await shop.agent()
    await shop.receives("Bonjour", sender="+212600000001")
    await comptoir.drain()
    conversation = (await said.get("/api/v1/conversations")).json()["items"][0]["id"]
    page = await said.page(f"/inbox/{conversation}?lang=en")
    await page.evaluate("() => { XMLHttpRequest.prototype.send = () => { window.began = true; }; }")
    bill = FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 bill")
    await page.locator("inbox-extras input[type=file]").set_input_files([bill])
    await page.wait_for_function("() => window.began")
    async with page.expect_response("**/api/v1/attachments") as uploaded:
        await page.goto("/inbox.notifications?lang=en")
    assert (await uploaded.value).status == 201


_TONES = """() => {
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) { tones.push(this.type); return start.apply(this, when); };
}"""


async def test_a_person_chooses_what_they_are_told_and_lets_this_browser_be_told(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}, "settings": {}})
    said = await shop.agent()
    page = await said.page("/inbox.notifications?lang=en", permissions=["notifications"])
    await page.evaluate(_STUB)
    await page.get_by_label("A note calls me: Sound").uncheck()
    await page.get_by_label("Quiet hours").check()
    await page.locator("input[type=time]").first.fill("19:30")
    await page.get_by_label("Hide the content").check()
    await page.get_by_label("Which sound").select_option("bell")
    await page.evaluate(_TONES)
    await page.get_by_role("button", name="Listen").click()
    await page.wait_for_function("() => tones.join() === 'triangle,sine'")
    await page.get_by_role("button", name="Tell this browser, too").click()
    await page.get_by_text("This browser is told, also while no page of Comptoir is open.").wait_for()
    await page.get_by_text("· this one").wait_for()
    key = (await said.get("/api/v1/p/inbox/notices/key")).json()["key"]
    assert await page.evaluate("() => [asked.applicationServerKey, asked.userVisibleOnly]") == [key, True]
    wishes = (await said.get("/api/v1/p/inbox/notices/wishes")).json()
    assert (wishes["kinds"]["mention"]["sound"], wishes["quiet"]["since"], wishes["hide_content"], wishes["tune"]) == (
        False, "19:30", True, "bell")
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Tell this browser, too").wait_for()
    assert (await said.get("/api/v1/p/inbox/notices/browsers")).json()["items"] == []


async def test_the_worker_shows_what_is_pushed_in_its_language_and_once_for_a_conversation(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    page = await (await shop.agent()).page("/inbox?lang=en", permissions=["notifications"])
    devtools = await page.context.new_cdp_session(page)
    found: list[Any] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    await devtools.send("ServiceWorker.enable")
    await page.evaluate("""async () => {
        await navigator.serviceWorker.register('/worker.js', { scope: '/' });
        await navigator.serviceWorker.ready;
    }""")
    while not found:  # the browser's word of it comes by its own task
        await page.evaluate("new Promise(requestAnimationFrame)")
    shown = """async (n) => {
        const there = await navigator.serviceWorker.ready;
        let all = [];
        while (!all.some(({ title }) => title === n)) {
            await new Promise(requestAnimationFrame);
            all = await there.getNotifications();
        }
        return all.map(({ title, body, tag, dir, data }) => [title, body, tag, dir, data.url]);
    }"""
    for title, lang in (("Zineb", "fr"), ("زينب", "ar")):
        pushed = f'{{"title":"{title}","body":"colis","tag":"t1","lang":"{lang}","url":"/inbox/7"}}'
        await devtools.send("ServiceWorker.deliverPushMessage", {
            "origin": page.url.partition("/inbox")[0], "registrationId": found[0]["registrationId"], "data": pushed})
        direction = "rtl" if lang == "ar" else "ltr"
        assert await page.evaluate(shown, title) == [[title, "colis", "t1", direction, "/inbox/7"]]
