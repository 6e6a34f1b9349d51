"""A number at a sandbox that can be wrong in every way, and a real receiver behind the public address."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from comptoir_sdk.sandbox import Settings as SandboxSettings
from comptoir_sdk.sandbox import create_app
from hypercorn.asyncio import serve
from hypercorn.config import Config

from core.db.pool import Database
from core.messaging.app_keys import AppKeys
from core.messaging.journal import Journal
from core.receiver import Receiver
from tests.seed import VAULT, SeededTenant

APP_ID = "670843887433847"


@dataclass
class Clinic:
    """`sandbox_url` is Meta's, `public_url` ours."""

    tenant: SeededTenant
    sandbox_url: str
    public_url: str
    meta: httpx2.AsyncClient

    @property
    def webhook_url(self) -> str:
        return f"{self.public_url}/webhooks/whatsapp/{self.tenant.app_slug}"

    async def fault(self, name: str, **switch: Any) -> None:
        await self.control("PUT", f"faults/{name}", switch)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.meta.request(method, f"/sandbox/api/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def graph(self, method: str, path: str, body: Any = None) -> Any:
        """As the number's own token."""
        headers = {"Authorization": f"Bearer {self.tenant.access_token}"}
        answer = await self.meta.request(method, f"/v26.0/{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()


@asynccontextmanager
async def served(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    config, stop = Config(), asyncio.Event()
    config.bind, config.graceful_timeout, config.include_date_header = [f"fd://{listener.detach()}"], 0.2, False
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait, mode="asgi"))
    try:
        yield
    finally:
        stop.set()
        await server


def listening() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def open_clinic(db: Database, tenant: SeededTenant) -> AsyncIterator[Clinic]:
    """The tenant's number lives in the sandbox; the receiver knows the tenant's app."""
    async with AsyncExitStack() as stack:
        (door, public_url), (meta, sandbox_url) = listening(), listening()
        receiver = Receiver(Journal(db.url), AppKeys(db.url, VAULT))
        await stack.enter_async_context(served(receiver, door))
        settings = SandboxSettings(
            webhook_url=f"{public_url}/webhooks/whatsapp/{tenant.app_slug}", app_secret=tenant.app_secret,
            verify_token=tenant.verify_token, phone_number_id=tenant.phone_number_id, waba_id=tenant.waba_id,
            token=tenant.access_token, public_url=sandbox_url,
        )
        await stack.enter_async_context(served(create_app(settings), meta))
        client = await stack.enter_async_context(httpx2.AsyncClient(base_url=sandbox_url, trust_env=False, timeout=10))
        await db.system.execute(
            "update accounts set graph_url = $2, simulated = true where id = $1", tenant.account_id, sandbox_url
        )
        await db.system.execute("update meta_apps set meta_app_id = $2 where slug = $1", tenant.app_slug, APP_ID)
        yield Clinic(tenant, sandbox_url, public_url, client)
