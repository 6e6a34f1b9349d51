"""What an agent's browser makes of it: the real `comptoir up`, the simulated customers' phones, a real Chromium.

Writes benchmarks/BROWSER.md. `python -m benchmarks.browser`.
"""

import asyncio
import os
import shutil
import statistics
from pathlib import Path
from typing import Any

import httpx2
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from benchmarks.report import Report, load_now
from benchmarks.stack import comptoir_up

_OPENINGS, _MESSAGES, _BURST = 5, 60, 500
_FULL = " with 10,000 conversations and 5,000 messages in memory"
_APART = (0.25, 0.03)  # seconds between two messages

# The list stands, and the main thread has nothing to do for 50 ms: a person may click and it answers.
_READY = """async () => {
    const row = () => document.querySelector('inbox-page')?.shadowRoot.querySelector('inbox-list')
        ?.shadowRoot?.querySelector('.row');
    while (!row()) await new Promise(requestAnimationFrame);
    for (let still = 0, before = performance.now(); still < 3; before = performance.now()) {
        await new Promise((done) => setTimeout(done, 10));
        still = performance.now() - before < 50 ? still + 1 : 0;
    }
    return performance.now();
}"""
_PAINTS = """async () => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    globalThis.paints = [];
    globalThis.unheard?.();
    globalThis.unheard = ledger.onEvent(({ type }) => {
        if (type !== 'message.received') return;
        const told = performance.now();
        requestAnimationFrame(() => { const channel = new MessageChannel();
            channel.port1.onmessage = () => globalThis.paints.push(performance.now() - told);
            channel.port2.postMessage(null); });
    });
}"""
_FLOOD = """async ([count]) => {
    const { ledger, socket } = await import('@comptoir/sdk/ledger.js');
    const [conversation] = ledger.state.conversations.values();
    await new Promise(requestAnimationFrame);
    for (let n = 0; n < count; n += 1) {
        const now = ledger.conversation(conversation.id);
        const at = new Date().toISOString();
        const message = { id: crypto.randomUUID(), conversation_id: now.id, wamid: 'w' + n, direction: 'inbound',
            type: 'text', body: 'burst ' + n, content: {}, status: 'received', error: null, at, context_wamid: null,
            author: null, timestamps: {}, attachments: [], version: 1 };
        const data = { message, conversation: { ...now, last_message_at: at, version: now.version + 1 } };
        socket.event({ t: 'event', seq: socket.seq + 1, prev: socket.seq, type: 'message.received', data });
    }
    for (let n = 0; n < 10; n += 1) await new Promise(requestAnimationFrame);
}"""
# What an agent has in memory who scrolled through everything, as if page after page had been fetched.
_FILL = """async ([conversations, messages]) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const [first] = ledger.state.conversations.values();
    const ago = (minutes) => new Date(Date.now() - minutes * 60000).toISOString();
    ledger.apply({ type: 'fetched.conversations', data: { items: Array.from({ length: conversations }, (_, n) => (
        { ...first, id: crypto.randomUUID(), last_message_at: ago(n + 100), unread: 0, version: 1 })) } });
    const { id } = document.querySelector('inbox-page').chat.thread.conversation;
    const [like] = ledger.messages(id);
    ledger.apply({ type: 'fetched.messages', data: { conversation_id: id, next: null, items: Array.from(
        { length: messages }, (_, n) => ({ ...like, id: crypto.randomUUID(), wamid: 'filled' + n, at: ago(n + 100),
            body: 'Bonjour ' + n })) } });
    for (let n = 0; n < 10; n += 1) await new Promise(requestAnimationFrame);
    return [ledger.state.conversations.size, ledger.messages(id).length];
}"""
_NODES = """() => {
    const count = (root) => [...root.querySelectorAll('*')].reduce(
        (sum, one) => sum + (one.shadowRoot ? count(one.shadowRoot) : 0), 0) + root.childNodes.length
        + [...root.querySelectorAll('*')].reduce((sum, one) => sum + one.childNodes.length, 0);
    return count(document);
}"""


async def measure(demo: dict[str, Any], report: Report) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        context = await _logged_in(browser, demo)
        async with httpx2.AsyncClient(timeout=30) as http:
            phone = await _talk(http, demo, 30)
            for throttle in (1, 4):
                await _openings(context, demo, report, throttle)
            page = await _page(context, demo, 1)
            for apart in _APART:
                await _paints(page, http, demo, phone, report, apart)
            await _fill(page)
            await _paints(page, http, demo, phone, report, _APART[0], _FULL)
            await page.close()
        for throttle in (1, 4):
            await _burst(await _page(context, demo, throttle), report, throttle)
            page = await _page(context, demo, throttle)
            await _fill(page)
            await _burst(page, report, throttle, _FULL)
        await browser.close()


def _chromium() -> str | None:
    return os.environ.get("COMPTOIR_CHROMIUM") or shutil.which("chromium")


async def _logged_in(browser: Browser, demo: dict[str, Any]) -> BrowserContext:
    context = await browser.new_context(base_url=demo["url"], viewport={"width": 1360, "height": 860})
    page = await context.new_page()
    await page.goto("/login")
    await page.locator("#login [name=email]").fill(demo["email"])
    await page.locator("#login [name=password]").fill(demo["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox")
    await page.close()
    return context


async def _talk(http: httpx2.AsyncClient, demo: dict[str, Any], count: int) -> str:
    """So many customers have written; the last one's phone."""
    made = await http.post(f"{demo['sandbox_url']}/sandbox/api/phones", json={"count": count})
    phones = [phone["id"] for phone in made.raise_for_status().json()["items"]]
    for number, phone in enumerate(phones):
        await _write(http, demo, phone, f"Bonjour, commande {number}")
    return str(phones[-1])


async def _write(http: httpx2.AsyncClient, demo: dict[str, Any], phone: str, text: str) -> None:
    url = f"{demo['sandbox_url']}/sandbox/api/phones/{phone}/messages"
    (await http.post(url, json={"type": "text", "text": text})).raise_for_status()


async def _page(context: BrowserContext, demo: dict[str, Any], throttle: int) -> Page:
    page = await context.new_page()
    if throttle > 1:
        await (await context.new_cdp_session(page)).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    await page.goto("/inbox")
    await page.evaluate(_READY)
    return page


async def _openings(context: BrowserContext, demo: dict[str, Any], report: Report, throttle: int) -> None:
    """With a warm cache of files, as an agent has: the document itself is never cached."""
    ready, painted = [], []
    for _ in range(_OPENINGS):
        page = await context.new_page()
        if throttle > 1:
            await (await context.new_cdp_session(page)).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        await page.goto("/inbox", wait_until="commit")
        ready.append(await page.evaluate(_READY))
        painted.append(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"))
        await page.close()
    report.add(f"first contentful paint, {throttle}× throttle, median of {_OPENINGS}", statistics.median(painted), "ms")
    report.add(f"inbox interactive, {throttle}× throttle, median of {_OPENINGS}", statistics.median(ready), "ms")


async def _fill(page: Page) -> None:
    await page.locator("inbox-list .row").first.click()
    await page.locator("inbox-thread .m").first.wait_for()
    await page.evaluate(_FILL, [10_000, 5_000])


async def _paints(page: Page, http: httpx2.AsyncClient, demo: dict[str, Any], phone: str, report: Report,
                  apart: float, where: str = "") -> None:
    """From the frame of the socket to the frame on the screen."""
    await page.locator("inbox-list .row").first.click()
    await page.evaluate(_PAINTS)
    for number in range(_MESSAGES):
        await _write(http, demo, phone, f"paint {number}")
        await asyncio.sleep(apart)
    await page.wait_for_function("(count) => globalThis.paints.length >= count", arg=_MESSAGES, timeout=60_000)
    seen = sorted(await page.evaluate("globalThis.paints"))
    report.add(f"socket to paint{where}, a message each {1000 * apart:.0f} ms: p50", seen[len(seen) // 2], "ms")
    report.add(f"socket to paint{where}, a message each {1000 * apart:.0f} ms: p95", seen[int(len(seen) * 0.95)], "ms")


async def _burst(page: Page, report: Report, throttle: int, where: str = "") -> None:
    """What the main thread has to do for 500 events at once."""
    await page.locator("inbox-list .row").first.click()
    await page.locator("inbox-thread .m").first.wait_for()
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    before = await _busy(devtools)
    await page.evaluate(_FLOOD, [_BURST])
    busy = 1000 * (await _busy(devtools) - before)
    report.add(f"{_BURST} events at once{where}, main thread, {throttle}×", busy, "ms")
    report.add(f"nodes after them{where}", await page.evaluate(_NODES), "nodes")
    await page.close()


async def _busy(devtools: CDPSession) -> float:
    told = await devtools.send("Performance.getMetrics")
    return float(next(one["value"] for one in told["metrics"] if one["name"] == "TaskDuration"))


async def main() -> None:
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    with comptoir_up() as demo:
        await measure(demo, report)
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("BROWSER.md"), "python -m benchmarks.browser")


if __name__ == "__main__":
    asyncio.run(main())
