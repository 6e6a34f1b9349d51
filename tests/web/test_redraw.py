"""What is drawn again when something happens: that which shows it, and nothing else."""

from typing import Any

import pytest

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser

# An element of ours draws itself in `update`; a bubble and a row are told by what is read of them only to draw them.
WATCH = """async (id) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    Object.assign(globalThis, { updates: {}, bubbles: [], rows: [] });
    const watched = (one, name, list) => Object.defineProperty(one, name, {
        configurable: true, get: () => { list.push(one.id); return null; } });
    for (const message of ledger.messages(id)) watched(message, 'edited_at', bubbles);
    for (const one of ledger.state.conversations.values()) if (one.id !== id) watched(one, 'snoozed_until', rows);
    const seen = new Set();
    const walk = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.shadowRoot) walk(element.shadowRoot);
        if (!element.localName.includes('-') || seen.has(element.localName)) return;
        seen.add(element.localName);
        const { prototype } = element.constructor;
        const { update } = prototype;
        prototype.update = function (...told) {
            updates[this.localName] = (updates[this.localName] ?? 0) + 1;
            return update.apply(this, told);
        };
    });
    walk(document);
}"""
EVENTS = """async ([id, count, apart]) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const frame = () => new Promise(requestAnimationFrame);
    Object.assign(globalThis, { updates: {} });
    for (const list of [bubbles, rows]) list.length = 0;
    for (let n = 0; n < count; n += 1) {
        const at = new Date().toISOString();
        const conversation = ledger.conversation(id);
        const message = { id: crypto.randomUUID(), conversation_id: id, wamid: crypto.randomUUID(),
            direction: 'inbound', type: 'text', body: 'event ' + n, content: {}, status: 'received', error: null, at,
            context_wamid: null, author: null, timestamps: {}, attachments: [], version: 1 };
        const newer = { ...conversation, last_message_at: at, version: conversation.version + 1 };
        ledger.apply({ type: 'message.received', data: { message, conversation: newer } });
        if (apart) { await frame(); await frame(); }
    }
    for (let n = 0; n < 6; n += 1) await frame();
    return { updates, bubbles: [...bubbles], rows: [...rows] };
}"""
STATUS = """async ([conversation_id, id]) => {
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const frame = () => new Promise(requestAnimationFrame);
    for (const list of [bubbles, rows]) list.length = 0;
    const known = ledger.state.threads.get(conversation_id).messages.get(id);
    const message = { id, conversation_id, status: 'read', version: known.version + 1 };
    ledger.apply({ type: 'message.status', data: { message } });
    for (let n = 0; n < 6; n += 1) await frame();
    return bubbles.filter((one) => one !== id);
}"""


async def watched(double: Double, screen: Screen) -> tuple[str, str, str]:
    """Two conversations and a message that was sent in the first, which is open."""
    for number in range(12):
        double.write(double.customer(f"Customer {number}"), "hi", quiet=True)
    here, other = list(double.conversations)[:2]
    for number in range(20):
        double.write(double.conversations[here], f"message {number}", quiet=True)
    sent = double.write(double.conversations[here], "sent", quiet=True, direction="outbound")
    await screen.go(f"/inbox/{here}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="sent").wait_for()
    await screen.page.locator("inbox-list .row").nth(11).wait_for()
    await screen.page.locator("inbox-composer textarea").wait_for()
    await screen.page.evaluate(WATCH, here)
    return here, other, sent["id"]


async def test_only_what_shows_an_event_is_drawn_again(double: Double, screen: Screen) -> None:
    here, other, sent = await watched(double, screen)
    told: dict[str, Any] = await screen.page.evaluate(EVENTS, [other, 30, True])
    assert told["bubbles"] == []
    assert set(told["rows"]) <= {other}
    for element in ("inbox-thread", "inbox-chat", "inbox-composer", "inbox-detail", "inbox-tabs", "ui-slot", "ui-panel",
                    "ui-avatar"):  # a clock may tick meanwhile; thirty would be one for each event
        assert told["updates"].get(element, 0) < 12, (element, told["updates"])
    told = await screen.page.evaluate(EVENTS, [here, 30, True])
    assert told["bubbles"] == []
    assert told["rows"] == []
    assert told["updates"].get("ui-avatar", 0) < 12, told["updates"]
    assert await screen.page.evaluate(STATUS, [here, sent]) == []


async def test_a_burst_is_drawn_once(double: Double, screen: Screen) -> None:
    here, other, _ = await watched(double, screen)
    for conversation in (here, other):
        told: dict[str, Any] = await screen.page.evaluate(EVENTS, [conversation, 500, False])
        assert max(told["updates"].values()) < 20, told["updates"]
        assert told["bubbles"] == []
