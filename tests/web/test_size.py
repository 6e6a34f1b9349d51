"""A day of work and a big tenant: the page neither grows nor jumps."""

from datetime import timedelta

import pytest

from .double import BASE, Double
from .screen import Screen

pytestmark = pytest.mark.browser

NODES = """() => {
    let count = 0;
    const walk = (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
        for (let node = walker.currentNode; node; node = walker.nextNode()) {
            count += 1;
            if (node.shadowRoot) walk(node.shadowRoot);
        }
    };
    walk(document);
    return count;
}"""
FLOOD = """async ([id, count]) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const frame = () => new Promise(requestAnimationFrame);
    for (let n = 0; n < count; n += 1) {
        const at = new Date().toISOString();
        const conversation = ledger.conversation(id);
        const message = { id: crypto.randomUUID(), conversation_id: id, wamid: 'w' + n, direction: 'inbound',
            type: 'text', body: 'flood ' + n, content: {}, status: 'received', error: null, at, context_wamid: null,
            author: null, timestamps: {}, attachments: [], version: 1 };
        const newer = { ...conversation, last_message_at: at, version: conversation.version + 1 };
        ledger.apply({ type: 'message.received', data: { message, conversation: newer } });
        if (n % 25 === 0) await frame();
    }
    for (let n = 0; n < 20; n += 1) await frame();
}"""


async def test_the_page_does_not_grow_with_events(double: Double, screen: Screen) -> None:
    for number in range(10_000):
        double.customer(f"Customer {number}")
    conversation = next(iter(double.conversations))
    double.write(double.conversations[conversation], "hi", quiet=True)
    await screen.go(f"/inbox/{conversation}")
    await screen.live()
    await screen.page.locator("inbox-thread .b").first.wait_for()
    await screen.page.evaluate(FLOOD, [conversation, 300])
    before = await screen.page.evaluate(NODES)
    await screen.page.evaluate(FLOOD, [conversation, 5000])
    after = await screen.page.evaluate(NODES)
    assert after < 2000
    assert after - before < 150
    assert await screen.page.get_by_role("button", name="Jump to latest").count() == 0  # still following


TO_THE_END = "({ parentElement: all }) => { all.scrollTop = all.scrollHeight; }"


async def test_ten_thousand_conversations_are_a_few_rows(double: Double, screen: Screen) -> None:
    for number in range(10_000):
        made = double.customer(f"Customer {number:05}")
        made["last_message_at"] = (BASE - timedelta(minutes=number)).isoformat(timespec="microseconds")
    await screen.go("/inbox")
    await screen.live()
    await screen.page.locator("inbox-list .row").first.wait_for()
    for _ in range(6):
        await screen.page.get_by_role("listbox").evaluate(TO_THE_END)
        await screen.until("""async () => {
            const { ledger } = await import('@comptoir/sdk/ledger.js');
            globalThis.before ??= 0;
            const grown = ledger.state.conversations.size > globalThis.before;
            globalThis.before = ledger.state.conversations.size;
            return grown;
        }""")
    assert await screen.page.locator("inbox-list .row").count() < 40
    assert await screen.page.evaluate(NODES) < 2000


async def test_older_pages_come_without_a_jump(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    for number in range(400):
        words = f"message {number} " + "and more words " * (number % 9)
        double.write(conversation, words, at=BASE - timedelta(minutes=400 - number), quiet=True,
                     direction="outbound" if number % 3 else "inbound")
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.page.locator("inbox-thread .tx", has_text="message 399").wait_for()
    await screen.page.locator("inbox-thread .scroll").hover()
    for _ in range(12):
        await screen.page.mouse.wheel(0, -400)
        await settled(screen)
        seen = screen.page.locator("inbox-thread .scroll")
        before = await seen.evaluate(TOP_BUBBLE)
        await screen.page.mouse.wheel(0, -160)
        await settled(screen)
        moved = await seen.evaluate(MOVED, before)
        assert abs(moved - 160) <= 1, moved
    assert await screen.page.locator("inbox-thread .m").count() < 60
    assert await screen.page.evaluate(LOADED, conversation["id"]) > 100


LOADED = """async (id) => (await import('@comptoir/sdk/ledger.js')).ledger.messages(id).length"""
TOP_BUBBLE = """(scroll) => {
    const edge = scroll.getBoundingClientRect().top;
    const bubble = [...scroll.querySelectorAll('.m')].find((one) => one.getBoundingClientRect().top > edge + 200);
    return { id: bubble.dataset.id, top: bubble.getBoundingClientRect().top };
}"""
MOVED = """(scroll, { id, top }) => scroll.querySelector(`.m[data-id="${id}"]`).getBoundingClientRect().top - top"""


async def settled(screen: Screen) -> None:
    """Until nothing moved for ten frames: a page that was asked for has come and is measured."""
    await screen.page.locator("inbox-thread .scroll").evaluate("""async (scroll) => {
        for (let still = 0, last = null; still < 10; ) {
            await new Promise(requestAnimationFrame);
            const now = `${scroll.scrollTop} ${scroll.scrollHeight}`;
            still = now === last ? still + 1 : 0;
            last = now;
        }
    }""")
