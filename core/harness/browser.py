"""A real Chromium before the kernel, each page logged in; what the pages complain of fails the test."""

from contextlib import AsyncExitStack
from typing import Any

from core.commands.chromium import find_chromium

_EXPECTED = ("Failed to load resource", "WebSocket connection to")
"""What a browser says by itself about an answer that the page handles."""
_LATE = "It took too long to answer."
"""What a page says of a panel that had no two seconds: of a busy machine, and no mistake. The page shows it."""


class Browsers:
    """One Chromium a test, started by the first page."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._launched: Any = None
        self.errors: list[str] = []

    async def open(self, stack: AsyncExitStack, cookie: dict[str, str], **options: Any) -> Any:
        """A page of a fresh context that carries this cookie."""
        from playwright.async_api import async_playwright

        if self._launched is None:
            playwright = await stack.enter_async_context(async_playwright())
            self._launched = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
            stack.push_async_callback(self._launched.close)
        context = await self._launched.new_context(
            base_url=self._url, reduced_motion="reduce", **{"viewport": {"width": 1440, "height": 860}, **options})
        context.set_default_timeout(10_000)
        await context.add_cookies([{**cookie, "url": self._url}])
        page = await context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _note(self, message: Any) -> None:
        told = message.type in ("error", "warning") and not message.text.startswith(_EXPECTED)
        if told and _LATE not in message.text:
            self.errors.append(message.text)
