"""A thread of 50,000 messages: paged up without a jump, few nodes, and let go again at the end."""

import json
from datetime import timedelta
from typing import Any

import pytest

from .double import BASE, Double, iso
from .screen import Screen
from .test_size import MOVED, NODES, TOP_BUBBLE, settled

pytestmark = pytest.mark.browser
ALL = 50_000
# Pages of a thread that no server has to keep: message n is n minutes old.
PAGES = """([id, first, all]) => {
    const { fetch } = window, words = ['Salam', 'Bonjour, est-ce possible demain ?', 'مرحبا، كيف الحال؟ '.repeat(6), 'x '.repeat(90)];
    const message = (n) => ({ id: `m${String(n).padStart(6, '0')}`, conversation_id: id, wamid: `w${n}`, direction: n % 3 ? 'inbound' : 'outbound',
        type: 'text', body: `${n} ${words[n % 4]}`, content: {}, status: n % 3 ? 'received' : 'read', error: null, context: null,
        at: new Date(Date.parse(first) - n * 60000).toISOString().replace('Z', '000+00:00'), context_wamid: null, author: null, participant: null,
        timestamps: {}, edited_at: null, revoked_at: null, original: null, receipts: null, attachments: [], version: 1 });
    window.fetch = (url, options) => {
        const asked = new URL(url, location.href);
        if (!asked.pathname.endsWith(`${id}/messages`) || options?.method === 'POST') return fetch(url, options);
        const start = Number(asked.searchParams.get('cursor') ?? 0), end = Math.min(start + 50, all);
        const items = Array.from({ length: end - start }, (_, at) => message(start + at));
        return Promise.resolve(new Response(JSON.stringify({ items, next: end < all ? String(end) : null }), { headers: { 'Content-Type': 'application/json' } }));
    };
}"""  # noqa: E501
UP = """async (thread) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const began = performance.now();
    while (thread.thread.next) { await ledger.olderMessages(thread.conversation.id); await thread.updateComplete; }
    return performance.now() - began;
}"""
LOADED = "(thread) => thread.thread.messages.size"
# From an event to the frame that shows it.
TOLD = """async (thread) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const { conversation } = thread, times = [];
    for (let n = 0; n < 9; n += 1) {
        const at = new Date().toISOString(), began = performance.now();
        const last = ledger.messages(conversation.id).at(-1);
        const message = { ...last, id: `n${n}`, wamid: `n${n}`, at, body: `news ${n}` };
        ledger.apply({ type: 'message.received', data: { message } });
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[4];
}"""


@pytest.mark.timeout(300)
async def test_fifty_thousand_messages(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    for number in range(60):
        double.write(conversation, f"message {number}", at=BASE - timedelta(minutes=60 - number), quiet=True)
    await screen.go("/inbox")
    await screen.live()
    await screen.page.evaluate(PAGES, [conversation["id"], iso(BASE), ALL])
    await screen.page.locator("inbox-list .row").first.click()
    thread = screen.page.locator("inbox-thread")
    await thread.locator(".tx", has_text="0 Salam").first.wait_for()
    figures: dict[str, Any] = {"heap at first, MiB": await heap(screen), "nodes at first": await nodes(screen)}
    scroll = thread.locator(".scroll")
    await settled(screen)
    await scroll.hover()
    await screen.page.mouse.wheel(0, -600)  # who is at the end lets go of what is far
    await settled(screen)
    figures["seconds to page up"] = round(await thread.evaluate(UP) / 1000, 1)
    assert await thread.evaluate(LOADED) == ALL
    figures |= {"heap with all, MiB": await heap(screen), "nodes with all": await nodes(screen)}
    for place in (0.999, 0.5, 0.1):
        await scroll.evaluate("(one, share) => { one.scrollTop = one.scrollHeight * share; }", place)
        await settled(screen)
        before = await scroll.evaluate(TOP_BUBBLE)
        await screen.page.mouse.wheel(0, -160)
        await settled(screen)
        assert abs(await scroll.evaluate(MOVED, before) - 160) <= 1, place
    assert await nodes(screen) < 2000
    figures["ms from an event to its paint, with all"] = round(await thread.evaluate(TOLD), 1)
    await screen.page.get_by_role("button", name="Jump to latest").or_(
        screen.page.get_by_role("button", name="new message")).click()
    await screen.page.wait_for_function("(one) => one.thread.messages.size < 200", arg=await thread.element_handle())
    await settled(screen)
    figures |= {"heap at the end again, MiB": await heap(screen), "nodes at the end": await nodes(screen)}
    await scroll.evaluate("(one) => { one.scrollTop = 0; }")
    await screen.page.wait_for_function("(one) => one.thread.messages.size > 140", arg=await thread.element_handle())
    print(json.dumps(figures, indent=1))
    assert figures["heap at the end again, MiB"] < figures["heap at first, MiB"] + 15


async def nodes(screen: Screen) -> int:
    return int(await screen.page.evaluate(NODES))


async def heap(screen: Screen) -> float:
    """Without what nobody holds any more."""
    cdp = await screen.context.new_cdp_session(screen.page)
    await cdp.send("HeapProfiler.collectGarbage")
    used = float((await cdp.send("Runtime.getHeapUsage"))["usedSize"])
    await cdp.detach()
    return round(used / 1048576, 1)
