"""A real browser's own passkeys, so that our JSON is what `parse…FromJSON` reads and what `toJSON()` writes."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from playwright.async_api import Page, async_playwright

from core.app import NoPlugins, WebProcess
from core.config import load
from core.db.pool import Database
from tests.auth.person import Person, new_person
from tests.http.callers import PASSWORD
from tests.http.conftest import Drawer
from tests.seed import SECRET_KEY, SeededTenant

pytestmark = pytest.mark.browser

_ASK = """
async ([method, path, body, csrf]) => {
    const headers = {"Content-Type": "application/json", ...(csrf ? {"X-CSRF-Token": csrf} : {})};
    const answer = await fetch("/api/v1" + path, {method, headers, body: body && JSON.stringify(body)});
    return {status: answer.status, json: answer.status === 204 ? null : await answer.json()};
}
"""
_CREATE = """
async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return (await navigator.credentials.create({publicKey})).toJSON();
}
"""
_GET = """
async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({publicKey})).toJSON();
}
"""
_PHONE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


class Window:
    """A page of ours with an authenticator built in."""

    def __init__(self, page: Page, app: Any) -> None:
        self.page, self.app = page, app
        self.csrf = ""

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        return await self.page.evaluate(_ASK, [method, path, body, self.csrf])

    async def create(self, options: object) -> Any:
        return await self.page.evaluate(_CREATE, options)

    async def get(self, options: object) -> Any:
        return await self.page.evaluate(_GET, options)

    async def log_out(self) -> None:
        assert (await self.ask("DELETE", "/session"))["status"] == 204
        self.csrf = ""


@pytest.fixture
async def process(database_url: str, db: Database, tmp_path: Path) -> AsyncIterator[tuple[WebProcess, str]]:
    """A web process behind a real server, found at localhost: the one name that browsers trust without TLS."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://localhost:{listening.getsockname()[1]}"
    config_path = tmp_path / "config.yaml"
    config_path.write_text(f"server: {{public_url: '{url}'}}\n")
    env = {"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_DATA": str(tmp_path),
           "COMPTOIR_SECRET_KEY": SECRET_KEY}  # fmt: skip
    made = WebProcess(load(env, config_path), db, None, Drawer(), NoPlugins(), None)
    config, stop = Config(), asyncio.Event()
    config.bind = [f"fd://{listening.detach()}"]  # the server closes it
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 0.5
    server = asyncio.create_task(serve(made, config, shutdown_trigger=stop.wait))
    yield made, url
    stop.set()
    await server


@pytest.fixture
async def window(process: tuple[WebProcess, str]) -> AsyncIterator[Window]:
    web, url = process
    path = os.environ.get("COMPTOIR_CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(f"{url}/login")
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _PHONE})
        yield Window(page, web.app)
        await browser.close()


@pytest.fixture
async def person(window: Window, db: Database, tenant: SeededTenant) -> Person:
    """Logged in in the window, with a passkey made by it."""
    made = await new_person(window.app, db, tenant.id)
    entered = await window.ask("POST", "/session", {"email": made.email, "password": PASSWORD})
    window.csrf = entered["json"]["csrf"]
    asked = (await window.ask("POST", "/me/passkeys/options", {"password": PASSWORD}))["json"]
    told = {"challenge": asked["challenge"], "name": "Chromium", "credential": await window.create(asked["options"])}
    added = await window.ask("POST", "/me/passkeys", told)
    assert added["status"] == 201, added
    return made


async def test_a_browser_enters_with_its_passkey_alone(window: Window, person: Person) -> None:
    await window.log_out()
    asked = (await window.ask("POST", "/session/passkey-options", {}))["json"]
    credential = await window.get(asked["options"])
    entered = await window.ask("POST", "/session/passkey", {"challenge": asked["challenge"], "credential": credential})
    assert (entered["status"], entered["json"]["me"]["email"]) == (200, person.email)
    assert (await window.ask("GET", "/me"))["json"]["auth"] == "session"


async def test_a_browser_proves_the_second_factor_with_its_passkey(window: Window, person: Person) -> None:
    await window.log_out()
    assert (await person.caller.log_in(person.email)).status == 200
    await person.enable_totp()
    asked = (await window.ask("POST", "/session", {"email": person.email, "password": PASSWORD}))["json"]
    assert asked["methods"] == ["totp", "recovery_code", "passkey"]
    told = {"challenge": asked["challenge"], "passkey": await window.get(asked["passkey_options"])}
    entered = await window.ask("POST", "/session/second-factor", told)
    assert (entered["status"], entered["json"]["me"]["email"]) == (200, person.email)


async def test_a_browser_does_not_make_a_second_passkey_on_one_device(window: Window, person: Person) -> None:
    asked = (await window.ask("POST", "/me/passkeys/options", {"password": PASSWORD}))["json"]
    with pytest.raises(Exception, match="InvalidStateError"):
        await window.create(asked["options"])
