"""A web process behind a real server, with a sequencer, for real WebSocket clients."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from websockets.asyncio.client import ClientConnection, connect

from core.app import NoPlugins, WebProcess
from core.auth.permissions import Role
from core.auth.principal import Principal
from core.auth.sessions import open_session
from core.config import load
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.events import outbox
from core.events.sequencer import Sequencer
from core.realtime.gateway import Gateway
from tests.http.callers import new_member
from tests.http.conftest import Drawer
from tests.seed import SECRET_KEY, SeededTenant

Frame = dict[str, Any]


class Presence(NoPlugins):
    """A plugin room with one topic, that can be switched off."""

    off = False

    def allows(self, principal: Principal, topic: str) -> bool:
        return not self.off and topic == "inbox.presence" and principal.may("conversations.read")


class Screen:
    """A WebSocket client that reads frames."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def frame(self, seconds: float = 10) -> Frame:
        async with asyncio.timeout(seconds):
            found: Frame = json.loads(await self.connection.recv())
            return found

    async def frames(self, count: int) -> list[Frame]:
        return [await self.frame() for _ in range(count)]

    async def until_live(self) -> list[Frame]:
        """The frames up to `live`, without it."""
        found: list[Frame] = []
        while (frame := await self.frame())["t"] != "live":
            found.append(frame)
        return found

    async def say(self, **told: object) -> None:
        await self.connection.send(json.dumps(told))

    async def closed_with(self, seconds: float = 10) -> int | None:
        async with asyncio.timeout(seconds):
            await self.connection.wait_closed()
        return self.connection.close_code


@dataclass
class Server:
    port: int
    process: WebProcess
    db: Database
    plugins: Presence
    sequencer: Sequencer

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def cookie(self, tenant: SeededTenant, role: Role = "agent") -> str:
        user_id, _ = await new_member(self.db, tenant.id, role)
        return await self.cookie_of(await open_session(self.db.system, user_id, tenant.id))

    async def cookie_of(self, token: str) -> str:
        extension = self.process.app.extensions["QUART_AUTH"][0]
        return f"comptoir_session={extension.dump_token(token, app=self.process.app)}"

    @asynccontextmanager
    async def screen(self, cookie: str, cursor: str | None = None) -> AsyncIterator[Screen]:
        async with self.dial({"Cookie": cookie}, cursor, self.origin) as connection:
            yield Screen(connection)

    def dial(self, headers: dict[str, str], cursor: str | None = None, origin: str | None = None) -> connect:
        query = f"?cursor={cursor}" if cursor else ""
        headers = {**headers, **({"Origin": origin} if origin else {})}
        return connect(f"ws://127.0.0.1:{self.port}/ws{query}", additional_headers=headers, proxy=None)

    async def tell(self, tenant_id: UUID, kind: str = "message.received", **data: object) -> None:
        with tenant_scope(tenant_id):
            async with self.db.tenant_transaction() as connection:
                await outbox.append(connection, tenant_id, kind, data)
        await self.sequencer.drain()

    async def cursor(self, seq: int) -> str:
        return f"{await self.db.system.fetchval('select epoch from installation')}.{seq}"


Start = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start(database_url: str, db: Database, tmp_path: Path) -> AsyncIterator[Start]:
    """Start a server; the keywords are the gateway's."""
    config_path = tmp_path / "config.yaml"
    config_path.write_text("{}\n")
    env = {"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_DATA": str(tmp_path),
           "COMPTOIR_SECRET_KEY": SECRET_KEY}  # fmt: skip
    stopped = asyncio.Event()
    running: list[asyncio.Task[Any]] = []
    servers: list[Server] = []

    async def run(**gateway: Any) -> Server:
        plugins = Presence()
        process = WebProcess(load(env, config_path), db, None, Drawer(), plugins, None,
                             gateway=lambda *parts: Gateway(*parts, **gateway))  # fmt: skip
        listener = socket.create_server(("127.0.0.1", 0))
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]
        config.graceful_timeout = 2
        config.accesslog, config.errorlog = None, None
        started = asyncio.Event()

        async def say_started() -> None:
            started.set()

        process.app.before_serving(say_started)
        port = socket.socket(fileno=int(config.bind[0][5:]))
        number = port.getsockname()[1]
        port.detach()

        async def shutdown() -> None:
            await stopped.wait()
            process.close_sockets()

        running.append(asyncio.create_task(serve(process, config, shutdown_trigger=shutdown)))
        await started.wait()
        server = Server(number, process, db, plugins, Sequencer(db, process.wake))
        servers.append(server)
        return server

    yield run
    stopped.set()
    await asyncio.gather(*running)
    for server in servers:
        await server.sequencer.close()


@pytest.fixture
async def server(start: Start) -> Server:
    return await start()
