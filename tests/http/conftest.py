"""A whole web process, without its server, on a database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from core.app import NoPlugins, WebProcess
from core.auth.api_keys import create_api_key
from core.auth.permissions import Role
from core.config import Settings, load
from core.db.pool import Database
from core.errors import NotFound
from core.http.application import Application
from core.storage.protocol import Source, pieces
from tests.http.callers import Caller, new_member
from tests.http.ledger import Thread, new_thread
from tests.seed import SECRET_KEY, SeededTenant

Enter = Callable[[SeededTenant, Role], Awaitable[Caller]]


class Drawer:
    """Object storage that has one object, and takes more."""

    CONTENT = b"\xff\xd8 bytes"

    def __init__(self) -> None:
        self.objects = {"key-1": self.CONTENT}

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        await self.size(key)
        yield self.objects[key][start:][:length]

    async def size(self, key: str) -> int:
        if key not in self.objects:
            raise NotFound("no such object")
        return len(self.objects[key])

    async def put(self, key: str, source: Source, content_type: str) -> int:
        self.objects[key] = b"".join([piece async for piece in pieces(source)])
        return len(self.objects[key])


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text("server: {public_url: 'http://inbox.atlas.test'}\n")
    env = {"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_DATA": str(tmp_path),
           "COMPTOIR_SECRET_KEY": SECRET_KEY}  # fmt: skip
    return load(env, config)


@pytest.fixture
async def process(settings: Settings, db: Database) -> AsyncIterator[WebProcess]:
    process = WebProcess(settings, db, None, Drawer(), NoPlugins(), None)
    async with process.app.test_app():
        yield process


@pytest.fixture
def app(process: WebProcess) -> Application:
    return process.app


@pytest.fixture
def anonymous(app: Application) -> Caller:
    return Caller(app)


@pytest.fixture
def enter(app: Application, db: Database) -> Enter:
    """A logged-in member of the tenant, in the role."""

    async def log_in(tenant: SeededTenant, role: Role) -> Caller:
        _, email = await new_member(db, tenant.id, role)
        caller = Caller(app)
        assert (await caller.log_in(email)).status == 200
        return caller

    return log_in


@pytest.fixture
def with_key(app: Application, db: Database) -> Enter:
    """A program with an API key of the tenant, in the role."""

    async def issue(tenant: SeededTenant, role: Role) -> Caller:
        key = await create_api_key(db, tenant.id, "a program", role)
        return Caller(app, {"Authorization": f"Bearer {key}"})

    return issue


@pytest.fixture
async def thread(db: Database, tenant: SeededTenant) -> Thread:
    return await new_thread(db, tenant)


@pytest.fixture
async def other_thread(db: Database, other_tenant: SeededTenant) -> Thread:
    return await new_thread(db, other_tenant, name="Driss", phone="212661000099")
