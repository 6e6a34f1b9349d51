"""An agent at the screen: everything by keyboard and mouse, nothing behind the screen's back."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Locator, expect

from tests.journeys.entering import log_in
from tests.web.screen import Screen

PASSWORD = "seven grey herons"


@dataclass
class Agent:
    screen: Screen
    name: str
    said: dict[str, list[str]] = field(default_factory=dict)
    """What they sent to each customer, by name, in the order in which they pressed Enter."""

    @classmethod
    async def come_in(cls, browser: Browser, demo: dict[str, Any], name: str, email: str, password: str) -> "Agent":
        screen = await log_in(browser, demo["url"], email, password)
        return cls(screen, name)

    @property
    def field(self) -> Locator:
        return self.screen.page.locator("inbox-composer textarea")

    def row(self, customer: str) -> Locator:
        return self.screen.page.locator("inbox-list .row", has_text=customer)

    async def open(self, customer: str) -> None:
        """By search: whoever has thirty customers does not scroll for one."""
        page = self.screen.page
        await page.locator("inbox-page .search").click()
        await page.locator("inbox-search input").fill(customer)
        await page.locator("inbox-search [role=group]", has_text="Conversations").locator(
            ".hit", has_text=customer).first.click()  # fmt: skip
        await page.get_by_label(f"Message to {customer}").wait_for()
        await page.get_by_label("Close search").click()

    async def answer(self, customer: str) -> str:
        """Types, presses Enter, and sees the bubble at once."""
        words = await self.begin(customer)
        await self.field.press("Enter")
        await self.bubble(words).wait_for()
        return words

    async def begin(self, customer: str) -> str:
        """Types what will be sent."""
        words = f"Réponse de {self.name} {uuid4()}"
        await self.field.fill(words)
        self.said.setdefault(customer, []).append(words)
        return words

    def bubble(self, words: str) -> Locator:
        return self.screen.page.locator("inbox-thread .m.out", has_text=words)

    async def reached(self, words: str) -> None:
        await self.bubble(words).get_by_role("img", name=re.compile("Delivered|Read")).wait_for(timeout=60_000)

    async def take(self) -> None:
        """With M."""
        await self._press("m")
        await expect(self.screen.page.locator("inbox-chat .pick").first).to_contain_text(self.name)

    async def close(self) -> None:
        """With E, which goes on to the next."""
        await self._press("e")

    async def tag(self, name: str) -> None:
        """With T: a tag that nobody made yet is made."""
        await self._press("t")
        field = self.screen.page.get_by_role("combobox", name="Tags")
        await field.press_sequentially(name)
        await self.screen.page.get_by_role("option", name=name).wait_for()
        await field.press("Enter")
        await field.press("Escape")
        await self.screen.page.locator("inbox-tagging").get_by_role("button", name="Save", exact=True).click()
        await self.tagged(name)

    async def tagged(self, name: str) -> None:
        await self.screen.page.locator("inbox-detail .tag", has_text=name).wait_for()

    async def write_note(self, words: str, colleague: str) -> None:
        """With N, and an @ for the colleague."""
        page = self.screen.page
        await self._press("n")
        await page.get_by_label("Note for your team", exact=True).wait_for()
        await page.keyboard.type(f"{words} @{colleague[:3]}")
        await page.get_by_role("option", name=colleague, exact=True).wait_for()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await self.note(words).wait_for()
        await page.keyboard.press("Escape")

    def note(self, words: str) -> Locator:
        return self.screen.page.locator("inbox-thread .note", has_text=words)

    async def snooze(self) -> None:
        """With S, until the customer answers."""
        await self._press("s")
        await self.screen.page.get_by_role("button", name="Until the customer answers").click()
        await expect(self.screen.page.locator("inbox-detail")).to_contain_text("snoozed")

    async def find(self, words: str, written: str) -> None:
        """Among all messages, and goes to where it stands."""
        page = self.screen.page
        await page.locator("inbox-page .search").click()
        await page.locator("inbox-search input").fill(words)
        await page.locator("inbox-search [role=group]", has_text="Messages").locator(".hit").first.click()
        await page.locator("inbox-thread .m:not(.out)", has_text=written).wait_for()
        await page.get_by_label("Close search").click()

    async def _press(self, key: str) -> None:
        await self.screen.page.locator("inbox-thread .scroll").focus()
        await self.screen.page.keyboard.press(key)

    async def lose_the_network(self) -> None:
        await self.screen.context.set_offline(True)
        await self.drop_the_socket()

    async def find_the_network(self) -> None:
        await self.screen.context.set_offline(False)
        await self.screen.live()

    async def hear_late(self) -> None:
        """What the socket brings stays on its way; what is sent still goes."""
        await self.screen.page.evaluate("""async () => {
            const { socket } = await import('@comptoir/sdk/ledger.js');
            const held = [];
            socket.receive = (frame) => held.push(frame);
            globalThis.hearAtLast = () => { delete socket.receive; for (const frame of held) socket.receive(frame); };
        }""")

    async def hear_at_last(self) -> None:
        await self.screen.page.evaluate("hearAtLast()")

    async def drop_the_socket(self) -> None:
        """As a proxy does, or a lift: without a word."""
        await self.screen.page.evaluate("""async () => {
            const { socket } = await import('@comptoir/sdk/ledger.js'); socket.socket?.close();
        }""")

    async def replica(self) -> dict[str, Any]:
        """Conversations and open threads as this screen knows them."""
        told: dict[str, Any] = await self.screen.page.evaluate("""async () => {
            const { ledger } = await import('@comptoir/sdk/ledger.js');
            const conversations = Object.fromEntries(ledger.state.conversations);
            const threads = Object.fromEntries([...ledger.state.threads].filter(([, thread]) => thread.loaded)
                .map(([id]) => [id, ledger.messages(id)]));
            return JSON.parse(JSON.stringify({ conversations, threads }));
        }""")
        return told
