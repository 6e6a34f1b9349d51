"""A server on a port of its own, and a real Chromium in front of it."""

import asyncio
import inspect
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypercorn.asyncio import serve
from hypercorn.config import Config
from playwright.async_api import Browser, async_playwright

from .double import Double, Resource
from .screen import Screen


def chromium() -> str | None:
    """None lets Playwright use its own."""
    return os.environ.get("COMPTOIR_CHROMIUM") or shutil.which("chromium")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these tests run on the loop of the one browser: a start of Chromium takes longer than most of them."""
    for item in items:
        ours = Path(__file__).parent in item.path.parents and item.get_closest_marker("browser")
        if ours and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def double() -> AsyncIterator[Double]:
    made = Double()
    listening = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]  # the server closes it
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 0.1
    stop = asyncio.Event()
    server = asyncio.create_task(serve(made.app, config, shutdown_trigger=stop.wait))
    yield made
    made.cut()
    stop.set()
    await server


@pytest_asyncio.fixture(loop_scope="session")
async def screen(browser: Browser, double: Double) -> AsyncIterator[Screen]:
    """One person's browser window. The test fails if it logged an error or broke the content security policy."""
    opened = await Screen.open(browser, double.url)
    yield opened
    await opened.context.close()
    assert opened.errors == [], "\n".join(opened.errors)


@pytest_asyncio.fixture(loop_scope="session")
async def salma(double: Double, screen: Screen) -> Resource:
    """Her conversation, open on the screen."""
    conversation = double.customer("Salma")
    double.write(conversation, "Bonjour", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="Bonjour").wait_for()
    return conversation


@pytest.fixture
def stranger(double: Double) -> Double:
    """Nobody is logged in, and nobody has made an organisation yet."""
    double.signed_in, double.entrance.new = False, True
    return double


@pytest.fixture
def founder(double: Double) -> Double:
    """Somebody who has just made an organisation."""
    double.permissions += ["accounts.manage", "members.manage"]
    return double
