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

    async def answer(self, customer: str, words: str = "") -> str:
        """Types, presses Enter, and sees the bubble at once."""
        words = words or f"Réponse de {self.name} {uuid4()}"
        await self.field.fill(words)
        await self.field.press("Enter")
        await self.bubble(words).wait_for()
        self.said.setdefault(customer, []).append(words)
        return words

    def bubble(self, words: str) -> Locator:
        return self.screen.page.locator("inbox-thread .m.out", has_text=words)

    async def reached(self, words: str) -> None:
        await self.bubble(words).get_by_role("img", name=re.compile("Delivered|Read")).wait_for()

    async def take(self) -> None:
        """With M."""
        await self.screen.page.locator("inbox-thread .scroll").focus()
        await self.screen.page.keyboard.press("m")
        await expect(self.screen.page.locator("inbox-chat .pick").first).to_contain_text(self.name)

    async def close(self) -> None:
        """With E, which goes on to the next."""
        await self.screen.page.locator("inbox-thread .scroll").focus()
        await self.screen.page.keyboard.press("e")

    async def lose_the_network(self) -> None:
        await self.screen.context.set_offline(True)
        await self.drop_the_socket()

    async def find_the_network(self) -> None:
        await self.screen.context.set_offline(False)
        await self.screen.live()

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
