"""A browser window of one person, which notes every error the page logs."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

# What a browser says by itself about an answer that the page handles.
EXPECTED = ("Failed to load resource", "WebSocket connection to", "Service Worker registration blocked by Playwright")


@dataclass
class Screen:
    context: BrowserContext
    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, url: str, *, width: int = 1440, height: int = 860, theme: Any = "light",
                   worker: bool = False, **options: Any) -> "Screen":
        """`worker`: with a service worker, as pages in use have; without one their requests may be held by a test."""
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB", base_url=url,
            timezone_id="Africa/Casablanca", reduced_motion="reduce",
            service_workers="allow" if worker else "block", **options)
        context.set_default_timeout(8_000)
        screen = cls(context, await context.new_page(), url)
        screen.page.on("console", screen.note)
        screen.page.on("pageerror", lambda error: screen.errors.append(str(error)))
        return screen

    def note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.errors.append(message.text)

    async def go(self, path: str) -> None:
        await self.page.goto(path)

    async def live(self) -> None:
        """Until the socket has caught up."""
        await self.page.evaluate("""async () => {
            const { socket } = await import('@comptoir/sdk/ledger.js');
            const heard = (done) => socket.addEventListener('state', () => socket.state === 'live' && done());
            if (socket.state !== 'live') await new Promise(heard);
        }""")

    async def until(self, told: str, arg: object = None) -> None:
        """Until an async function of the page says so; `wait_for_function` takes any promise for a yes."""
        asked = f"async (arg) => {{ while (!await ({told})(arg)) await new Promise(requestAnimationFrame); }}"
        async with asyncio.timeout(15):
            await self.page.evaluate(asked, arg)
